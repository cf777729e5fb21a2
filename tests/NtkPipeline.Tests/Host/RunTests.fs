module NtkPipeline.Tests.RunTests

open System.IO
open System.Text.RegularExpressions
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private names = [ "report.html"; "results.csv"; "submission.csv"; "summary.json" ]

/// What a run wrote, but for summary.json's times.
let private results out =
    names
    |> List.filter ((<>) "summary.json")
    |> List.map (fun name -> name, File.ReadAllBytes(Path.Combine(out, name)))

let private kinds stages = stages |> List.map (fun (stage: string) -> stage.Split('/')[0]) |> List.distinct

let tests =
    testList "ntk run" [
        testCase "a first run runs everything, a second nothing, a third only what a setting touches"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let out name = Path.Combine(folder, name)
            let first = run data store (out "first") [ "--json" ] |> wantDone
            Expect.stringContains first.Error "synthetic sample" "it says what it ran on"

            for name in names do
                Expect.isTrue (File.Exists(Path.Combine(out "first", name))) name

            use summary = JsonDocument.Parse((first.Output.TrimEnd().Split '\n') |> Array.last)

            Expect.isTrue
                (summary.RootElement.GetProperty("data").GetProperty("synthetic").GetBoolean())
                "JSON"

            Expect.equal
                (summary.RootElement.GetProperty("networks").GetArrayLength())
                16
                "3 widths, one larger rate; 2 scales, 2 seeds"

            let second = run data store (out "second") [] |> wantDone
            Expect.isEmpty (ran second) "all are cached"
            Expect.stringContains second.Output "no stage ran" "and it says so"
            Expect.equal (results (out "second")) (results (out "first")) "the same bytes"

            let third = run data store (out "third") [ "--set"; "ridge.points-per-decade=2" ] |> wantDone

            Expect.equal
                (kinds (ran third))
                [
                    "fit-ridge"
                    "explain-network"
                    "compare-models"
                    "learning-curve"
                    "write-report"
                ]
                "no analytic kernel, no training"

            let fourth = run data store (out "fourth") [ "--seed"; "2" ] |> wantDone

            Expect.isFalse
                (List.contains "read-tweets" (kinds (ran fourth)))
                "a pure stage before the seed's first use stays"

            Expect.notEqual (results (out "fourth")) (results (out "first")) "another split")

        testCase "a fresh store gives the same bytes"
        <| inFolder (fun folder ->
            let data = tweets folder 240
            let out name = Path.Combine(folder, name)
            run data (out "store-a") (out "a") [] |> wantDone |> ignore
            run data (out "store-b") (out "b") [] |> wantDone |> ignore
            Expect.equal (results (out "a")) (results (out "b")) "same input, same seed")

        testCase "status, why and report speak of the same run"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")
            let about command extra = [ command; "--data"; data; "--store"; store ] @ quick @ extra
            let before = about "status" [] |> wantDone

            Expect.stringContains
                before.Output
                "to run  read-tweets/train: it has never run on this data"
                "nothing is there"

            refused 1 [ "not cached"; "ntk run" ] (about "report" [ "--out"; folder ])
            refused 1 [ "not cached"; "ntk run" ] (about "predict" [ "--text"; "fire" ])
            run data store (Path.Combine(folder, "out")) [] |> wantDone |> ignore
            Expect.stringContains (about "status" [] |> wantDone).Output " 0 would run" "all is there"
            let why = [ "why"; "fit-ridge"; "--data"; data; "--store"; store ] @ quick
            Expect.stringContains (wantDone why).Output "fit-ridge is cached" "cached"

            let result = Regex.Match((wantDone why).Output, "its result is ([0-9a-f]{64})").Groups[1].Value

            Expect.equal result.Length 64 "with the digest of what it made"
            let page = File.ReadAllText(Path.Combine(folder, "out", "report.html"))
            Expect.stringContains page $">%s{result[..11]}<" "by which the report names it"

            Expect.stringContains
                (why @ [ "--set"; "ridge.points-per-decade=2" ] |> wantDone).Output
                "its settings changed: PointsPerDecade=3 → PointsPerDecade=2"
                "the reason"

            refused
                2
                [ "there is no stage 'fit-fridge'" ]
                ([ "why"; "fit-fridge"; "--data"; data; "--store"; store ] @ quick)

            about "report" [ "--out"; Path.Combine(folder, "again") ] |> wantDone |> ignore

            Expect.equal
                (results (Path.Combine(folder, "again")))
                (results (Path.Combine(folder, "out")))
                "the same report")

        testCase "without a test set there is no submission"
        <| inFolder (fun folder ->
            let data = tweets folder 200
            File.Delete(Path.Combine(data, "test.csv"))
            let out = Path.Combine(folder, "out")
            run data (Path.Combine(folder, "store")) out [] |> wantDone |> ignore
            Expect.isFalse (File.Exists(Path.Combine(out, "submission.csv"))) "none"
            Expect.isTrue (File.Exists(Path.Combine(out, "report.html"))) "but a report")
    ]
