/// Kernels at random against their limits, and networks beside their own first kernels.
module NtkPipeline.Tests.ConcentrationTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

/// Networks that miss some rows, beside kernels that miss others; errors fall by a power of the width.
let private pairs seeds (power: float) (wrong: int list) (wrongKernel: int list) : OwnKernelPair list = [
    for width in [ 128; 512; 2048 ] do
        for number in 0 .. seeds - 1 do
            let noise = 1.0 + 0.001 * cos (float (width + 7 * number))

            {
                Width = width
                Member = number
                Errors = [| 1.0; 2.0; 3.0; 4.0 |] |> Array.map (fun k -> k * noise * float width ** power)
                Network = missing wrong
                Stopped = Some(missing wrongKernel)
                Ridge = missing []
            }
]

let private runs (pairs: OwnKernelPair list) =
    pairs |> List.map (fun pair -> run pair.Width pair.Member 1.0 0.1 [])

let private evidence pairs = ConcentrationEvidence.gather 300 (Seed.root 3UL) labels (runs pairs) pairs

let private verdicts pairs =
    ConcentrationEvidence.claims 0.1 0.02 0.01
    |> List.collect (fun claim -> List.ofArray (claim.Judge(evidence pairs)))
    |> Array.ofList

let private tests' = [
    testCase "quantiles are those of all pairs, and differences are over the mean diagonal"
    <| fun () ->
        let analytic = Matrix.init 4 4 (fun i j -> if i = j then 2.0f else 1.0f)
        let off = Matrix.init 4 4 (fun i j -> analytic[i, j] * 0.5f + 0.1f * float32 (min i j + 3 * max i j))
        let found = Concentration.errors 3 0.5 off analytic
        // Pairs i ≤ j < 3: min + 3 max = 0, 3, 6, 4, 7, 8 tenths, over a mean diagonal of 1.
        KernelSamples.wantClose 1e-6 "quantiles" found [| 0.5; 0.75; 0.795; 0.8 |]

    testCase "pairs of tweets are counted as a person would count them"
    <| fun () ->
        let found = evidence (pairs 3 -0.5 [ 0..29 ] [ 20..59 ])
        let last = Array.last found.Stopped
        Expect.equal (last.Width, last.Seeds) (2048, 3) "the widest"
        KernelSamples.wantClose 1e-12 "agree" [| last.Agreement.Value |] [| 1.0 - 50.0 / 1000.0 |]
        KernelSamples.wantClose 1e-12 "alone" [| last.NetworkAlone; last.KernelAlone |] [| 30.0; 20.0 |]
        KernelSamples.wantClose 1e-12 "gain" [| last.Gain.Value |] [| 10.0 / 1000.0 |]
        KernelSamples.wantClose 1e-12 "rms" [| last.Rms |] [| sqrt (4.0 * 50.0 / 1000.0) |]
        Expect.isTrue (last.Gain.Lower < 0.01 && last.Gain.Upper > 0.01) "with a band"
        Expect.equal (Array.last found.Ridge).KernelAlone 30.0 "the ridge's"

    testCase "what it asks as convergence does is the same setting under its own key"
    <| fun () ->
        let of' (experiment: Experiment) =
            experiment.Settings
            |> List.map (fun setting ->
                setting.Key.Split('.')[1], (setting.Kind, setting.Default, setting.Doc))
            |> Map.ofList

        let ours, theirs = of' Concentration.experiment, of' Convergence.experiment

        for name in [ "widths"; "seeds"; "steps"; "rate"; "input-scale"; "tolerance" ] do
            Expect.equal ours[name] theirs[name] name

        for experiment in Experiments.all do
            for setting in experiment.Settings do
                if setting.Key.EndsWith ".input-scale" then
                    Expect.equal setting.Default "sqrt-d" setting.Key

    testCase "errors that fall as m^−½ do, those that fall otherwise do not"
    <| fun () ->
        (verdicts (pairs 3 -0.5 [] []))[0]
        |> wants (Some true) [ "median"; "99%"; "max"; "m^−0.50"; "Arora" ]

        (verdicts (pairs 3 -0.2 [] []))[0] |> wants (Some false) [ "m^−0.20" ]

        (verdicts (pairs 3 -0.5 [] [] |> List.filter (fun pair -> pair.Width = 128)))[0]
        |> wants None [ "no power law can be fitted" ]

    testCase "networks and kernels that agree do, those that do not do not, and few tweets cannot tell"
    <| fun () ->
        (verdicts (pairs 3 -0.5 [ 0..9 ] [ 0..9 ]))[1]
        |> wants (Some true) [ "agree on 100.0%"; "not less than" ]

        (verdicts (pairs 3 -0.5 [ 0..99 ] []))[1] |> wants (Some false) [ "agree on 90.0%"; "less than" ]
        (verdicts (pairs 3 -0.5 [ 0..19 ] []))[1] |> wants None [ "not told from" ]

    testCase "equal accuracies are, unequal ones are not, and bands across the margin cannot tell"
    <| fun () ->
        (verdicts (pairs 3 -0.5 [ 0..1 ] [ 2..3 ]))[2]
        |> wants (Some true) [ "within the margin"; "alone is right on 2.0" ]

        (verdicts (pairs 3 -0.5 [ 0..99 ] []))[2]
        |> wants (Some false) [ "beyond the margin"; "−10.0 percentage points" ]

        (verdicts (pairs 3 -0.5 [ 0..9 ] []))[2] |> wants None [ "not told from" ]

    testCase "networks that diverged have kernels at random, and no outcome"
    <| fun () ->
        let pairs = pairs 2 -0.5 [] []

        let lost =
            ConcentrationEvidence.gather 300 (Seed.root 3UL) labels (runs pairs |> List.map diverge) pairs

        Expect.equal (lost.Diverged, lost.Stopped.Length) (6, 0) "none is paired"
        Expect.isSome (snd lost.Errors[0]).Fit "their first kernels are there"

        (List.item 1 (ConcentrationEvidence.claims 0.1 0.02 0.01)).Judge lost
        |> Array.exactlyOne
        |> wants None [ "Every network diverged" ]

    testCase
        "a network's own kernel, descended for as many steps, is its linearisation; and ridge solves its system"
    <| fun () ->
        let source = SmallTraining.input.Force()

        let trained =
            SmallTraining.network {
                SmallTraining.settings with
                    Width = 300
                    BatchSize = 0
                    Epochs = 40
                    Tracked = TrackedEpochs.Listed []
            }

        let input = want (TrainInput.create source)
        let point = { Name = "p"; Spec = trained.Run.Spec }
        let runner: IRunner = MemoryRunner(Seed.root 3UL)
        let inputs = Concentration.inputs (artifact "i" input) (artifact "k" kernel) (artifact "t" trained)
        let pair = (want (runner.Run(Concentration.stage point, inputs))).Value.Force() |> want
        let gap = (Array.last trained.Run.Epochs).GapToLinearisedValidation
        let gap = Expect.wantSome gap "followed"

        SmallTraining.close
            1e-4
            (Metrics.gap pair.Network (Option.defaultValue [||] pair.Stopped)).Rms
            gap.Rms
            "what training saw, in float32"

        let own = TrainedNetwork.tangent trained trained.Initial input.Labelled None |> Matrix.map float
        let n = input.TrainTargets.Length
        let train, others = [| 0 .. n - 1 |], [| n .. own.Rows - 1 |]
        let gram = Matrix.gather train train own
        let ridge = kernel.Chosen.RelativeRidge * (Seq.init n (fun i -> gram[i, i]) |> Seq.average)
        let alpha = KernelSamples.solve ridge gram input.TrainTargets
        let cross = Matrix.gather others train own
        let f = others |> Array.mapi (fun k _ -> KernelSamples.dot ((Matrix.row k cross).ToArray()) alpha)
        KernelSamples.wantClose 1e-8 "by LU" pair.Ridge f
        Expect.isTrue (pair.Errors = Array.sort pair.Errors && pair.Errors[0] > 0.0) "quantiles rise"

    testCase "what was found is kept and read back, and told"
    <| fun () ->
        let found = evidence (pairs 3 -0.5 [ 0..9 ] [ 5..14 ])
        let codec = (ConcentrationEvidence.stage settings).Codec
        use stream = new MemoryStream()
        codec.Write stream found
        stream.Position <- 0L
        Expect.equal (codec.Read stream) (Ok found) "the same"
        let values = Concentration.experiment.Settings |> List.map (fun s -> s.Key, s.Default) |> Map.ofList

        let chapter =
            (ConcentrationChapter.chapter values settings (artifact "e" found)).Value.Force() |> want

        let metrics = chapter.Findings |> Array.map _.Metric
        Expect.equal metrics (Array.distinct metrics) "no name twice"
        Expect.contains metrics "kernel-error-99-percent-exponent-lower" "laws"
        Expect.contains metrics "same-steps-agreement-m=2048" "pairs"
        Expect.equal chapter.Verdicts.Length 3 "three claims"
]

let tests = testList "Concentration" tests'
