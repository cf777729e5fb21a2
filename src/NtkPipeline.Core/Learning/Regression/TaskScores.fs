namespace NtkPipeline.Core

/// One number that says how good outputs are: "accuracy", "macro-f1", "auc" and "log-loss" of classes; "r2" and "rmse" of numbers.
type Measure = { Name: string; Value: float }

/// How good outputs are for what a task asks.
[<RequireQualifiedAccess>]
module TaskScores =

    let private measure name value = { Name = name; Value = value }

    /// F1 of one class against the rest; 0 where neither a label nor an output names it.
    let private f1 (labels: float[]) (named: float[]) (kind: float) =
        let count predicate = Seq.zip labels named |> Seq.filter predicate |> Seq.length |> float
        let hits = count (fun (label, name) -> label = kind && name = kind)
        let misses = count (fun (label, name) -> (label = kind) <> (name = kind))
        if hits = 0.0 then 0.0 else 2.0 * hits / (2.0 * hits + misses)

    let private classes (names: int) (labels: float[]) (named: float[]) (outputs: float -> float[]) =
        let kinds = [ for k in 0 .. names - 1 -> float k ]
        let isThere = kinds |> List.filter (fun kind -> Array.contains kind labels)

        [|
            Seq.zip labels named
            |> Seq.averageBy (fun (label, name) -> if label = name then 1.0 else 0.0)
            |> measure "accuracy"
            kinds |> List.averageBy (f1 labels named) |> measure "macro-f1"
            // One against the rest, the mean over the classes that are there.
            isThere
            |> List.averageBy (fun kind ->
                Metrics.auc
                    (labels |> Array.map (fun label -> if label = kind then 1.0 else -1.0))
                    (outputs kind))
            |> measure "auc"
        |]

    let private numbers (labels: float[]) (outputs: float[]) =
        let mean = Array.average labels
        let squares = Array.map2 (fun y f -> (y - f) ** 2.0) labels outputs |> Array.average
        let variance = labels |> Array.averageBy (fun y -> (y - mean) ** 2.0)

        [|
            measure "r2" (if variance = 0.0 then 0.0 else 1.0 - squares / variance)
            measure "rmse" (sqrt squares)
        |]

    /// Of decoded outputs, rows × outputs; labels are classes' numbers, or numbers. The first is what models are compared by: the share
    /// of rows that are named right, or of the variance that is explained (1 − Σ(y − f)²/Σ(y − ȳ)²; 0 where all labels are
    /// the same). Not empty.
    let all (task: LearningTask) (labels: float[]) (outputs: Matrix<float>) : Measure[] =
        if labels.Length = 0 || labels.Length <> outputs.Rows then
            invalidArg (nameof outputs) $"%d{outputs.Rows} rows of outputs for %d{labels.Length} labels"

        let named = Array.init outputs.Rows (TaskTargets.named task outputs)
        let column k = Array.init outputs.Rows (fun i -> outputs[i, k])

        match task with
        | LearningTask.Binary _ ->
            classes 2 labels named (fun kind -> column 0 |> Array.map (fun f -> if kind = 1.0 then f else -f))
        | LearningTask.Classes names -> classes names.Length labels named (int >> column)
        | LearningTask.Regression -> numbers labels (column 0)

    /// What models are compared by, row by row; its mean over all rows is the first of `all`. Of a regression,
    /// 1 − (y − f)²/variance of the labels.
    let byRow (task: LearningTask) (labels: float[]) (outputs: Matrix<float>) : float[] =
        match task with
        | LearningTask.Binary _
        | LearningTask.Classes _ ->
            labels
            |> Array.mapi (fun i label -> if TaskTargets.named task outputs i = label then 1.0 else 0.0)
        | LearningTask.Regression ->
            let mean = Array.average labels
            let variance = max 1e-300 (labels |> Array.averageBy (fun y -> (y - mean) ** 2.0))
            labels |> Array.mapi (fun i y -> 1.0 - (y - outputs[i, 0]) ** 2.0 / variance)

    let find (name: string) (measures: Measure[]) : float option =
        measures |> Array.tryFind (fun measure -> measure.Name = name) |> Option.map _.Value

    /// The name of the first.
    let main (task: LearningTask) : string =
        match task with
        | LearningTask.Binary _
        | LearningTask.Classes _ -> "accuracy"
        | LearningTask.Regression -> "r2"
