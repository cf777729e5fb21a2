module NtkPipeline.Tests.TaskFoldTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun

/// Three classes, thirds in turn; the rows themselves say nothing of them, so that all that can be learnt is noise.
let private labels = {
    Task = LearningTask.Classes [| "a"; "b"; "c" |]
    Values = Array.init count (fun i -> float (i % 3))
}

let private ofClasses values = { split with Labels = values; Targets = values }

let private spec = { training 1.0 64 with Epochs = 40; Tracked = TrackedEpochs.Every }
let private points = [| for number in 0..1 -> GridPoint.ofSpec { spec with Member = number } |]

/// What is chosen, and the networks as they are judged, with these labels.
let private choose folds (values: float[]) =
    let splitting, made = artifact "split" (ofClasses values), artifact "features" features
    let naming = artifact "labels" { labels with Values = values }
    let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))
    let inputs = TrainTask.inputs naming splitting made spectrum
    let networks = ChooseEpochs.networks folds points

    let paths = [
        for point, fold in networks ->
            want (runner.Run(TaskFold.stage point fold, Artifact.both inputs splitting))
    ]

    let held = Artifact.both splitting (Artifact.all paths)

    let choices =
        want (runner.Run(TaskFold.choose networks, Artifact.both (TaskFold.targets naming splitting) held))

    let trained = Artifact.all [ for point in points -> want (runner.Run(TrainTask.stage point, inputs)) ]

    choices, TaskRun.all points choices naming splitting trained |> value, List.map value paths

let private chosen = lazy (choose 2 labels.Values)

let tests =
    testList "TaskFold" [
        testCase "errors are mean squares of held-out rows' codes, and the epoch is that of the least"
        <| fun () ->
            let choices, runs, paths = chosen.Force()
            let choice = (value choices)[0]
            Expect.equal (choice.Folds, choice.Rows) (2, 30) "two of three folds of 45 rows"

            let errorOf epoch =
                [
                    for fold, path in List.indexed paths do
                        for k, place in Array.indexed (snd (TrainFold.rows fold split)) do
                            for kind in 0..2 do
                                let own = labels.Values[split.Train[place]] = float kind
                                (float path.Outputs[epoch, 3 * k + kind] - (if own then 1.0 else -1.0)) ** 2.0
                ]
                |> List.average

            KernelSamples.wantClose 1e-9 "every epoch" choice.Errors (Array.init 41 errorOf)
            let epoch = Expect.wantSome choice.Epoch "one"
            Expect.isLessThan epoch 40 "noise is worth no long training"
            Expect.equal choice.Errors[epoch] (Array.min choice.Errors[1..]) "the least"

            for run in runs do
                let stop = Expect.wantSome run.Stopped "it came there"
                Expect.equal stop.Epoch epoch "its kind's"
                let expected = split.Validation |> Array.map (fun row -> labels.Values[row])

                Expect.equal
                    (TaskScores.all labels.Task expected stop.Validation)
                    run.Quality[epoch]
                    "its outputs"

        testCase "labels of validation rows change not a byte of the choice"
        <| fun () ->
            let choices, _, _ = chosen.Force()
            let values = Array.copy labels.Values

            for row in split.Validation do
                values[row] <- float ((int values[row] + 1) % 3)

            let others, _, _ = choose 2 values
            Expect.equal others.Parts choices.Parts "the same digest"

        testCase "the verdict is of the chosen epoch, and says what the last one came to"
        <| fun () ->
            let _, runs, _ = chosen.Force()
            let expected = split.Validation |> Array.map (fun row -> labels.Values[row])

            let settings: CompareSettings = {
                Resamples = 200
                LazyThreshold = 0.05
                Margin = 0.01
                MainRate = 1.0
                SmallWidth = 256
            }

            let judge (runs: TaskRun[]) =
                TaskContest.all settings {
                    Task = labels.Task
                    Values = expected
                    Kernel = (Array.head runs).Validation
                    Runs = runs
                }
                |> TaskClaims.judge settings labels.Task runs

            let verdict = (judge runs)[0]
            let epoch = (Expect.wantSome runs[0].Stopped "it came there").Epoch
            Expect.stringContains verdict.Evidence $"after %d{epoch} epoch" "where"
            Expect.stringContains verdict.Evidence "After the last epoch, 40, it is" "and the last"
            Expect.stringContains verdict.Setting $"stopped after %d{epoch} of 40 epochs" "in the setting"

            let moved runs = (judge runs |> Array.item 1).Evidence
            let one = moved [| runs[0] |]
            Expect.stringContains one "of itself (one seed)" "one seed has no range"
            Expect.isFalse (one.Contains "% to ") one
            let lost = runs |> Array.map (fun run -> { run with Diverged = Some 39 })
            let late = (judge lost)[0]
            Expect.stringContains late.Evidence "every one has diverged" "a later divergence"

            let none = runs |> Array.map (fun run -> { run with Stopped = None })
            let verdict = (judge none)[0]
            Expect.isFalse (verdict.Evidence.Contains "fitted rows") "nothing was chosen"
    ]
