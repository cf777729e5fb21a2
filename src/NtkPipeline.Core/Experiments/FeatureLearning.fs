namespace NtkPipeline.Core

/// Does feature learning help here? A kernel and a network, each tuned on the fitted rows by inner folds, meet once on validation rows that
/// chose nothing; and the kernel that the network has learned is held against the one that it began with.
[<RequireQualifiedAccess>]
module FeatureLearning =

    let private setting key = Setting.create $"feature-learning.%s{key}"

    let private settings = [
        setting "widths" (WholeList(1L, 65536L)) "256, 1024" "Hidden widths that are tried."
        setting
            "input-scales"
            (ChoiceList(InputScale.all |> List.map InputScale.print))
            "unit, sqrt-d"
            "Norms of the inputs that are tried: 1, or the root of d."
        setting "output-scales" (RealList(1e-4, 1e4)) "0.3, 1" "Output scales α that are tried."
        setting "rates" (RealList(1e-6, 1e6)) "1" "Learning rates that are tried, in the optimiser's unit."
        setting "epochs" (Whole(1L, 100000L)) "25" "Epochs at most; each is a place to stop."
        setting
            "folds"
            (Whole(1L, 100L))
            "3"
            "How many of the split's folds are held out, one after another, to choose a network, and the ridge of the best kernel."
        setting
            "fold-seeds"
            (Whole(1L, 1000L))
            "1"
            "Networks of each kind in each fold; their mean output is judged."
        setting
            "members"
            (Whole(1L, 1000L))
            "3"
            "Networks of the chosen kind, whose mean output meets the kernel."
        setting
            "kernels"
            (ChoiceList(KernelKind.all |> List.map KernelKind.print))
            "ntk, nngp"
            "Kernels that are tried."
        setting "depths" (WholeList(1L, 64L)) "1, 2, 3" "Hidden layers of the kernels."
        setting "activations" (ChoiceList [ "relu"; "erf"; "gelu" ]) "relu" "Activations of the kernels."
        setting "biases" (RealList(0.0, 10.0)) "0, 0.3" "σ_b of every layer of the kernels; σ_w is 1."
        setting
            "kernel-rows"
            (Whole(20L, 100000L))
            "1500"
            "Fitted rows on which kernels are compared; the best one is fitted on all."
        setting
            "tangent-rows"
            (Whole(20L, 100000L))
            "1500"
            "Fitted rows of the regressions with tangent kernels before and after training."
    ]

    let private value key = $"feature-learning.%s{key}"
    let whole (values: Map<string, string>) key : int = Setting.whole values (value key)

    /// Every kind of network with every seed of a fold, else as the run's own networks are.
    let grid (values: Map<string, string>) (basis: RunSpec) : Grid =
        let numbers key = Setting.reals values (value key) |> List.map AxisValue.Number

        {
            Base = basis
            Along = [
                Axis.inputScale, Setting.texts values (value "input-scales") |> List.map AxisValue.Words
                Axis.width, numbers "widths"
                Axis.outputScale, numbers "output-scales"
                Axis.rate, numbers "rates"
                Axis.epochs, numbers "epochs"
                Axis.seed, Widths.seeds values (value "fold-seeds")
            ]
        }

    /// Folds that are held out, one after another; a split of fewer folds has no more.
    let folds (values: Map<string, string>) : int =
        min (whole values "folds") (Setting.whole values "split.folds")

    /// Networks and the folds that they are tried on.
    let networks (values: Map<string, string>) (basis: RunSpec) : (GridPoint * int)[] =
        match Grid.points (grid values basis) with
        | Ok points -> TunedNetworks.networks (folds values) points
        | Error reason -> invalidArg (nameof values) reason

    let private kernelList (values: Map<string, string>) : (KernelKind * Result<Network, string>) list = [
        for depth in Setting.wholes values (value "depths") do
            for activation in Setting.texts values (value "activations") do
                for bias in Setting.reals values (value "biases") do
                    for kind in KernelKind.all do
                        if List.contains (KernelKind.print kind) (Setting.texts values (value "kernels")) then
                            kind, KernelTrials.network activation depth bias
    ]

    /// The kernels that compete, each once.
    let kernels (values: Map<string, string>) : (KernelKind * Network)[] = [|
        for kind, network in List.distinct (kernelList values) do
            match network with
            | Ok network -> kind, network
            | Error reason -> invalidArg (nameof values) reason
    |]

    /// The run's grid of ridges, by cross-validation.
    let ridges (values: Map<string, string>) : RidgeSettings = {
        Smallest = Setting.real values "ridge.smallest"
        Largest = Setting.real values "ridge.largest"
        PointsPerDecade = Setting.whole values "ridge.points-per-decade"
        ChooseBy = RidgeChoice.CrossValidation
    }

    /// The input scales that are tried.
    let scales (values: Map<string, string>) : InputScale list = [
        for text in Setting.texts values (value "input-scales") do
            match InputScale.parse text with
            | Ok scale -> scale
            | Error reason -> invalidArg (nameof values) reason
    ]

    let atScale (scale: InputScale) (basis: RunSpec) : RunSpec = { basis with InputScale = scale }

    /// The widest networks for all epochs stand for whatever is chosen.
    let private work (values: Map<string, string>) (basis: RunSpec) (sizes: RunSizes) =
        let networks = networks values basis
        let rows = min sizes.Fitted (whole values "tangent-rows")
        let members = float (whole values "members")
        let widest = networks |> Array.map fst |> Array.maxBy _.Spec.Width

        let tangents =
            2.0
            * (Workload.product rows (sizes.Features + widest.Spec.Width) (rows + sizes.Kept)
               + Workload.eigen rows)

        TunedKernels.work
            sizes
            (whole values "kernel-rows")
            (ridges values)
            (folds values)
            (kernels values).Length
        + TunedNetworks.work sizes (Setting.whole values "split.folds") networks
        + members * (Workload.network sizes widest.Spec + tangents)

    let experiment: Experiment = {
        Name = "feature-learning"
        Question = "Does feature learning help here?"
        Settings = settings
        Check =
            fun values basis -> [
                match Grid.points (grid values basis) with
                | Ok _ -> ()
                | Error reason -> $"feature-learning: %s{reason}"

                for _, network in kernelList values do
                    match network with
                    | Ok _ -> ()
                    | Error reason -> $"feature-learning.biases: %s{reason}"
            ]
        Work = work
    }
