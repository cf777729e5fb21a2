namespace NtkPipeline.Core

/// Tasks by keyword, how near the tangent kernel says they are, and what learning the one is worth for the other.
[<RequireQualifiedAccess>]
module Transfer =

    let private setting key = Setting.create $"transfer.%s{key}"

    let private settings = [
        setting "tasks" (Whole(3L, 200L)) "20" "Keyword groups that are tasks, at most: the largest."
        setting "least-tweets" (Whole(6L, 100000L)) "24" "Labelled tweets that a task has at least."
        setting "least-of-a-label" (Whole(2L, 50000L)) "10" "Tweets of either label that a task has at least."
        setting
            "folds"
            (Whole(2L, 20L))
            "3"
            "Parts that tweets are divided into, near-copies together: each is judged by models that have seen none of it."
        setting "few" (Whole(2L, 1000L)) "10" "Tweets of a new task that a model goes on with."
        setting "width" (Whole(1L, 65536L)) "512" "Hidden width of the networks."
        setting "seeds" (Whole(1L, 1000L)) "2" "Networks with different seeds."
        setting "steps" (Whole(1L, 100000L)) "100" "Full-batch steps on the first task."
        setting "few-steps" (Whole(1L, 100000L)) "50" "Full-batch steps on the few tweets of the next."
        CommonSettings.inputScale "transfer.input-scale"
    ]

    let private whole (values: Map<string, string>) key = Setting.whole values $"transfer.%s{key}"

    /// The networks: the run's own kind, at their own width and input scale, by full batches.
    let spec (values: Map<string, string>) (basis: RunSpec) : RunSpec = {
        basis with
            Width = whole values "width"
            InputScale =
                InputScale.all
                |> List.find (fun scale -> InputScale.print scale = values["transfer.input-scale"])
            BatchSize = 0
            Epochs = whole values "steps"
            Member = 0
    }

    /// In the units of `Workload`: steps on tasks, which hold about a third of all tweets; steps on few tweets, which cost what a small step
    /// costs whatever its size; and two thousand drawings of tasks for each band.
    let private work (values: Map<string, string>) (basis: RunSpec) (sizes: RunSizes) : float =
        let count, folds = float (whole values "tasks"), float (whole values "folds")
        let parameters = ParameterStep.length sizes.Features (RunSpec.network (spec values basis)) |> float
        let step rows = (7.2 * rows * parameters + 1.6e7) / 1e9
        let source = float (whole values "steps") * step (float sizes.Labelled / (4.5 * count))
        let further = float (whole values "few-steps") * step (float (whole values "few"))
        let networks = float (whole values "seeds") * (count * source + count * count * further)
        folds * (networks + count * count * 0.65)

    let experiment: Experiment = {
        Name = "transfer"
        Question = "Does the kernel know which task's network carries over to which other task?"
        Settings = settings
        Check =
            fun values _ -> [
                if 2 * whole values "least-of-a-label" > whole values "least-tweets" then
                    "transfer.least-of-a-label: two labels with so many tweets each are more than transfer.least-tweets"
            ]
        Work = work
    }

    /// Full-batch steps on the first task, and on the few tweets of the next.
    let steps (values: Map<string, string>) : int * int = whole values "steps", whole values "few-steps"

    let tasks (values: Map<string, string>) : TransferTasks.Settings = {
        LeastTweets = whole values "least-tweets"
        LeastOfALabel = whole values "least-of-a-label"
        MostTasks = whole values "tasks"
        Folds = whole values "folds"
        Few = whole values "few"
        SimilarAbove = Setting.real values "split.similar-above"
    }

    /// Seeds and folds of the networks, in the order in which they train.
    let parts (values: Map<string, string>) : (int * int) list = [
        for number in 0 .. whole values "seeds" - 1 do
            for fold in 0 .. whole values "folds" - 1 do
                number, fold
    ]
