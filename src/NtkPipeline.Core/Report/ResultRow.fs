namespace NtkPipeline.Core

/// One measured number: what was measured (`Experiment`, `Metric`), where (the fields that apply; the others are none),
/// and the value, none where the experiment has none.
type ResultRow = {
    /// "kernel-regression", "ridge-path", "learning-curve", "network", "width", "epoch-choice", "slope" or "verdict"; of a further question its name, a slash and one of
    /// these, or "number".
    Experiment: string
    InputScale: string option
    LearningRate: float option
    Width: int option
    Member: int option
    Epoch: int option
    Ridge: float option
    /// "output-scale=2; batch-size=32": what else tells its networks from the run's others.
    Axes: string option
    Metric: string
    Value: float option
    /// In words, what a number cannot say: why a value is missing, what a verdict rests on.
    Note: string option
}

/// Rows in the making.
[<RequireQualifiedAccess>]
module ResultRow =

    let create (experiment: string) : ResultRow = {
        Experiment = experiment
        InputScale = None
        LearningRate = None
        Width = None
        Member = None
        Epoch = None
        Ridge = None
        Axes = None
        Metric = ""
        Value = None
        Note = None
    }

    /// One row a metric, alike in all else.
    let each (row: ResultRow) (metrics: (string * float option) list) : ResultRow list =
        metrics |> List.map (fun (metric, value) -> { row with Metric = metric; Value = value })

    let scores (prefix: string) (scores: Scores) : (string * float option) list = [
        $"%s{prefix}accuracy", Some scores.Accuracy
        $"%s{prefix}f1", Some scores.F1
        $"%s{prefix}auc", Some scores.Auc
    ]
