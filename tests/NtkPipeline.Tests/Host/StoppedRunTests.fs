/// The epoch that networks are judged at, in a run.
module NtkPipeline.Tests.StoppedRunTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs

let private stops folds = [ "--set"; $"train.stop-folds=%d{folds}" ]

let tests =
    testList "epochs chosen in a run" [
        testCase "a network of each kind chooses, on as many folds as are asked for, and only that runs anew"
        <| inFolder (fun folder ->
            let run extra =
                RunCall.run
                    (tweets folder 240)
                    (Path.Combine(folder, "store"))
                    (Path.Combine(folder, "out"))
                    extra
                |> wantDone

            let count (start: string) stages =
                stages |> List.filter (fun (name: string) -> name.StartsWith start) |> List.length

            let first = RunCall.ran (run [])

            Expect.equal
                (count "train-fold/" first)
                8
                "three widths at the rate, one at the larger, two norms"

            Expect.equal (count "choose-epochs" first) 1 "and the choice"
            let again = RunCall.ran (run (stops 2))
            Expect.equal (count "train-fold/" again) 8 "the second fold"
            Expect.equal (count "train-network/" again) 0 "networks are what they were"
            use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "out", "summary.json")))
            let kinds = summary.RootElement.GetProperty "chosenEpochs"
            Expect.equal (kinds.GetArrayLength()) 8 "each kind"
            let verdict = summary.RootElement.GetProperty("verdict")[0]
            let evidence = verdict.GetProperty("evidence").GetString() |> string
            Expect.stringContains evidence "fitted rows" "the verdict says where"
            let none = run (stops 0)
            Expect.equal (count "train-fold/" (RunCall.ran none)) 0 "none"
            let said = File.ReadAllText(Path.Combine(folder, "out", "summary.json"))
            Expect.stringContains said "\"chosenEpochs\": []" "none is chosen")

        testCase "more folds than there are is refused by its key"
        <| fun () -> refused 2 [ "train.stop-folds: it is more than split.folds, 5" ] ([ "run" ] @ stops 6)

        testCase "a run that is killed while epochs are chosen goes on from there, to the same bytes"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            use victim = start (run "store" "out")

            let rec killInside (told: string list) =
                match victim.StandardError.ReadLine() with
                | null -> failtest "it ended before it was killed"
                | line when line.StartsWith "train-fold/" ->
                    victim.Kill()
                    victim.WaitForExit()
                    line :: told
                | line -> killInside (line :: told)

            let told = killInside [] |> String.concat "\n"
            let next = run "store" "out" |> wantDone

            Expect.isEmpty
                (Set.intersect (Set.ofList (ran told)) (Set.ofList (ran next.Error)))
                "nothing that it told of is made again"

            Expect.isNonEmpty
                (ran next.Error |> List.filter _.StartsWith("train-fold/"))
                "the others are made"

            Expect.equal (results folder "out") (snd alone.Value) "the same bytes")
    ]
