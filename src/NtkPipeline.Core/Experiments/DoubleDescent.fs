namespace NtkPipeline.Core

/// Double descent (Belkin et al. 2019; Mei & Montanari 2022; Hastie et al. 2022): regression without a ridge on random features of a
/// network, and on its gradients, errs most where independent features are as many as rows, and the right ridge at every width takes the
/// peak away (Nakkiran et al. 2021). The written method's network, f(x) = (1/√m) W₂ relu(W₁x/√d), at ‖x‖ = √d.
[<RequireQualifiedAccess>]
module DoubleDescent =

    let private setting key = Setting.create $"double-descent.%s{key}"

    let private settings = [
        setting
            "rows"
            (Whole(16L, 2000L))
            "400"
            "N, training rows that are drawn and fitted; all where there are fewer."
        setting
            "dimensions"
            (Whole(2L, 512L))
            "16"
            "d, leading principal components that a network is given, brought to norm √d."
        setting
            "features"
            (ChoiceList(FeatureKind.all |> List.map FeatureKind.print))
            "random-features, gradients"
            "random-features: the last layer's m inputs; gradients: by all m(d + 1) parameters."
        setting
            "noise"
            (RealList(0.0, 0.5))
            "0, 0.2"
            "Shares of the fitted rows whose labels are flipped. Validation labels never are."
        setting
            "octaves"
            (Real(0.0, 6.0))
            "2.6"
            "How far widths go below and above the threshold, in octaves."
        setting "per-octave" (Whole(1L, 16L)) "4" "Widths an octave."
        setting "seeds" (Whole(1L, 100L)) "3" "Draws of rows, flips and weights."
        setting
            "choose-by"
            (Choice [ "loo"; "gcv" ])
            "loo"
            "By what the ridge is tuned, on fitted rows: the error of exact leave-one-out, or generalised cross-validation."
        setting
            "trained-seeds"
            (Whole(0L, 100L))
            "2"
            "Of these draws, those on which networks are trained too."
        setting "optimiser" Text "adam" "How they are trained, on full batches, as train.optimiser has it."
        setting
            "rate"
            (Real(1e-6, 1e6))
            "1"
            "Their learning rate, in units of N/Λ_max of their own Θ̂₀, or the optimiser's own."
        setting
            "goal"
            (Real(0.0, 1.0))
            "0.001"
            "The mean squared error on fitted rows at which training ends."
        setting "steps" (Whole(1L, 1000000L)) "3000" "Steps after which it ends anyway."
    ]

    let private whole values key = Setting.whole values $"double-descent.%s{key}"
    let private real values key = Setting.real values $"double-descent.%s{key}"

    /// Ridges over the mean diagonal among which the tuned one is.
    let private ridge (values: Map<string, string>) : RidgeSettings = {
        Smallest = 1e-6
        Largest = 1e3
        PointsPerDecade = 4
        ChooseBy =
            if values["double-descent.choose-by"] = "gcv" then
                RidgeChoice.Gcv
            else
                RidgeChoice.LeaveOneOut
    }

    let dimensions (values: Map<string, string>) : int = whole values "dimensions"

    let kinds (values: Map<string, string>) : FeatureKind list =
        let named = Setting.texts values "double-descent.features"
        FeatureKind.all |> List.filter (fun kind -> List.contains (FeatureKind.print kind) named)

    let seeds (values: Map<string, string>) : int list = [ 0 .. whole values "seeds" - 1 ]

    let trainedSeeds (values: Map<string, string>) : int list =
        seeds values |> List.truncate (whole values "trained-seeds")

    let noises (values: Map<string, string>) : float list =
        Setting.reals values "double-descent.noise" |> List.distinct |> List.sort

    let rows (values: Map<string, string>) (number: int) : Stage<Features * Split, NoisyRows> =
        NoisyRows.stage "double-descent" { Rows = whole values "rows"; Noises = noises values } number

    let curve
        (values: Map<string, string>)
        (kind: FeatureKind)
        (number: int)
        : Stage<DescentInput, DescentCurve[]> =
        DescentCurve.stage
            {
                Octaves = real values "octaves"
                PerOctave = whole values "per-octave"
                Ridge = ridge values
            }
            kind
            number

    let networks
        (values: Map<string, string>)
        (noise: float)
        (number: int)
        : Stage<DescentInput, DescentNetworks> =
        match Optimiser.parse values["double-descent.optimiser"] with
        | Error reason -> invalidArg (nameof values) reason
        | Ok optimiser ->
            DescentNetworks.stage
                {
                    Octaves = real values "octaves"
                    PerOctave = whole values "per-octave"
                    Optimiser = optimiser
                    Rate = real values "rate"
                    Goal = real values "goal"
                    Steps = whole values "steps"
                }
                noise
                number

    /// A decomposition of every place, and the steps of every network at worst.
    let private work (values: Map<string, string>) (sizes: RunSizes) : float =
        let n, d = min (whole values "rows") sizes.Fitted, dimensions values
        let widths kind = DescentCurve.widths (real values "octaves") (whole values "per-octave") kind d n

        let regressions =
            Seq.sum (
                seq {
                    for kind in kinds values do
                        for width in widths kind do
                            let features = FeatureKind.count kind d width

                            Workload.eigen n
                            + 6.0 * Workload.product n features n
                            + 3.0 * Workload.product sizes.Kept features n
                }
            )

        let step width =
            (24.0 * float n * float (FeatureKind.count FeatureKind.Gradients d width) + 4e7) / 1e9

        let steps = float (whole values "steps") * (widths FeatureKind.Gradients |> Array.sumBy step)
        let networks = float ((noises values).Length * (trainedSeeds values).Length)
        float (seeds values).Length * regressions + networks * steps

    let experiment: Experiment = {
        Name = "double-descent"
        Question =
            "Does the test error peak where features are as many as rows, and does a tuned ridge remove the peak?"
        Settings = settings
        Check =
            fun values _ -> [
                match Optimiser.parse values["double-descent.optimiser"] with
                | Error reason -> $"double-descent.optimiser: %s{reason}"
                | Ok _ -> ()

                if whole values "rows" < whole values "dimensions" then
                    "double-descent.rows: there must be as many as double-descent.dimensions, or the narrowest network has more features than rows"
            ]
        Work = fun values _ sizes -> work values sizes
    }

    /// What the experiment adds to a run's findings.
    let chapter
        (split: Artifact<Split>)
        (curves: Artifact<DescentCurve[] list>)
        (networks: Artifact<DescentNetworks list>)
        : Artifact<Chapter> =
        let write (split: Split) curves networks : Chapter =
            let evidence = {
                Curves = Array.concat (curves: DescentCurve[] list)
                Networks = Array.ofList networks
                ValidationRows = split.Validation.Length
            }

            {
                Chapter.create experiment.Name experiment.Question with
                    Answer = DescentWords.answer evidence
                    Words = DescentWords.words evidence
                    Verdicts =
                        DescentClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
                    Findings = DescentWords.findings evidence
                    Charts = DescentCharts.all evidence
                    Tables = DescentCharts.tables evidence
            }

        Artifact.map3 write split curves networks
