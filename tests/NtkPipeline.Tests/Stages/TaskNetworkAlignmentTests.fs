/// How tangent kernels turn while networks of any task train.
module NtkPipeline.Tests.TaskNetworkAlignmentTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun

/// ⟨HAH, HBH⟩ / (‖HAH‖ ‖HBH‖), entry by entry.
let private alignment (a: Matrix<float>) (b: Matrix<float>) =
    let centre (m: Matrix<float>) =
        let n = m.Rows
        let row i = Seq.averageBy (fun j -> m[i, j]) (seq { 0 .. n - 1 })
        let column j = Seq.averageBy (fun i -> m[i, j]) (seq { 0 .. n - 1 })
        let rows, columns = Array.init n row, Array.init n column
        let all = Array.average rows
        Matrix.init n n (fun i j -> m[i, j] - rows[i] - columns[j] + all)

    let a, b = centre a, centre b
    let inner (x: Matrix<float>) (y: Matrix<float>) = Seq.map2 (*) x.Values y.Values |> Seq.sum
    inner a b / sqrt (inner a a * inner b b)

let private spec = training 1.0 64

let private labels = {
    Task = LearningTask.Classes [| "a"; "b"; "c" |]
    Values = Array.init count (fun i -> if features.Labelled[i, 0] > 0.2f then 0.0 else float (1 + i % 2))
}

let private trained =
    lazy
        (let ofClasses = { split with Labels = labels.Values; Targets = labels.Values }
         let splitting = artifact "split of classes" ofClasses
         let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))

         let inputs =
             TrainTask.inputs (artifact "labels" labels) splitting (artifact "features" features) spectrum

         value (want (runner.Run(TrainTask.stage (GridPoint.ofSpec spec), inputs))))

let tests =
    testList "TrainTask" [
        testCase "alignments of three outputs are those of the kernels of the weights, by the definition"
        <| fun () ->
            let trained = trained.Force()
            let rows = Matrix.gatherRows split.Train features.Labelled

            let kernel weights =
                TrainedNetwork.tangentOf RowForm.Row spec 3 weights rows None |> Matrix.map float

            let first, last = kernel trained.Initial, kernel trained.Final
            let code row kind = if labels.Values[split.Train[row]] = float kind then 1.0 else -1.0

            let targets =
                Matrix.init rows.Rows rows.Rows (fun i j ->
                    Seq.sumBy (fun kind -> code i kind * code j kind) (seq { 0..2 }))

            let near name (found: float) expected =
                Expect.isLessThan (abs (found - expected)) 1e-6 $"%s{name}: %g{found}, %g{expected}"

            Expect.equal trained.AlignmentWithTargets.Length 6 "from 0"
            near "targets, at first" trained.AlignmentWithTargets[0] (alignment first targets)
            near "targets, at last" trained.AlignmentWithTargets[5] (alignment last targets)
            near "the start, at first" trained.AlignmentWithInitial[0] 1.0
            near "the start, at last" trained.AlignmentWithInitial[5] (alignment last first)
            Expect.isLessThan trained.AlignmentWithInitial[5] 0.9999 "it has turned"

        testCase "of one output they are what is measured of networks that are followed in full"
        <| fun () ->
            let data = SmallTraining.input.Force()
            let spec = { SmallTraining.settings with ProbeRows = 1000; Tracked = TrackedEpochs.Every }
            let followed = SmallTraining.network spec
            let kept = Matrix.gatherRows data.Train data.Labelled

            let targets =
                data.Train |> Array.map (fun row -> data.Targets[row]) |> Matrix.create data.Train.Length 1

            let seed = Seed.derive (RunSpec.name spec) (Seed.root 5UL)

            let whole =
                want (
                    HeldOutTraining.runWhole
                        RowForm.Row
                        spec
                        followed.Run.AbsoluteRate
                        seed
                        kept
                        targets
                        data.Test
                )

            for measures in followed.Run.Epochs do
                let epoch = measures.Epoch

                for name, found, expected in
                    [
                        "targets", whole.AlignmentWithTargets[epoch], measures.AlignmentWithTargets
                        "the start", whole.AlignmentWithInitial[epoch], measures.AlignmentWithInitial
                    ] do
                    Expect.isLessThan (abs (found - expected)) 1e-6 $"%s{name}, epoch %d{epoch}"
    ]
