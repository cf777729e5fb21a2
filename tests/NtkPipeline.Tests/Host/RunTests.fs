module NtkPipeline.Tests.RunTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private run data store out extra =
    [ "run"; "--data"; data; "--store"; store; "--out"; out ] @ quick @ extra

let private names = [ "report.html"; "results.csv"; "submission.csv"; "summary.json" ]

/// What a run wrote, but for summary.json's times.
let private results out =
    names
    |> List.filter ((<>) "summary.json")
    |> List.map (fun name -> name, File.ReadAllBytes(Path.Combine(out, name)))

/// The stages that a run did not find in the store.
let private ran (answer: Answer) =
    answer.Error.Split '\n'
    |> Array.filter (fun line -> line.Contains " s, ")
    |> Array.map (fun line -> line.Split(':')[0])
    |> List.ofArray

let private kinds stages = stages |> List.map (fun (stage: string) -> stage.Split('/')[0]) |> List.distinct

/// The exponent of ‖Θ̂₀ − Θ‖ against the width, by input scale.
let private kernelErrorSlopes out =
    File.ReadAllLines(Path.Combine(out, "results.csv"))
    |> Array.map _.Split(',')
    |> Array.filter (Array.contains "initKernelError-slope")
    |> Array.map (fun fields -> fields[3], float fields[10])

let tests =
    testList "ntk run" [
        for network in
            [
                "dense m | erf | dense m | erf | dense 1"
                "dense m b=0.2 | layer-norm | relu | dense 1"
                "dense m | residual(relu | dense m) | gelu | dense 1 | scale(2) | centred"
            ] do
            testCase $"the initial kernel of %s{network} nears its own analytic one like m^(−1/2)"
            <| inFolder (fun folder ->
                let data, out = tweets folder 240, Path.Combine(folder, "out")

                let settings = [
                    "--set"
                    $"train.network=%s{network}"
                    "--set"
                    "train.widths=128,512,2048"
                    "--set"
                    "train.seeds=4"
                    "--set"
                    "train.rate=0.2"
                    "--set"
                    "train.epochs=1"
                ]

                let answer = run data (Path.Combine(folder, "store")) out settings |> wantDone

                Expect.stringContains
                    answer.Output
                    "(kernel regression: dense m | relu | dense 1)"
                    "what is compared"

                let slopes = kernelErrorSlopes out
                Expect.isNonEmpty slopes "there are slopes"

                for scale, slope in slopes do
                    Expect.isTrue (slope > -0.6 && slope < -0.4) $"%s{scale}: %g{slope}"

                // Predicting reads the trained weights back.
                [
                    "predict"
                    "--store"
                    Path.Combine(folder, "store")
                    "--data"
                    data
                    "--text"
                    "fire"
                    "--all"
                ]
                @ quick
                @ settings
                |> wantDone
                |> ignore)

        testCase "what train.network cannot be is refused with all other mistakes"
        <| inFolder (fun folder ->
            let refuse text =
                (run (tweets folder 60) folder folder [ "--set"; $"train.network=%s{text}" ] |> call).Error

            Expect.stringContains (refuse "dense 64 | relu | dense 1") "train.network: " "no open width"
            Expect.stringContains (refuse "dense m | relu | dense 3") "one output" "several outputs")

        testCase "a first run runs everything, a second nothing, a third only what a setting touches"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let out name = Path.Combine(folder, name)
            let first = run data store (out "first") [ "--json" ] |> wantDone
            Expect.stringContains first.Output "synthetic sample" "it says what it ran on"

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
                [ "fit-ridge"; "explain-network"; "compare-models"; "write-report" ]
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

        testCase "the default encoder is MiniLM, and where it cannot be had LSA, and the run says which"
        <| inFolder (fun folder ->
            let data, store = tweets folder 120, Path.Combine(folder, "store")

            let settings = [
                "embed.encoder=auto"
                "train.widths=16"
                "train.seeds=1"
                "train.input-scales=sqrt-d"
            ]

            let answer =
                settings
                |> List.collect (fun text -> [ "--set"; text ])
                |> run data store (Path.Combine(folder, "out"))
                |> wantDone

            let model = Clone.path "data/models/all-MiniLM-L6-v2"

            let words =
                if SentenceEncoder.isIn model then
                    "all-MiniLM-L6-v2"
                else
                    "neither all-MiniLM-L6-v2 nor"

            Expect.stringContains answer.Output words "the encoder's line")

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

        testCase "the store is looked after"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")
            run data store (Path.Combine(folder, "out")) [] |> wantDone |> ignore

            Expect.stringContains
                ([ "store"; "verify"; "--store"; store ] |> wantDone).Output
                " 0 damaged"
                "sound"

            Expect.stringContains
                ([ "store"; "size"; "--store"; store ] |> wantDone).Output
                "train-network"
                "by stage"

            let victim =
                Directory.GetFiles(Path.Combine(store, "objects"), "*.html", SearchOption.AllDirectories)[0]

            File.WriteAllText(victim, "damaged")
            refused 1 [ "the next run makes them again" ] [ "store"; "verify"; "--store"; store ]
            let mended = run data store (Path.Combine(folder, "out")) [] |> wantDone
            Expect.equal (ran mended) [ "write-report" ] "made again"
            [ "store"; "gc"; "--store"; store ] |> wantDone |> ignore

            Expect.isEmpty
                (run data store (Path.Combine(folder, "out")) [] |> wantDone |> ran)
                "what is in use stays")

        testCase "several encoders are weighed, put together, and said to be"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")

            let few = [
                for key, value in
                    [
                        "embed.encoder", "lsa + surface + keywords"
                        "reduce.dimensions", "all"
                        "train.widths", "16"
                        "train.seeds", "1"
                        "train.epochs", "1"
                        "train.input-scales", "sqrt-d"
                    ] do
                    "--set"
                    $"%s{key}=%s{value}"
            ]

            let summary name extra =
                let out = Path.Combine(folder, name)
                let answer = run data store out (few @ extra) |> wantDone
                let text = File.ReadAllText(Path.Combine(out, "summary.json"))
                answer, JsonDocument.Parse(text).RootElement

            let weight (root: JsonElement) = [
                for view in root.GetProperty("combination").GetProperty("views").EnumerateArray() ->
                    view.GetProperty("weight").GetDouble()
            ]

            let answer, beside = summary "beside" []
            let stages = ran answer

            for stage in
                [
                    "embed-tweets"
                    "embed-tweets/surface"
                    "embed-tweets/keywords"
                    "weigh-views"
                    "combine-views"
                ] do
                Expect.contains stages stage "each its own stage"

            Expect.equal (weight beside).Length 3 "a weight each"
            let kernel = beside.GetProperty "kernelRegression"
            Expect.isGreaterThan (kernel.GetProperty("looAccuracyAllRows").GetDouble()) 0.5 "on all rows too"

            let columns = beside.GetProperty("data").GetProperty("features").GetInt32()
            Expect.isGreaterThan columns 40 "the columns of several"

            let sum, asSum =
                summary "sum" [ "--set"; "embed.combine=sum"; "--set"; "embed.weights=1, 0.5, 0.25" ]

            Expect.equal (weight asSum) [ 1.0; 0.5; 0.25 ] "as given"
            Expect.contains (ran sum) "sum-of-kernels/labelled" "a kernel for each"

            Expect.isFalse
                (List.contains "embed-tweets/surface" (ran sum))
                "what was embedded is not embedded again"

            refused
                2
                [ "embed.weights: 2 weights for 3 encoders" ]
                ([ "run"; "--data"; data; "--store"; store ] @ few @ [ "--set"; "embed.weights=1, 2" ]))

        testCase "without a test set there is no submission"
        <| inFolder (fun folder ->
            let data = tweets folder 200
            File.Delete(Path.Combine(data, "test.csv"))
            let out = Path.Combine(folder, "out")
            run data (Path.Combine(folder, "store")) out [] |> wantDone |> ignore
            Expect.isFalse (File.Exists(Path.Combine(out, "submission.csv"))) "none"
            Expect.isTrue (File.Exists(Path.Combine(out, "report.html"))) "but a report")

        testCase "with a transformer, a new tweet costs one embedding, and gc keeps the others"
        <| inFolder (fun folder ->
            let data, store = tweets folder 120, Path.Combine(folder, "store")
            let tiny = Directory.CreateDirectory(Path.Combine(folder, "tiny")).FullName
            SentenceEncoderTests.writeTiny tiny

            let runWith widths =
                let encoder = [ "--set"; "embed.encoder=minilm"; "--set"; $"embed.model=%s{tiny}" ]
                let short = [ "--set"; $"train.widths=%s{widths}"; "--set"; "train.seeds=1" ]
                run data store (Path.Combine(folder, "out")) (encoder @ short) |> wantDone |> ignore

            let identity =
                Expect.wantOk (SentenceEncoder.identify tiny |> Result.mapError _.Sentence) "a model"

            let known () =
                Store.openAt store
                |> Result.bind (fun store -> EmbeddingCache.load store identity)
                |> Flip.Expect.wantOk "the embedded texts"
                |> _.Count

            let files () = Directory.GetFiles(Path.Combine(store, "texts"), "*", SearchOption.AllDirectories)
            runWith "16"
            let before, written = known (), files ()
            File.AppendAllText(Path.Combine(data, "train.csv"), "999999,,,a quite new text,1\n")
            runWith "16"
            Expect.equal (known ()) (before + 1) "one more is known"
            let added = files () |> Array.except written
            Expect.equal added.Length 1 "one more file"
            Expect.isLessThan (FileInfo(added[0]).Length) 1000L "that holds one text"
            [ "store"; "gc"; "--store"; store ] |> wantDone |> ignore
            Expect.equal (known ()) (before + 1) "gc keeps what the run's model has embedded"

            Expect.stringContains
                ([ "store"; "size"; "--store"; store ] |> wantDone).Output
                "embedded texts"
                "and size names it")
    ]
