module NtkPipeline.Tests.TrainTaskTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun

/// The three classes of the rows: thirds in turn.
let private labels = {
    Task = LearningTask.Classes [| "a"; "b"; "c" |]
    Values = Array.init count (fun i -> float (i % 3))
}

let private ofClasses = { split with Labels = labels.Values; Targets = labels.Values }

let private network width : GridPoint = GridPoint.ofSpec (training 1.0 width)

let private train point =
    let splitting, made = artifact "split of classes" ofClasses, artifact "features" features
    let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))

    TrainTask.inputs (artifact "labels" labels) splitting made spectrum
    |> fun inputs -> want (runner.Run(TrainTask.stage point, inputs)) |> value

let tests =
    testList "TrainTask" [
        testCase "a network of three outputs learns, and its weights say what it said at the end"
        <| fun () ->
            let point = network 64
            let trained = train point
            let run = TaskRun.ofPath point.Spec [||] labels ofClasses trained.Path
            Expect.equal run.Quality.Length 6 "after every epoch"

            Expect.equal
                (run.Validation.Rows, run.Validation.Columns)
                (validation.Rows, 3)
                "an output a class"

            Expect.equal run.Test.Rows 6 "and the test rows"

            let again =
                TrainedNetwork.evaluate RowForm.Row point.Spec 3 trained.Initial trained.Final validation

            for a, b in Seq.zip again.Values run.Validation.Values do
                Expect.isLessThan (abs (a - b)) 1e-5 "the same, once more"

            let opinions =
                TaskOpinions.all 1.0 [ point ] [ trained ] [] labels ofClasses RowForm.Row validation

            Expect.equal opinions.Length validation.Rows "for each row"

            for i, own in Seq.indexed opinions do
                Expect.equal own.Length 1 "one network"
                let named = TaskTargets.named labels.Task run.Validation i
                let names = LearningTask.names labels.Task
                Expect.equal own[0].Said names[int named] "named"

        testCase "in the wide limit each output moves as a network of one output would"
        <| fun () ->
            // Class a against the rest, by one output and by the first of three.
            let alone = {
                Task = LearningTask.Binary("others", "a")
                Values = labels.Values |> Array.map (fun kind -> if kind = 0.0 then 1.0 else 0.0)
            }

            let spec = { (network 4096).Spec with BatchSize = 0; Epochs = 4 }
            let point = GridPoint.ofSpec spec

            let splitting =
                artifact "split of one" { split with Labels = alone.Values; Targets = alone.Values }

            let made = artifact "features" features
            let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))

            let one =
                want (
                    runner.Run(
                        TrainTask.stage point,
                        TrainTask.inputs (artifact "labels of one" alone) splitting made spectrum
                    )
                )
                |> value

            let three = train point
            let last (path: HeldOutPath) = (Matrix.row (path.Outputs.Rows - 1) path.Outputs).ToArray()
            let a, b = last one.Path, last three.Path

            for i in 0 .. a.Length - 1 do
                Expect.isLessThan (abs (a[i] - b[3 * i])) 0.08f $"row %d{i}"

        testCase "a trained network comes back from the store"
        <| fun () ->
            let trained = train (network 16)
            use stream = new MemoryStream()
            HeldOutNetwork.codec.Write stream trained
            stream.Position <- 0L
            Expect.equal (HeldOutNetwork.codec.Read stream) (Ok trained) "the same"
            Expect.isError (HeldOutNetwork.codec.Read(new MemoryStream([| 9uy |]))) "no archive"
    ]
