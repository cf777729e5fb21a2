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
        | "fit-ridge" ->
            float folds * Workload.eigen (sizes.Fitted * (folds - 1) / folds) * 0.3
            + Workload.solve sizes.Labelled
        | _ -> 0.0

    /// From how many tweets there are; columns that are not known before a run are taken to be a sentence encoder's.
    let sizes (config: Config) (labelled: int) (test: int) : RunSizes =
        let kept = int (float labelled * config.Split.ValidationShare)

        {
            Fitted = labelled - kept
            Kept = kept
            Test = test
            Features =
                match config.Reduce.Dimensions with
                | Leading dimensions -> dimensions
                | Best -> config.CompareDimensions.Dimensions |> List.fold max 1
                | AllColumns -> 384
        }

    /// The questions in the order of their stages. Of one that is cached in part, the work is taken to be spread evenly over its stages;
    /// of the first, it is that of the networks which are due.
    let plan (config: Config) (sizes: RunSizes) (stages: StageDue seq) : QuestionWork list =
        let basis = Widths.basis config.Values config.Device
        let networks = config.Train |> Seq.map (fun point -> point.Name, point.Spec) |> Map.ofSeq

        let work question (stages: StageDue list) =
            let due = stages |> List.filter _.IsDue

            if question = "" then
                due |> List.sumBy (fun stage -> ofShared config sizes stage.Name)
            elif question = Widths.name then
                due
                |> List.choose (fun stage -> Map.tryFind stage.Name networks)
                |> List.sumBy (Workload.network sizes)
            else
                let experiment = config.Experiments |> List.find (fun asked -> asked.Name = question)
                experiment.Work config.Values basis sizes * float due.Length / float stages.Length

        stages
        |> List.ofSeq
        |> List.groupBy _.Question
        |> List.map (fun (question, stages) -> {
            Question = question
            Stages = stages.Length
            Due = stages |> List.filter _.IsDue |> List.length
            Work = work question stages
        })
