module NtkPipeline.Tests.GapCausesTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let runner: IRunner = MemoryRunner(Seed.root 3UL)

let want (value: Result<Artifact<'a>, PipelineError>) =
    let value = value |> Result.bind _.Value.Force() |> Result.mapError _.Sentence
    Expect.wantOk value "it should work"

let values changed =
    GapCauses.experiment.Settings
    |> List.map (fun setting -> setting.Key, setting.Default)
    |> Map.ofList
    |> fun all -> changed |> List.fold (fun all (key, value) -> Map.add key value all) all

let lanes changed = GapCauses.lanes (values changed) SmallTraining.settings

let tests =
    testList "GapCauses" [
        testCase "the kernel's models are ridge regression, flow and descent of the rows fitted"
        <| fun () ->
            let source = SmallTraining.input.Force()
            let input = artifact "input" source |> Artifact.bind TrainInput.create
            let points = (lanes [ "gap.batch-size", "8"; "gap.epochs", "3" ])[0]

            let settings: RidgeSettings = {
                Smallest = 0.01
                Largest = 1.0
                PointsPerDecade = 2
                ChooseBy = RidgeChoice.CrossValidation
            }

            let kernel = runner.Run(GapModels.kernel settings points[0].Spec 30, input)
            let found = want kernel
            let ready = want (Ok input)
            let chosen = Probe.rows 30 ready.TrainTargets.Length
            let all = Matrix.map float ready.Kernel
            let k = Matrix.gather chosen chosen all
            let other = [| ready.TrainTargets.Length .. ready.Labelled.Rows - 1 |]
            let cross = Matrix.gather other chosen all
            let y = chosen |> Array.map (fun row -> ready.TrainTargets[row])
            let mean = Array.averageBy (fun i -> k[i, i]) [| 0 .. chosen.Length - 1 |]
            let alpha = KernelSamples.solve (found.RelativeRidge * mean) k y

            let predicted =
                Array.init other.Length (fun i -> KernelSamples.dot ((Matrix.row i cross).ToArray()) alpha)

            KernelSamples.wantClose 1e-9 "ridge" found.Ridge predicted
            // 4 batches of 8 rows, 3 epochs: 12 steps of full-batch descent, one by one.
            let rate = 1.0 / found.LambdaMax
            let mutable f = Array.zeroCreate<float> chosen.Length
            let mutable c = Array.zeroCreate<float> chosen.Length

            for _ in 1..12 do
                let residual = Array.map2 (-) f y
                c <- Array.map2 (fun c r -> c - rate * r) c residual
                f <- Array.init chosen.Length (fun i -> KernelSamples.dot ((Matrix.row i k).ToArray()) c)

            let stepped =
                Array.init other.Length (fun i -> KernelSamples.dot ((Matrix.row i cross).ToArray()) c)

            KernelSamples.wantClose 1e-9 "descent" found.Descent stepped
            Expect.isGreaterThan (Metrics.gap found.Flow found.Descent).Rms 1e-6 "flow is not descent"
            Expect.equal (found.Rows, found.Labels) (30, ready.ValidationLabels) "rows"

            let both = Artifact.both input (Expect.wantOk (kernel |> Result.mapError _.Sentence) "made")
            let network = runner.Run(GapModels.network points[0] 30, both) |> want
            let outputs = Expect.wantSome network.Outputs "it trains"
            // The same steps on average: minibatches are nearer to full batches than these are to where they began.
            Expect.isLessThan
                (Metrics.gap outputs.Kernel found.Descent).Rms
                (Metrics.gap (Array.zeroCreate other.Length) found.Descent).Rms
                "minibatches"

            Expect.equal outputs.Network.Length other.Length "validation rows"

        testCase
            "settings: networks train by descent where no kernel knows their optimiser, at the gap's own rate"
        <| fun () ->
            let basis = { SmallTraining.settings with Optimiser = Optimiser.adam; Rate = 8.0 }
            let points = GapCauses.lanes (values []) basis |> Array.concat
            Expect.equal points.Length 12 "two scales, two widths, three seeds"

            for point in points do
                Expect.equal (point.Spec.Optimiser, point.Spec.Rate) (Optimiser.Descent, 1.0) point.Name

            let kept = GapCauses.lanes (values []) { basis with Optimiser = Optimiser.Momentum 0.9 }
            Expect.equal kept[0].[0].Spec.Optimiser (Optimiser.Momentum 0.9) "one that they know"
            let bad = GapCauses.experiment.Check (values [ "gap.widths", "64" ]) basis
            Expect.isEmpty bad "sound settings"
    ]
