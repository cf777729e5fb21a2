namespace NtkPipeline.Core

/// A stage of a run before it runs: the question it belongs to ("" for what all share), and whether it would run.
type StageDue = {
    Question: string
    Name: string
    /// A stage that an earlier question of the run has made by then is not.
    IsDue: bool
}

/// What one question of a run would cost.
type QuestionWork = {
    /// "" for what all questions share.
    Question: string
    Stages: int
    Due: int
    /// Of what is due, as `Workload` counts.
    Work: float
}

/// How much a run has to do.
[<RequireQualifiedAccess>]
module RunWork =

    /// What one text costs an encoder: a sentence transformer, or latent semantic analysis.
    let private transformerText, private lsaText = 0.46, 0.17

    /// A stage that all questions share, by its name. What takes next to no time counts for nothing.
    let private ofShared (config: Config) (sizes: RunSizes) (name: string) : float =
        let texts = float (sizes.Labelled + sizes.Test)
        let folds = config.Split.Folds

        match name.Split('/')[0] with
        | "embed-rows" -> 0.0
        | "embed-tokens" when name.Contains "states" -> texts * transformerText
        | "token-gram" when name.EndsWith "/test" -> SequenceWork.test sizes.Features sizes
        | "token-gram" -> SequenceWork.labelled sizes.Features sizes
        | "explain-network" when config.IsOfTokens && config.Train.Length > 0 ->
            SequenceWork.tangent
                (config.Train |> Array.map _.Spec |> Array.maxBy _.Width)
                sizes.Features
                sizes
        | "embed-tweets" when name = "embed-tweets" -> texts * lsaText
        | "embed-tweets" -> texts * transformerText
        | "weigh-views" ->
            match config.Encoder.Weigh.Weights with
            | ByLeaveOneOut rows -> 120.0 * Workload.solve (min rows sizes.Fitted)
            | Given _ -> 0.0
        | "compare-dimensions" ->
            let rows = min config.CompareDimensions.Rows sizes.Fitted
            float config.CompareDimensions.Dimensions.Length * 1.4 * Workload.eigen rows
        | "analytic-gram"
        | "sum-of-kernels" -> Workload.passes 4.0 sizes.Labelled sizes.Labelled
        | "decompose-kernel" -> Workload.eigen sizes.Fitted
        | "fit-task"
        | "fit-ridge" ->
            float folds * Workload.eigen (sizes.Fitted * (folds - 1) / folds) * 0.3
            + Workload.solve sizes.Labelled
        | "learning-curve" ->
            LearningCurve.sizes sizes.Fitted
            |> Array.sumBy (fun rows ->
                if rows = sizes.Fitted then
                    Workload.solve rows
                else
                    float LearningCurve.draws * Workload.eigen rows)
        | _ -> 0.0

    /// From how many tweets there are, before a sample is drawn; columns that are not known before a run are taken to be a sentence encoder's.
    let sizes (config: Config) (labelled: int) (test: int) : RunSizes =
        let labelled = config.Sample |> Option.map (min labelled) |> Option.defaultValue labelled
        let kept = int (float labelled * config.Split.ValidationShare)

        {
            Fitted = labelled - kept
            Kept = kept
            Test = test
            Features =
                match config.Reduce.Dimensions with
                | _ when config.IsOfTokens -> Sequence.columns config.Values |> Option.defaultValue 384
                | Leading dimensions
                | UpTo dimensions -> dimensions
                | Best -> config.CompareDimensions.Dimensions |> List.fold max 1
                | AllColumns -> 384
        }

    /// What each stage of a question would cost if it ran, as `Workload` counts.
    let private costs (config: Config) sizes question (stages: StageDue list) : StageDue -> float =
        if question = "" then
            fun stage -> ofShared config sizes stage.Name
        elif question = Widths.name then
            let networks =
                Map [
                    for point in config.Train do
                        point.Name, point.Spec
                        TrainTask.name point, point.Spec
                ]

            let choosing =
                Map [
                    for point, fold in config.Choosing do
                        TrainFold.name point fold, (point, fold)
                        TaskFold.name point fold, (point, fold)
                ]

            let stopping =
                Map [
                    for point in config.Train do
                        StopNetwork.name point, (point, 0)
                        StopNetwork.taskName point, (point, 0)
                ]

            let plain (point: GridPoint, fold) =
                if config.IsOfTokens then
                    SequenceWork.whole point.Spec sizes.Features sizes
                else
                    TunedNetworks.work sizes config.Split.Folds [| point, fold |]

            // Of three classes or more, and of numbers, networks are trained and not followed.
            let isTask (name: string) = name.StartsWith("train-task/", System.StringComparison.Ordinal)

            fun stage ->
                match Map.tryFind stage.Name networks, Map.tryFind stage.Name choosing with
                | Some spec, _ when config.IsOfTokens && isTask stage.Name ->
                    SequenceWork.whole spec sizes.Features sizes
                | Some spec, _ when config.IsOfTokens -> SequenceWork.followed spec sizes.Features sizes
                | None, Some(point, _) when config.IsOfTokens ->
                    SequenceWork.choosing point.Spec config.Split.Folds sizes.Features sizes
                | Some spec, _ -> Workload.network sizes spec
                | None, Some chooses -> plain chooses
                | None, None ->
                    // Where a network is stopped is not known before; half-way is what is taken.
                    Map.tryFind stage.Name stopping
                    |> Option.map (plain >> (*) 0.5)
                    |> Option.defaultValue 0.0
        else
            let basis = Widths.basis config.Values config.Device
            let experiment = config.Experiments |> List.find (fun asked -> asked.Name = question)
            let each = experiment.Work config.Values basis sizes / float stages.Length
            fun _ -> each

    /// The questions in the order of their first stages, each with what its stages would cost if they ran.
    let private priced config sizes (stages: StageDue seq) =
        stages
        |> List.ofSeq
        |> List.groupBy _.Question
        |> List.map (fun (question, stages) ->
            question, stages, List.map (costs config sizes question stages) stages)

    /// The questions in the order of their stages. Of one that is cached in part, the work is taken to be spread evenly over its stages;
    /// of the first, it is that of the networks which are due.
    let plan (config: Config) (sizes: RunSizes) (stages: StageDue seq) : QuestionWork list =
        priced config sizes stages
        |> List.map (fun (question, stages, works) ->
            let due = List.zip stages works |> List.filter (fun (stage, _) -> stage.IsDue)

            {
                Question = question
                Stages = stages.Length
                Due = due.Length
                Work = due |> List.sumBy snd
            })

    /// The work of each stage, by its question and name, spread likewise: what it would cost if it ran.
    let ofStages (config: Config) (sizes: RunSizes) (stages: StageDue seq) : Map<string * string, float> =
        Map [
            for question, stages, works in priced config sizes stages do
                for stage, work in List.zip stages works do
                    (question, stage.Name), work
        ]
