module NtkPipeline.Tests.OwnTuneTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let tests =
    testList "fine-tuning of one's own model, chosen and shaped" [
        testCase "the epoch is where held-out rows were met best, each fold by as many rows as it has"
        <| fun () ->
            let rows: OwnRows = {
                Kept = Matrix.create 3 1 [| 0.0f; 0.0f; 0.0f |]
                Held = Matrix.create 1 1 [| 0.0f |]
                Values = [| 0.0; 1.0; 1.0 |]
                Labels = [| 1.0 |]
                Folds = [| 0; 1; 1 |]
                AllFitted = 3
                RowColumns = 1
                RawColumns = 1
            }

            let values =
                Config.settings |> List.map (fun setting -> setting.Key, setting.Default) |> Map.ofList

            let setup =
                OwnQuestion.setup
                    (values |> Map.add "train.epochs" "2")
                    Device.Cpu
                    (ModelSettings.ridge values)
                    (LearningTask.Binary("no", "yes"))

            let trail (outputs: float list list) : OwnTrail = {
                Outputs = Matrix.ofRows outputs[0].Length [| for row in outputs -> Array.ofList row |]
                Diverged = None
            }

            // Targets −1; 1, 1. Errors of the first fold 1, 4, 0 and of the second 0, 0, 9.
            let stop =
                OwnTune.choose setup rows [
                    trail [ [ 0.0 ]; [ 1.0 ]; [ -1.0 ] ]
                    trail [ [ 1.0; 1.0 ]; [ 1.0; 1.0 ]; [ 4.0; -2.0 ] ]
                ]

            Expect.equal stop.Errors [| 1.0 / 3.0; 4.0 / 3.0; 6.0 |] "means over rows"
            Expect.equal stop.Epoch (Some 1) "the least from the first epoch on"
            Expect.equal (stop.Folds, stop.Rows) (2, 3) "of all"
            Expect.equal (OwnTune.choose setup rows []).Epoch (Some 2) "the last where none is held out"

        testCase "ΔΘ is ‖B − A‖/‖A‖, and a kernel that grows by a tenth all over has no band"
        <| fun () ->
            let a = Matrix.init 20 20 (fun i j -> cos (float (i - j)) + (if i = j then 1.0 else 0.0))
            let b = Matrix.init 20 20 (fun i j -> a[i, j] + 0.1 * sin (float (i + j)))
            let square (values: float[]) = values |> Array.sumBy (fun x -> x * x)
            let found = OwnChange.movement 500 (Seed.root 1UL) a b
            let expected = sqrt (square (Array.map2 (-) b.Values a.Values) / square a.Values)
            Expect.floatClose Accuracy.veryHigh found.Value expected "Frobenius"
            Expect.isTrue (found.Lower < found.Value && found.Value < found.Upper) "within its band"
            let grown = OwnChange.movement 100 (Seed.root 1UL) a (Matrix.map (fun x -> 1.1 * x) a)

            for value in [ grown.Lower; grown.Value; grown.Upper ] do
                Expect.floatClose Accuracy.veryHigh value 0.1 "a tenth whatever rows are drawn"

        testCase "outputs are the task's, or refused in a sentence that says what is wanted"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let y = torch.tensor([| 1.0; 4.0; 2.0; -1.0 |]).reshape(2L, 2L)

            let of' task values count =
                OwnOutputs.ofTask (TaskTargets.ofFitted task values) count
                |> Result.map (fun (outputs, change) ->
                    outputs, Tensors.toArray64 (change (y.narrow (1L, 0L, int64 count))))

            let two = LearningTask.Binary("no", "yes")
            let three = LearningTask.Classes [| "a"; "b"; "c" |]
            Expect.equal (of' two [| 0.0; 1.0 |] 1) (Ok(1, [| 1.0; 2.0 |])) "one"
            Expect.equal (of' two [| 0.0; 1.0 |] 2) (Ok(1, [| 3.0; -3.0 |])) "the second less the first"
            Expect.equal (of' LearningTask.Regression [| 1.0; 3.0 |] 1) (Ok(1, [| -1.0; 0.0 |])) "(y − 2)/1"

            let refused task count words =
                let said =
                    Expect.wantError
                        (OwnOutputs.ofTask (TaskTargets.ofFitted task [| 0.0; 1.0 |]) count)
                        "refused"

                Expect.stringContains said words "what is wanted"

            refused
                two
                3
                "it gives 3 outputs a row, and the labels are two classes, 'no' and 'yes': one output is wanted"

            refused
                three
                1
                "it gives 1 output a row, and the labels are 3 classes: one output each is wanted, in the order a, b, c"

            refused
                LearningTask.Regression
                2
                "it gives 2 outputs a row, and the labels are numbers: one output is wanted"
    ]
