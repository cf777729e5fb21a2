namespace NtkPipeline.Core

/// Where the gap between a trained network and its kernel's regression comes from (Lee et al. 2020, Finite versus infinite): a chain of
/// models of the same rows, from the regression with its tuned ridge to an ensemble of networks, each with one thing more.
[<RequireQualifiedAccess>]
module GapCauses =

    let private setting key = Setting.create $"gap.%s{key}"

    let private settings = [
        setting
            "rows"
            (Whole(10L, 100000L))
            "2000"
            "Training rows, evenly spaced; all where there are no more."
        setting "widths" (WholeList(1L, 65536L)) "256, 1024" "Hidden widths."
        setting "seeds" (Whole(1L, 1000L)) "3" "Networks of each width: the members of its ensemble."
        setting
            "input-scales"
            (ChoiceList(InputScale.all |> List.map InputScale.print))
            "unit, sqrt-d"
            "Norm of the inputs: 1, or the root of d."
        setting "epochs" (Whole(1L, 100000L)) "50" "Passes over the rows."
        setting "batch-size" (Whole(0L, 1000000L)) "256" "Rows a step; 0 for full batches."
        setting
            "rate"
            (Real(1e-6, 1.99))
            "1"
            "Learning rate in units of N/Λ_max of the rows fitted; steps of descent are stable below 2."
    ]

    /// Optimisers that no kernel knows have no such chain: plain descent stands for them.
    let private optimiser (basis: RunSpec) =
        match Optimiser.momentum basis.Optimiser with
        | Some _ -> basis.Optimiser
        | None -> Optimiser.Descent

    let grid (values: Map<string, string>) (scale: string) (basis: RunSpec) : Grid =
        let numbers key = Setting.reals values $"gap.%s{key}" |> List.map AxisValue.Number

        {
            Base = {
                basis with
                    Optimiser = optimiser basis
                    Rate = Setting.real values "gap.rate"
                    BatchSize = Setting.whole values "gap.batch-size"
                    Epochs = Setting.whole values "gap.epochs"
                    Tracked = TrackedEpochs.Listed []
                    ProbeRows = 1
            }
            Along = [
                Axis.inputScale, [ AxisValue.Words scale ]
                Axis.width, numbers "widths"
                Axis.seed, Widths.seeds values "gap.seeds"
            ]
        }

    /// The networks of every input scale. A grid that cannot be has been refused with the settings.
    let lanes (values: Map<string, string>) (basis: RunSpec) : GridPoint[][] = [|
        for scale in Setting.texts values "gap.input-scales" |> List.distinct do
            match Grid.points (grid values scale basis) with
            | Ok points -> points
            | Error reason -> invalidArg (nameof values) reason
    |]

    let rows (values: Map<string, string>) : int = Setting.whole values "gap.rows"

    let experiment: Experiment = {
        Name = "gap"
        Question = "Where does the gap between a network and its kernel come from?"
        Settings = settings
        Check =
            fun values basis ->
                Setting.texts values "gap.input-scales"
                |> List.choose (fun scale ->
                    match Grid.points (grid values scale basis) with
                    | Ok _ -> None
                    | Error reason -> Some $"gap: %s{reason}")
        Work =
            fun values basis sizes ->
                let sizes = { sizes with Fitted = min sizes.Fitted (rows values) }

                // Each network is trained twice, which is some half of what is done for it.
                lanes values basis
                |> Array.sumBy (fun lane -> Workload.eigen sizes.Fitted + 1.5 * Workload.networks sizes lane)
    }

    /// What each link of the chain brings, in its order: a key for results.csv, and words.
    let causes: (string * string)[] = [|
        "early-stopping", "early stopping in the ridge's place"
        "steps", "steps in the flow's place"
        "minibatches", "minibatches"
        "initial-kernel", "the finite network's own kernel"
        "feature-learning", "feature learning"
        "start", "an output of its own at the start"
        "ensembling", "ensembling"
    |]

    /// Their places among the causes.
    let learning, ensembling = 4, 6

    /// The models, in the chain's order.
    let models: string[] = [|
        "kernel, tuned ridge"
        "kernel, gradient flow"
        "kernel, full-batch steps"
        "kernel, minibatch steps"
        "linearised network"
        "network, centred"
        "network"
        "ensemble"
    |]
