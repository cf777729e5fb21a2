namespace NtkPipeline.Core

/// One network, and how it is trained.
type BiasPoint = {
    /// Network, seed, input scale and rate (in the unit of its kind of descent); what it says of epochs and batches does not count.
    Spec: RunSpec
    Kind: OptimiserKind
    Loss: Loss
    Steps: int
    /// Of minibatches.
    BatchSize: int
    /// At most so many rows are fitted, no two of which have a cosine above the second number.
    Rows: int
    Closest: float
}

/// Where overparameterised training ends: by steps that are linear in the gradients at the kernel's solution of least norm (Lee et al.
/// 2019), by signs elsewhere (Malladi et al. 2023); on the cross-entropy in the direction of the greatest margin (Soudry et al. 2018).
[<RequireQualifiedAccess>]
module ImplicitBias =

    let private key name = $"implicit-bias.%s{name}"
    let private setting name = Setting.create (key name)

    let private settings = [
        setting "rows" (Whole(10L, 5000L)) "300" "Training rows that are fitted, spread over all."
        setting
            "closest"
            (Real(0.1, 0.99))
            "0.8"
            "No two of them have a greater cosine, so that all can be fitted in so many steps."
        setting
            "widths"
            (WholeList(1L, 65536L))
            "64, 256, 1024"
            "Hidden widths; cross-entropy takes the widest alone."
        setting "seeds" (Whole(1L, 1000L)) "2" "Networks of each kind."
        setting
            "optimisers"
            (ChoiceList(OptimiserKind.all |> List.map OptimiserKind.print))
            "descent, momentum, sgd, adam, sign"
            "Full-batch descent, the same with momentum 0.9, minibatch SGD, Adam, sign descent."
        CommonSettings.inputScale "implicit-bias.input-scale"
        setting "steps" (Whole(10L, 1000000L)) "500" "Steps of every optimiser."
        setting "batch-size" (Whole(1L, 100000L)) "64" "Rows a step of SGD."
        setting
            "rate"
            (Real(1e-6, 1.99))
            "1"
            "Learning rate in each optimiser's unit; four times as much on the cross-entropy, whose curvature is a quarter, but for adam and sign."
        setting
            "near"
            (Real(1e-6, 10.0))
            "0.1"
            "Relative distance below which an end counts as the kernel's solution."
    ]

    /// Tracked steps: 1, 2, 5, 10, … and the last.
    let tracked (steps: int) : int list = TrackedEpochs.upTo steps TrackedEpochs.Every |> snd

    let near (values: Map<string, string>) : float = Setting.real values (key "near")

    let private grid (values: Map<string, string>) (basis: RunSpec) : Grid = {
        Base = {
            basis with
                Optimiser = Optimiser.Descent
                Rate = Setting.real values (key "rate")
                BatchSize = 0
                Epochs = 1
                Tracked = TrackedEpochs.Listed []
                ProbeRows = 1
        }
        Along = [
            Axis.inputScale, [ AxisValue.Words values[key "input-scale"] ]
            Axis.width, Setting.reals values (key "widths") |> List.map AxisValue.Number
            Axis.seed, Widths.seeds values (key "seeds")
        ]
    }

    let private specs values basis =
        match Grid.points (grid values basis) with
        | Ok points -> points |> Array.map _.Spec
        | Error reason -> invalidArg (nameof values) reason

    let private widest (specs: RunSpec[]) =
        let width = specs |> Array.map _.Width |> Array.max
        specs |> Array.filter (fun spec -> spec.Width = width)

    let private kinds (values: Map<string, string>) =
        Setting.texts values (key "optimisers")
        |> List.map (fun text ->
            match OptimiserKind.parse text with
            | Ok kind -> kind
            | Error reason -> invalidArg (nameof values) reason)
        |> List.distinct

    let private point (values: Map<string, string>) loss kind spec : BiasPoint = {
        Spec = spec
        Kind = kind
        Loss = loss
        Steps = Setting.whole values (key "steps")
        BatchSize = Setting.whole values (key "batch-size")
        Rows = Setting.whole values (key "rows")
        Closest = Setting.real values (key "closest")
    }

    /// Every width by every optimiser on the squared error, and the widest on the cross-entropy.
    let points (values: Map<string, string>) (basis: RunSpec) : BiasPoint[] =
        let specs = specs values basis

        [|
            for loss, specs in [ Loss.SquaredError, specs; Loss.CrossEntropy, widest specs ] do
                for kind in kinds values do
                    for spec in specs do
                        point values loss kind spec
        |]

    /// The widest networks by optimisers that have a kernel of their own to be tried, and by descent beside them: on full batches and, but
    /// for descent, whose rate is too large for it, on single rows.
    let firstSteps (values: Map<string, string>) (basis: RunSpec) : (BiasPoint * bool)[] = [|
        for kind in [ OptimiserKind.Descent; OptimiserKind.Adam; OptimiserKind.Sign ] do
            if List.contains kind (kinds values) then
                for spec in widest (specs values basis) do
                    point values Loss.SquaredError kind spec, false

                    if not (OptimiserKind.isLinear kind) then
                        point values Loss.SquaredError kind spec, true
    |]

    let private work (values: Map<string, string>) basis (sizes: RunSizes) =
        let training (point: BiasPoint) =
            let rows = if OptimiserKind.isMinibatch point.Kind then point.BatchSize else point.Rows
            let passes = if point.Loss = Loss.CrossEntropy then 4 else 3
            let step = Workload.product rows (sizes.Features + 1) (passes * point.Spec.Width) + 0.04
            let kernel = Workload.product sizes.Kept (point.Spec.Width + sizes.Features) sizes.Kept
            float point.Steps * step + kernel

        Array.sumBy training (points values basis)

    let experiment: Experiment = {
        Name = "implicit-bias"
        Question = "Which of all solutions do optimisers end at, and is it the kernel's?"
        Settings = settings
        Check =
            fun values basis ->
                match Grid.points (grid values basis) with
                | Ok _ -> []
                | Error reason -> [ $"implicit-bias: %s{reason}" ]
        Work = work
    }
