module NtkPipeline.Tests.CompareTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private settings: CompareSettings = {
    Resamples = 400
    LazyThreshold = 0.05
    Margin = 0.01
    MainRate = 1.0
    SmallWidth = 256
}

let private seed = Seed.root 5UL
let private rows = 1000
let private labels = Array.init rows (fun i -> if i % 2 = 0 then 1.0 else -1.0)

/// Outputs that miss the labels of the named rows, and no others.
let private missing (wrong: int list) =
    let outputs = Array.copy labels

    for row in wrong do
        outputs[row] <- -outputs[row]

    outputs

let private scores = Metrics.scores labels

let private kernel: KernelRegression =
    let point: RidgePoint = {
        Ridge = 0.3
        RelativeRidge = 0.3
        EffectiveDimension = 10.0
        TrainAccuracy = Some 0.9
        CvAccuracy = Some 0.8
        CvF1 = Some 0.8
        CvError = Some 0.6
        LooAccuracy = Some 0.8
        LooError = 0.6
        Gcv = 0.6
        LogLikelihood = Some -100.0
    }

    let outputs = missing [ 0..199 ]

    {
        Path = [| point |]
        Chosen = point
        Targets = "plus-minus"
        ChosenBy = "cv"
        Folds = 5
        MeanDiagonal = 1.0
        Certificate = {
            Residual = 1e-14
            ConditionNumber = 100.0
            DigitsLost = 2.0
            Clipped = 0
            MostNegative = 0.0
        }
        Validation = scores outputs
        SmallestRidge = 0.001
        SmallestRidgeValidation = scores (missing [ 0..219 ])
        SmallestRidgeOutputs = missing [ 0..219 ]
        Coefficients = [||]
        LeftOutOutputs = [||]
        ValidationOutputs = outputs
        TestOutputs = [||]
        Refit = None
    }

let private measures epoch deltaTheta gap outputs : EpochMeasures = {
    Epoch = epoch
    Step = 4 * epoch
    TrainLoss = 0.2
    TrainAccuracy = 0.9
    Validation = scores outputs
    KernelAccuracy = Some 0.81
    LinearisedAccuracy = Some 0.81
    DeltaTheta = deltaTheta
    GapToKernelTrain = Some { Rms = gap; Sup = gap }
    GapToKernelValidation = Some { Rms = gap; Sup = 2.0 * gap }
    GapToLinearisedTrain = Some { Rms = gap; Sup = gap }
    GapToLinearisedValidation = Some { Rms = gap ** 2.0; Sup = gap }
    WeightMovement = [| 0.1 |]
    FlippedGates = Some 0.1
    AlignmentWithTargets = 0.2
    AlignmentWithInitial = 0.9
    EffectiveRank = Some 20.0
}

/// A run of 50 epochs, tracked at 0, 10 and 50; the kernel moves by a tenth of `move` in the first ten.
let private run width number (rate: float) move (wrong: int list) : NetworkRun =
    let outputs = missing wrong
    let gap = 2.0 / sqrt (float width)

    {
        Network = Architecture.written.Text
        Features = 128
        Width = width
        Member = number
        InputScale = "sqrt-d"
        LearningRate = rate
        AbsoluteRate = rate
        BatchSize = 256
        Steps = 200
        Centred = true
        OutputScale = 1.0
        Parameters = 100L
        TrainRows = 500
        ProbeRows = 100
        InitKernelError = gap
        DeltaTheta = Some move
        Diverged = None
        Epochs = [|
            measures 0 0.0 gap outputs
            measures 10 (move / 10.0) gap outputs
            measures 50 move gap outputs
        |]
        SpectrumInitial = [| 1.0 |]
        SpectrumFinal = [| 1.0 |]
        ValidationOutputs = outputs
        TestOutputs = [||]
    }

let private diverge (run: NetworkRun) = {
    run with
        Diverged = Some 3
        DeltaTheta = None
        Epochs = run.Epochs[..1]
}

let private seeds make = List.init 3 make
let private compare runs = Compare.run settings seed kernel labels runs

let private verdict (fragment: string) runs =
    (compare runs).Verdicts |> Array.find (fun verdict -> verdict.Claim.Contains fragment)

let private wants holds (fragments: string list) (verdict: Verdict) =
    Expect.equal verdict.Holds holds $"%s{verdict.Evidence}"

    for fragment in fragments do
        Expect.stringContains (verdict.Setting + " | " + verdict.Evidence) fragment "it says so"

/// Networks that miss so many of the kernel's mistakes and so many other rows.
let private wide missed others =
    seeds (fun k -> run 4096 k 1.0 0.02 ([ 0 .. missed - 1 ] @ [ 400 + k .. 399 + k + others ]))

let tests =
    testList "Compare" [
        testCase "power laws are recovered exactly, over the widths from 128 on"
        <| fun () ->
            let runs = [
                for width in [ 16; 64; 256; 1024; 4096 ] do
                    for number in 0..2 do
                        // Narrow networks off the law must not matter.
                        let move = if width < 128 then 3.0 else 7.0 * float width ** -0.85
                        run width number 1.0 move [ 0..199 ]
            ]

            let slopes =
                (compare runs).Slopes |> Array.map (fun slope -> slope.Quantity, slope) |> Map.ofArray

            for quantity, expected in
                [
                    "deltaTheta", -0.85
                    "initKernelError", -0.5
                    "gapToKernel", -0.5
                    "gapToLinearised", -1.0
                ] do
                let slope = slopes[quantity]
                Expect.equal slope.Widths [| 256; 1024; 4096 |] "the widths"
                wantClose 1e-9 quantity [| slope.Slope; slope.Lower; slope.Upper |] (Array.create 3 expected)

        testCase "a power law's band covers the true slope as often as it says"
        <| fun () ->
            let random = Random 3

            let normal () =
                sqrt (-2.0 * log (1.0 - random.NextDouble())) * cos (2.0 * Math.PI * random.NextDouble())

            let covered =
                Seq.init 2000 (fun _ ->
                    [|
                        for m in [ 128.0; 512.0; 2048.0 ] do
                            for _ in 1..3 -> m, m ** -0.5 * exp (0.1 * normal ())
                    |]
                    |> PowerLaw.fit
                    |> Option.exists (fun fit -> fit.Lower <= -0.5 && -0.5 <= fit.Upper))
                |> Seq.averageBy (fun covers -> if covers then 1.0 else 0.0)

            wantClose 0.015 "95%" [| covered |] [| 0.95 |]

        testCase "too few points, or a quantity of 0, give no power law rather than a NaN"
        <| fun () ->
            Expect.isNone (PowerLaw.fit [| 128.0, 1.0; 256.0, 0.5 |]) "no band"
            Expect.isNone (PowerLaw.fit [| 128.0, 1.0; 128.0, 0.5; 128.0, 0.7 |]) "one width"
            Expect.isNone (PowerLaw.fit [| 128.0, 1.0; 256.0, 0.0; 512.0, 0.7 |]) "log 0"

        testCase "summaries are over the seeds that did not diverge, and count the others"
        <| fun () ->
            let runs = [
                run 64 0 1.0 0.1 [ 0..99 ]
                run 64 1 1.0 0.3 [ 0..299 ]
                run 64 2 1.0 9.0 [ 0..899 ] |> diverge
                run 64 0 4.0 0.5 [ 0..9 ]
            ]

            match (compare runs).Widths with
            | [| main; fast |] ->
                Expect.equal (main.Runs, main.Diverged) (3, 1) "counted"
                let accuracy = Option.toArray main.Accuracy |> Array.exactlyOne
                wantClose 1e-12 "mean" [| accuracy.Mean |] [| 0.8 |]
                wantClose 1e-12 "sample deviation" (Option.toArray accuracy.StandardDeviation) [| sqrt 0.02 |]
                Expect.equal accuracy.Count 2 "seeds"
                Expect.equal main.InitKernelError.Count 3 "initialisation is sound for all"
                Expect.equal (fast.LearningRate, fast.Runs) (4.0, 1) "rates stand apart"
                Expect.equal (fast.Accuracy |> Option.map _.StandardDeviation) (Some None) "one seed has none"
            | widths -> failtest $"%d{widths.Length} summaries"

        testCase "the order of the runs changes nothing, and nothing is drawn anew"
        <| fun () ->
            let runs = wide 190 20 @ seeds (fun k -> run 64 k 4.0 0.4 [ 0 .. 190 + k ])
            let expected = compare runs
            Expect.equal (compare (List.rev runs)) expected "reversed"
            Expect.equal (compare (List.sortBy _.Member runs)) expected "by seed"

        testCase "the bootstrap's band is that of the normal theory where that applies"
        <| fun () ->
            // 60 rows that only the kernel gets right, 40 that only the network does, of 1,000.
            let members = [| Bootstrap.hits labels (missing [ 0..99 ]) |]
            let other = Bootstrap.hits labels (missing ([ 0..39 ] @ [ 100..139 ]))
            let difference = Bootstrap.paired 6000 seed members other
            let deviation = sqrt ((100.0 - 400.0 / 1000.0) / 1e6)
            wantClose 1e-12 "difference" [| difference.Value |] [| -0.02 |]

            wantClose 1e-3 "band" [| difference.Lower; difference.Upper |] [|
                -0.02 - 1.96 * deviation
                -0.02 + 1.96 * deviation
            |]

        testCase
            "the ridgeless kernel is compared tweet by tweet: networks that are right where it is do not differ"
        <| fun () ->
            seeds (fun k -> run 64 k 4.0 0.4 [ 0..219 ])
            |> verdict "A small"
            |> wants (Some false) [
                "ridgeless"
                "the difference is 0.0 percentage points (95% band 0.0 to 0.0)"
            ]

        testCase "wide networks reach the kernel: as good within the band"
        <| fun () ->
            wide 190 12
            |> verdict "Wide"
            |> wants (Some true) [
                "m = 4096"
                "3 seeds"
                "sqrt-d"
                "50 epochs"
                "80.0%"
                "79.8%"
                "margin of 1.0 percentage points"
                "81.0%"
            ]

        testCase
            "wide networks reach the kernel: a clear difference smaller than the margin is none that matters"
        <| fun () -> wide 200 4 |> verdict "Wide" |> wants (Some true) [ "no further below" ]

        testCase "wide networks do not reach the kernel where the whole band lies below"
        <| fun () ->
            wide 200 40 |> verdict "Wide" |> wants (Some false) [ "−4.0 percentage points"; "stay below" ]

        testCase "wide networks: undecided where the difference is large and unsure, or all diverged"
        <| fun () ->
            wide 60 155 |> verdict "Wide" |> wants None [ "cannot decide" ]
            wide 190 20 |> List.map diverge |> verdict "Wide" |> wants None [ "3 runs"; "diverged" ]

        testCase "the kernel's movement: below the threshold, above it, between seeds"
        <| fun () ->
            let moved moves =
                moves |> List.mapi (fun k move -> run 4096 k 1.0 move [ 0..199 ]) |> verdict "tangent"

            moved [ 0.02; 0.03; 0.04 ] |> wants (Some true) [ "ΔΘ = 3.0%"; "2.0% to 4.0%"; "up to epoch 50" ]

            moved [ 0.2; 0.3 ]
            |> wants (Some false) [ "ΔΘ = 25.0%"; "up to epoch 10, and at 30.0% by epoch 50" ]

            moved [ 0.6 ] |> wants (Some false) [ "up to epoch 0, and at 6.0% by epoch 10" ]
            moved [ 0.04; 0.06 ] |> wants None [ "for 1 of 2 seeds only" ]

            seeds (fun k -> run 1024 k 1.0 0.2 [ 0..199 ] |> diverge)
            |> verdict "tangent"
            |> wants None [ "All 3 runs at m = 1024 diverged"; "stated for m = 4096" ]

        testCase "a claim names the width that was looked at, and says for which it is stated"
        <| fun () ->
            let of' width = seeds (fun k -> run width k 1.0 0.02 [ 0..199 ]) |> verdict "tangent"
            let narrow, wide = of' 256, of' 4096
            Expect.stringEnds narrow.Claim "at m = 256" "the widest there is"
            Expect.stringEnds wide.Claim "at m = 4096" "the width that the expectation is stated for"

            narrow
            |> wants (Some true) [
                "At m = 256, after 50 epochs"
                "The expectation is stated for m = 4096; the widest networks here have m = 256."
            ]

            Expect.isFalse (wide.Evidence.Contains "stated") "nothing to explain"

        testCase "one seed is one network, in every verdict"
        <| fun () ->
            let plural (verdict: Verdict) =
                for word in [ "They"; "they"; "them"; "networks ("; "classify"; "1 seeds"; "mean of" ] do
                    Expect.isFalse (verdict.Evidence.Contains word) $"'%s{word}' in: %s{verdict.Evidence}"

            let wide wrong = verdict "Wide" [ run 4096 0 1.0 0.02 wrong ]

            wide [ 0..99 ]
            |> wants (Some true) [ "The widest network (m = 4096, 1 seed) classifies"; "so it surpasses" ]

            wide ([ 0..199 ] @ [ 300..303 ]) |> wants (Some true) [ "so it is no further below the kernel" ]
            wide [ 0..299 ] |> wants (Some false) [ "so it stays below the kernel" ]

            let small wrong = verdict "small" [ run 64 0 4.0 0.4 wrong; run 16 0 4.0 0.4 [ 0..400 ] ]

            small [ 0..99 ]
            |> wants (Some true) [ "The best small network (m = 64"; "so it beats"; "It was picked" ]

            small [ 0..299 ] |> wants (Some false) [ "the kernel beats it" ]

            for verdict in
                [
                    wide [ 0..99 ]
                    wide [ 0..199 ]
                    wide [ 0..299 ]
                    small [ 0..99 ]
                    small [ 0..299 ]
                ] do
                plural verdict

            verdict "Wide" [ run 4096 0 1.0 0.02 [] |> diverge ]
            |> wants None [ "The only run of the greatest width (m = 4096) diverged" ]

            List.init 2 (fun k -> run 4096 k 1.0 0.02 [] |> diverge)
            |> verdict "Wide"
            |> wants None [ "Both runs of the greatest width (m = 4096) diverged" ]

        testCase "wide networks that are clearly better are said to be"
        <| fun () -> wide 100 0 |> verdict "Wide" |> wants (Some true) [ "so they surpass the kernel" ]

        testCase "a small network beats the kernel, is beaten, or shows no difference"
        <| fun () ->
            let small wrong = seeds (fun k -> run 64 k 4.0 0.4 wrong)

            small [ 0..149 ]
            |> verdict "small"
            |> wants (Some true) [ "m = 64"; "rate 4"; "+5.0 percentage points"; "beat" ]

            small [ 0..249 ] |> verdict "small" |> wants (Some false) [ "the kernel beats"; "−5.0" ]

            small ([ 20..199 ] @ [ 300..319 ])
            |> verdict "small"
            |> wants (Some false) [ "no difference"; "78.0%" ]

        testCase
            "a small network: the best is picked of those without a diverged seed, and the choice is owned up to"
        <| fun () ->
            let runs =
                seeds (fun k -> run 64 k 4.0 0.4 [ 0..180 ])
                @ seeds (fun k -> run 16 k 4.0 0.4 [ 0..190 ])
                @ (seeds (fun k -> run 16 k 8.0 0.4 [ 0..10 ])
                   |> List.mapi (fun k run -> if k = 1 then diverge run else run))
                @ seeds (fun k -> run 1024 k 4.0 0.4 [ 0..10 ])
                @ seeds (fun k -> run 16 k 1.0 0.4 [ 0..10 ])

            verdict "small" runs |> wants (Some true) [ "m = 64"; "best of 2 configurations" ]

        testCase "a small network: undecided where none was trained or none is sound"
        <| fun () ->
            wide 190 20 |> verdict "small" |> wants None [ "No such network" ]
            [ run 16 0 8.0 0.4 [ 0..9 ] |> diverge ] |> verdict "small" |> wants None [ "1 configuration" ]

        testCase "each input scale has its own verdicts and power laws"
        <| fun () ->
            let runs = [
                for width in [ 256; 4096 ] do
                    for number in 0..1 do
                        run width number 1.0 0.02 [ 0..199 ]
                        { run width number 1.0 0.9 [ 0..299 ] with InputScale = "unit" }
            ]

            let comparison = compare runs
            let wide = comparison.Verdicts |> Array.filter (fun verdict -> verdict.Claim.Contains "Wide")
            Expect.equal (wide |> Array.map _.Holds) [| Some true; Some false |] "sqrt-d, then unit"
            Expect.equal comparison.Verdicts.Length 5 "two for each scale, one for all"
            Expect.equal (comparison.MainRate, comparison.LazyThreshold) (1.0, 0.05) "for whoever shows it"

            Expect.equal
                (comparison.Slopes |> Array.countBy _.InputScale)
                [| "sqrt-d", 4; "unit", 4 |]
                "slopes"

        testCase "no run at all gives an empty comparison and an undecided verdict"
        <| fun () ->
            let comparison = compare []
            Expect.equal (comparison.Widths.Length, comparison.Slopes.Length) (0, 0) "nothing to summarise"
            Expect.equal (comparison.Verdicts |> Array.map _.Holds) [| None |] "nothing to judge"
    ]
