module NtkPipeline.Tests.FunctionSpaceTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let private values =
    Map [
        for setting in FunctionSpace.experiment.Settings -> setting.Key, setting.Default
    ]
    |> Map.add "function-space.widths" "64, 256, 1024"
    |> Map.add "function-space.epochs" "40"

let private basis = (run 64 0 1.0 0.0 []).Spec
let private runner: IRunner = MemoryRunner(Seed.root 4UL)

let private input =
    lazy (artifact "source" SmallTraining.input.Value |> Artifact.bind TrainInput.create)

let private evidenceOf values =
    let points = Expect.wantOk (Grid.points (FunctionSpace.grid values basis)) "a grid"

    let networks = [
        for point in points -> want (runner.Run(TrainNetwork.stage point, input.Value))
    ]

    let scales = FunctionSpace.scales values basis

    let kernels = [
        for spec in scales -> want (runner.Run(FunctionSpace.kernelPath values spec, input.Value))
    ]

    let inputs =
        FunctionPaths.inputs (scales |> List.map _.InputScale) (Artifact.all kernels) (Artifact.all networks)

    (want (runner.Run(FunctionPaths.stage, inputs))).Value.Force() |> want

let private evidence = lazy (evidenceOf values)

let tests =
    testList "FunctionSpace" [
        testCase "moments are whole, rise to the last epoch, and are a factor apart"
        <| fun () ->
            Expect.equal (FunctionSpace.moments 20) [ 1; 2; 3; 4; 6; 8; 11; 16; 20 ] "by hand"
            Expect.equal (FunctionSpace.moments 2) [ 1; 2 ] "the fewest"

        testCase "the closed form is the kernel that was trained beside each network"
        <| fun () ->
            let mismatches = evidence.Value.Paths |> Array.choose _.Mismatch
            Expect.equal mismatches.Length 18 "three widths, three seeds, two scales"
            Expect.isLessThan (Array.max mismatches) 1e-4 "but for float32"

        testCase "the angle falls with the width, and at ‖x‖ = 1 paths bend further"
        <| fun () ->
            let found = evidence.Value

            let mean scale width =
                found.Paths
                |> Array.filter (fun path -> path.Spec.InputScale = scale && path.Spec.Width = width)
                |> Array.choose _.MeanAngle
                |> Array.average

            let at width = mean InputScale.SqrtD width
            Expect.isTrue (at 1024 < at 256 && at 256 < at 64) "wider, closer"
            Expect.isGreaterThan (mean InputScale.Unit 1024) (at 1024) "the lazy scale is closer"
            let fit = found.Exponents[0].Fit |> Option.get
            Expect.isLessThan (abs (fit.Slope + 0.5)) 0.25 "like m^−½"
            Expect.equal (found.Exponents[0].Runs, found.Widest) (6, 1024) "m ≥ 128 alone"

            for kernel in found.Kernels do
                Expect.equal kernel.Plane.Length kernel.Steps.Length "a point a moment"
                Expect.isTrue (kernel.PlaneShare.Value > 0.5) "most of it"

        testCase "a network that is its kernel has no angle, and lies in its plane where that does"
        <| fun () ->
            let spec = List.head (FunctionSpace.scales values basis)
            let kernel = want (runner.Run(FunctionSpace.kernelPath values spec, input.Value))
            let path = kernel.Value.Force() |> want
            let point = Expect.wantOk (Grid.points (FunctionSpace.grid values basis)) "a grid" |> Array.head
            let trained = (want (runner.Run(TrainNetwork.stage point, input.Value))).Value.Force() |> want
            let same = { trained with Path = path.Outputs |> Matrix.map float32 }

            let inputs =
                FunctionPaths.inputs
                    [ InputScale.SqrtD ]
                    (Artifact.all [ kernel ])
                    (Artifact.all [ artifact "same" same ])

            let found = (want (runner.Run(FunctionPaths.stage, inputs))).Value.Force() |> want
            let one = found.Paths[0]
            Expect.isLessThan (Option.get one.MeanAngle) 1e-3 "rounding"
            Expect.isLessThan (Option.get one.EndAngle) 1e-6 "rounding"

            for a, b in Array.zip one.Plane found.Kernels[0].Plane do
                KernelSamples.wantClose 1e-6 "the same points" a b

        testCase "a network that diverged has a path and no angle"
        <| fun () ->
            let wild = values |> Map.add "function-space.rate" "1.9" |> Map.add "function-space.widths" "1, 2"
            let found = evidenceOf wild

            for path in found.Paths do
                Expect.equal path.MeanAngle.IsNone path.Diverged "one or the other"
                Expect.equal path.Epochs.Length (path.Angles.Length + 1) "as far as it came"

            let chapter = (FunctionSpaceChapter.chapter (artifact "wild" found)).Value.Force() |> want
            Expect.isNonEmpty chapter.Charts "what there is"

        testCase "an optimiser without a kernel is descent here"
        <| fun () ->
            let adam = { basis with Optimiser = Optimiser.adam }
            Expect.equal (FunctionSpace.basis values adam).Optimiser Optimiser.Descent "descent"
            let ball = { basis with Optimiser = Optimiser.Momentum 0.5 }
            Expect.equal (FunctionSpace.basis values ball).Optimiser ball.Optimiser "momentum has one"

        testCase "what was found is kept and read back, and told"
        <| fun () ->
            let codec = FunctionPaths.stage.Codec
            use stream = new MemoryStream()
            codec.Write stream evidence.Value
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok evidence.Value) "the same"

            let chapter =
                (FunctionSpaceChapter.chapter (artifact "found" evidence.Value)).Value.Force() |> want

            let metrics = chapter.Findings |> Array.map _.Metric
            Expect.equal (Array.distinct metrics) metrics "no metric twice"
            Expect.equal (List.length chapter.Charts, chapter.Tables[0].Rows.Length) (7, 6) "charts and rows"
            Expect.equal (List.length chapter.Answer) 2 "a sentence a scale"
    ]
