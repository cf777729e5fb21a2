module NtkPipeline.Tests.StoppedClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

/// A run that misses some rows after 10 epochs, and others after 50.
let private early (wrong: int list) (run: NetworkRun) =
    let outputs = missing wrong

    let ended = {
        run with
            Epochs =
                run.Epochs
                |> Array.map (fun epoch ->
                    if epoch.Epoch = 10 then { epoch with Validation = scores outputs } else epoch)
    }

    ended, outputs

/// Held-out errors that are least after so many epochs, where they are `error`.
let private choice (run: NetworkRun) epoch error : EpochChoice = {
    Spec = RunSpec.group run.Spec
    Errors = Array.init 51 (fun k -> if k = epoch then error else 1.0)
    Epoch = if epoch = 0 then None else Some epoch
    Folds = 1
    Rows = 120
}

let private judged (choices: EpochChoice list) (runs: (NetworkRun * float[]) list) =
    let choices = Array.ofList choices

    Judge.run Widths.claims settings seed kernel labels {
        Ended = runs |> List.map fst
        Choices = choices
        Stopped =
            runs
            |> List.choose (fun (run, outputs) ->
                EpochChoice.stop choices run
                |> Option.map (fun stopped ->
                    if stopped = run then stopped else { stopped with ValidationOutputs = outputs }))
    }

let private find (fragment: string) (comparison: Comparison) =
    comparison.Verdicts |> Array.find (fun verdict -> verdict.Claim.Contains fragment)

let private wide wrongEarly wrongLate = seeds (fun k -> run 4096 k 1.0 0.02 wrongLate |> early wrongEarly)

let tests =
    testList "Judge" [
        testCase "networks are judged at the chosen epoch, and what they came to stands beside it"
        <| fun () ->
            let runs = wide [ 0..199 ] [ 0..239 ]
            let comparison = judged [ choice (fst runs[0]) 10 0.5 ] runs

            find "Wide" comparison
            |> wants (Some true) [
                "stopped after 10 of 50 epochs"
                "m = 4096, after 10 epochs, mean of 3 seeds) classify 80.0%"
                "The difference is 0.0 percentage points"
                "chosen on fitted rows alone"
                "120 of them, held out"
                "After the last epoch, 50, the difference is −4.0 percentage points"
            ]

            find "tangent" comparison
            |> wants (Some true) [
                "after 50 epochs"
                "After 10 epochs, where fitted rows would have stopped them, it had moved by 0.2%"
            ]

            let one = Expect.wantSome (Array.tryExactlyOne comparison.Differences) "one width"
            Expect.equal one.Epoch (Some 10) "where they are judged"
            KernelSamples.wantClose 1e-12 "there" [| one.Difference.Value |] [| 0.0 |]

            KernelSamples.wantClose 1e-12 "at the end" (one.AtEnd |> Option.map _.Value |> Option.toArray) [|
                -0.04
            |]

        testCase "the last epoch may be the chosen one, and then it is said once"
        <| fun () ->
            let runs = wide [ 0..239 ] [ 0..199 ]
            let verdict = judged [ choice (fst runs[0]) 50 0.5 ] runs |> find "Wide"

            verdict
            |> wants (Some true) [
                "after 50 epochs, mean of 3 seeds) classify 80.0%"
                "chosen on fitted rows"
            ]

            Expect.isFalse (verdict.Evidence.Contains "After the last epoch") "once"
            Expect.isFalse (verdict.Setting.Contains "stopped") "nor in the setting"

        testCase
            "networks that diverge after the chosen epoch are judged there, and the verdict says what becomes of them"
        <| fun () ->
            let late (run: NetworkRun, outputs) =
                { run with Diverged = Some 20; Epochs = run.Epochs[..1]; DeltaTheta = None }, outputs

            let runs = wide [ 0..199 ] [ 0..239 ]
            let choices = [ choice (fst runs[0]) 10 0.5 ]

            judged choices (List.map late runs)
            |> find "Wide"
            |> wants (Some true) [
                "classify 80.0%"
                "By the last epoch, 50, every one of them has diverged."
            ]

            judged choices (List.mapi (fun k run -> if k = 0 then late run else run) runs)
            |> find "Wide"
            |> wants (Some true) [ "classify 80.0%"; "−4.0"; "1 of 3 have diverged by then" ]

        testCase
            "where no epoch could be chosen, networks are judged after their last, and the verdict says so"
        <| fun () ->
            let runs = wide [ 0..199 ] [ 0..239 ]

            judged [ choice (fst runs[0]) 0 0.5 ] runs
            |> find "Wide"
            |> wants (Some false) [ "−4.0"; "No epoch could be chosen" ]

        testCase "the small network is the one that fitted rows prefer, whatever validation rows say"
        <| fun () ->
            let small width wrong = seeds (fun k -> run width k 4.0 0.4 wrong |> early wrong)
            let best, chosen = small 64 [ 0..149 ], small 16 [ 0..249 ]

            let verdict errors =
                let ofBest, ofChosen = errors

                best @ chosen
                |> judged [ choice (fst best[0]) 10 ofBest; choice (fst chosen[0]) 10 ofChosen ]
                |> find "small"

            verdict (0.6, 0.5)
            |> wants (Some false) [
                "m = 16"
                "Of 2 configurations they met fitted rows that were held out best"
                "−5.0"
            ]

            verdict (0.5, 0.6) |> wants (Some true) [ "m = 64"; "+5.0" ]
            Expect.isFalse ((verdict (0.5, 0.6)).Evidence.Contains "flatters") "nothing is owned up to"
    ]
