module NtkPipeline.Tests.CompareProbesTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun

let private spec scale rate width number = { training rate width with InputScale = scale; Member = number }

let private settings = CompareProbes.settings 1.0 (training 1.0 16)

let private places chosen = chosen |> List.map (fun (spec: RunSpec, _) -> spec.Rate, spec.Width, spec.Member)

let private made = artifact "features" features

let private input () =
    let splitting = artifact "split" split
    let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))
    TrainNetwork.inputs made splitting gram.Value spectrum

let private wantNear (within: float) (message: string) (expected: float seq) (found: float32[]) =
    for a, b in Seq.zip expected found do
        Expect.isLessThan (abs (a - float b)) within message

/// Θ̂ by its definition, J Jᵀ over the outputs, of weights that lie in a row; unit rows are brought to norm √d.
let private contraction outputs (spec: RunSpec) (weights: Matrix<float32>) (rows: Matrix<float32>) =
    use _ = torch.NewDisposeScope()
    let network = RunSpec.networkOf outputs spec
    let first = spec.Width * columns
    let part from count = weights.Values[from .. from + count - 1]

    let w rows columns (values: float32[]) = Tensors.ofMatrix32 (Matrix.create rows columns values)

    let theta = [|
        { W = w spec.Width columns (part 0 first); B = None }
        { W = w outputs spec.Width (part first (outputs * spec.Width)); B = None }
    |]

    let x = Tensors.ofMatrix32(rows).mul((InputScale.norm columns spec.InputScale).ToScalar())
    EmpiricalNtk.contraction network theta x None |> Tensors.toArray64

let tests =
    testList "CompareProbes" [
        testCase
            "the narrowest and the widest of the main rate, the first seed that ended; one where they are one"
        <| fun () ->
            let all = [
                for rate in [ 1.9; 1.0 ] do
                    for width in [ 64; 16; 256 ] do
                        for number in [ 1; 0 ] do
                            spec InputScale.SqrtD rate width number, ()
                spec InputScale.Unit 1.0 4096 0, ()
            ]

            Expect.equal (places (CompareProbes.chosen settings all)) [ 1.0, 16, 0; 1.0, 256, 0 ] "of all"

            let lost =
                all |> List.filter (fun (spec, _) -> spec.Width < 256 && (spec.Width > 16 || spec.Member > 0))

            Expect.equal
                (places (CompareProbes.chosen settings lost))
                [ 1.0, 16, 1; 1.0, 64, 0 ]
                "where some diverged"

            let other = all |> List.filter (fun (spec, _) -> spec.Rate > 1.0)

            Expect.equal
                (places (CompareProbes.chosen settings other))
                [ 1.9, 16, 0; 1.9, 256, 0 ]
                "the nearest rate"

            Expect.equal (places (CompareProbes.chosen settings all[..0])) [ 1.9, 64, 1 ] "one alone"
            Expect.isEmpty (CompareProbes.chosen settings []) "none"

        testCase "a stage for each network and input scale, whose names differ"
        <| fun () ->
            let points = [
                for scale in InputScale.all do
                    for width in [ 16; 64 ] do
                        GridPoint.ofSpec (spec scale 1.0 width 0)
            ]

            let asked = CompareProbes.all 1.0 points
            Expect.equal asked.Length 2 "scales"

            Expect.equal
                (asked |> Array.distinctBy (fun (_, settings) -> (CompareProbes.stage settings).Name)).Length
                2
                "names"

        testCase "entries are those of the kernels: Θ from the run's, Θ̂ from weights by its definition"
        <| fun () ->
            let networks = (finished.Force()).Networks |> List.map _.Trained

            let probes =
                want (
                    runner.Run(
                        CompareProbes.stage settings,
                        Artifact.both (input ()) (artifact "networks" networks)
                    )
                )
                |> value

            Expect.equal (probes |> Array.map _.Spec.Width) [| 16; 64 |] "which"

            for probe in probes do
                let trained = networks |> List.find (fun trained -> trained.Run.Spec = probe.Spec)
                Expect.equal probe.Targets (Array.sort probe.Targets) "by target"
                Expect.equal probe.Rows.Length y.Length "all of so few"
                let numbers = probe.Rows |> Array.map (fun row -> split.Train[row])

                Expect.equal
                    probe.Targets
                    (numbers |> Array.map (fun row -> split.Targets[row]))
                    "their targets"

                let rows = Matrix.gatherRows numbers features.Labelled
                // At ‖x‖ = √d the regression's kernel is that of the networks.
                let exact = Matrix.gather numbers numbers (value (gram.Force()))
                wantNear 1e-6 "Θ" (Seq.map float exact.Values) probe.Limit
                wantNear 1e-4 "Θ̂₀" (contraction 1 probe.Spec trained.Initial rows) probe.Initial
                wantNear 1e-4 "Θ̂_T" (contraction 1 probe.Spec trained.Final.Value rows) probe.Final

        testCase "where every network diverged there is nothing to compare, and no failure"
        <| fun () ->
            let networks =
                (finished.Force()).Networks |> List.map (fun network -> { network.Trained with Final = None })

            let inputs = Artifact.both (input ()) (artifact "diverged" networks)
            let probes = want (runner.Run(CompareProbes.stage settings, inputs)) |> value
            Expect.isEmpty probes "none"

        testCase "of three classes the kernel is the mean over the outputs, and rows stand by class"
        <| fun () ->
            let labels = {
                Task = LearningTask.Classes [| "a"; "b"; "c" |]
                Values = Array.init count (fun i -> float (i % 3))
            }

            let ofClasses = { split with Labels = labels.Values; Targets = labels.Values }
            let splitting = artifact "split of classes" ofClasses
            let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))
            let points = [| for width in [ 16; 64 ] -> GridPoint.ofSpec (training 1.0 width) |]

            let trained =
                points
                |> Array.map (fun point ->
                    let inputs = TrainTask.inputs (artifact "labels" labels) splitting made spectrum
                    want (runner.Run(TrainTask.stage point, inputs)))
                |> Artifact.all

            let inputs = CompareProbes.taskInputs (artifact "labels" labels) splitting made gram.Value trained

            let probes = want (runner.Run(CompareProbes.taskStage points settings, inputs)) |> value

            Expect.equal
                (probes |> Array.map (fun probe -> probe.Spec.Width, probe.Outputs))
                [| 16, 3; 64, 3 |]
                "both"

            for probe, network in Seq.zip probes (value trained) do
                Expect.equal probe.Targets (Array.sort probe.Targets) "by class"
                let numbers = probe.Rows |> Array.map (fun row -> split.Train[row])
                let rows = Matrix.gatherRows numbers features.Labelled
                wantNear 1e-4 "Θ̂₀" (contraction 3 probe.Spec network.Initial rows) probe.Initial
                wantNear 1e-4 "Θ̂_T" (contraction 3 probe.Spec network.Final rows) probe.Final
                let exact = Matrix.gather numbers numbers (value (gram.Force()))
                wantNear 1e-6 "Θ" (Seq.map float exact.Values) probe.Limit
    ]
