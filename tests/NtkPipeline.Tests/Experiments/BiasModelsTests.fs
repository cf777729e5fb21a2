module NtkPipeline.Tests.BiasModelsTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private runner: IRunner = MemoryRunner(Seed.root 3UL)

let private want (value: Result<Artifact<'a>, PipelineError>) =
    let value = value |> Result.bind _.Value.Force() |> Result.mapError _.Sentence
    Expect.wantOk value "it should work"

let private values changed =
    ImplicitBias.experiment.Settings
    |> List.map (fun setting -> setting.Key, setting.Default)
    |> Map.ofList
    |> fun all ->
        changed |> List.fold (fun all (key, value) -> Map.add $"implicit-bias.%s{key}" value all) all

let small =
    values [
        "rows", "20"
        "closest", "0.95"
        "widths", "32, 2048"
        "seeds", "2"
        "steps", "300"
        "batch-size", "8"
    ]

let private input =
    lazy (artifact "input" (SmallTraining.input.Force()) |> Artifact.bind TrainInput.create)

let private ready = lazy (want (Ok(input.Force())))

/// All that the experiment makes of the small problem.
let evidence =
    lazy
        (let input = input.Force()
         let points = ImplicitBias.points small SmallTraining.settings
         let made stage = Expect.wantOk (runner.Run(stage, input) |> Result.mapError _.Sentence) "made"
         let paths = points |> Array.map (BiasModels.path >> made)

         let firsts =
             ImplicitBias.firstSteps small SmallTraining.settings
             |> Array.map (fun (point, isSingle) -> BiasModels.firstSteps point isSingle |> made)

         runner.Run(
             JudgeBias.stage settings 0.1 points[0],
             JudgeBias.inputs input (Artifact.all paths) (Artifact.all firsts)
         )
         |> want)

let tests =
    testList "BiasModels" [
        testCase "the distance in a linear kernel's norm is that of the weights; a singular kernel has none"
        <| fun () ->
            let x = SmallStack.normal 8L [ 5; 5 ] |> Tensors.toMatrix64

            let kernel (rows: Matrix<float>) =
                let values = [|
                    for i in 0 .. rows.Rows - 1 do
                        for j in 0 .. rows.Rows - 1 ->
                            Seq.sum (seq { for k in 0 .. rows.Columns - 1 -> rows[i, k] * rows[j, k] })
                |]

                Matrix.create rows.Rows rows.Rows values
                |> KernelMatrix.Double
                |> Spectrum.decompose "a linear kernel"
                |> fun spectrum -> Expect.wantOk (spectrum |> Result.mapError _.Sentence) "decomposed"

            let w, v = [| 1.0; -2.0; 0.5; 3.0; 0.1 |], [| 0.9; -2.2; 0.0; 3.0; 1.1 |]
            let at (w: float[]) = Array.init 5 (fun i -> Array.init 5 (fun k -> x[i, k] * w[k]) |> Array.sum)
            let norm (w: float[]) = w |> Array.sumBy (fun x -> x * x) |> sqrt
            let found = BiasMeasures.normDistance (kernel x) (at w) (at v)

            KernelSamples.wantClose 1e-9 "‖w − v‖/‖v‖" (Option.toArray found) [|
                norm (Array.map2 (-) w v) / norm v
            |]

            Expect.isNone
                (BiasMeasures.normDistance (kernel (Matrix.gatherRows [| 0; 1; 1 |] x)) [| 1.0; 1.0; 2.0 |] [|
                    1.0
                    1.0
                    1.0
                |])
                "a row twice"

        testCase "rows are spread over all, and no two of them are too close"
        <| fun () ->
            let input = ready.Force()
            let all = BiasRows.pick 1000 0.99 input
            Expect.equal (Array.distinct all).Length all.Length "each once"
            let some = BiasRows.pick 12 0.6 input
            Expect.isLessThanOrEqual some.Length 12 "no more"

            let cosine a b =
                Seq.sum (
                    seq {
                        for k in 0 .. input.Labelled.Columns - 1 ->
                            float input.Labelled[a, k] * float input.Labelled[b, k]
                    }
                )

            for a in some do
                for b in some do
                    if a <> b then
                        Expect.isLessThanOrEqual (abs (cosine a b)) 0.6 "apart"

            let few = BiasRows.pick 8 0.99 input
            let halves = few |> Array.countBy (fun row -> row < input.TrainTargets.Length / 2)
            Expect.equal halves.Length 2 "of both halves"

        testCase "the grid: every width on the squared error, the widest on the cross-entropy, seeds by name"
        <| fun () ->
            let points = ImplicitBias.points small SmallTraining.settings
            Expect.equal points.Length (5 * 4 + 5 * 2) "five optimisers"
            let names = points |> Array.map (fun point -> (BiasModels.path point).Name)
            Expect.equal (Array.distinct names).Length names.Length "no two of a name"
            let firsts = ImplicitBias.firstSteps small SmallTraining.settings
            Expect.equal firsts.Length (2 * 5) "descent once, adam and sign twice"
            let adam = { SmallTraining.settings with Optimiser = Optimiser.adam; Rate = 7.0 }
            Expect.equal (ImplicitBias.points small adam) points "the run's own optimiser does not count"

        testCase
            "a wide network ends at its own solution of least norm by descent; by signs elsewhere, further than it must"
        <| fun () ->
            let found = evidence.Force()

            let ends kind width = found.Ends |> Array.find (fun e -> e.Kind = kind && e.Width = width)

            let descent, narrow = ends OptimiserKind.Descent 2048, ends OptimiserKind.Descent 32
            let signs = ends OptimiserKind.Sign 2048
            let distance (e: BiasEnd) = Array.average e.OwnDistances
            let travel (e: BiasEnd) = Expect.wantSome e.Travel "travel"
            Expect.equal (descent.Sound, descent.Networks) (2, 2) "sound"
            Expect.isLessThan (Expect.wantSome descent.TrainLoss "loss") 1e-3 "it fits"
            Expect.isLessThan (distance descent) 0.04 "near"
            // Descent leaves what has small eigenvalues, which weighs more in the kernel's norm than in outputs (y is ±1).
            let inNorm = Array.average descent.NormDistances
            let left = sqrt (2.0 * Expect.wantSome descent.TrainLoss "loss")
            Expect.equal descent.NormDistances.Length 2 "of each network"
            Expect.isTrue (left < inNorm && inNorm < 1.0) $"%g{left} of outputs, %g{inNorm} of the norm"
            Expect.isLessThan (distance descent) (distance narrow / 4.0) "nearer the wider"
            Expect.isTrue (abs (travel descent - 1.0) < 0.05) $"no further than it must: %g{travel descent}"
            Expect.isGreaterThan (distance signs) (2.0 * distance descent) "elsewhere"
            Expect.isGreaterThan (travel signs) (1.2 * travel descent) "further"

        testCase "the answer, tables, charts and every number of the small problem"
        <| fun () ->
            let chapter = (BiasChapter.chapter (artifact "evidence" (evidence.Force()))).Value.Force()
            let chapter = Expect.wantOk (chapter |> Result.mapError _.Sentence) "written"
            Expect.equal chapter.Answer.Length 1 "one sentence"
            Expect.equal chapter.Tables.Length 6 "ends, three stops, predictions, turns"
            Expect.equal chapter.Charts.Length 4 "charts"
            let metrics = chapter.Findings |> Array.map _.Metric
            Expect.equal (Array.distinct metrics).Length metrics.Length "each number once"

            for finding in chapter.Findings do
                match finding.Value with
                | Some value -> Expect.isTrue (Double.IsFinite value) finding.Metric
                | None -> Expect.isSome finding.Note finding.Metric
    ]
