namespace NtkPipeline.Core

/// What a run of more classes, or of numbers, found, in sentences and tables that every way of telling it shares.
[<RequireQualifiedAccess>]
module TaskWords =

    /// A measure as a reader knows it.
    let label (name: string) : string =
        match name with
        | "accuracy" -> "accuracy"
        | "macro-f1" -> "F1, mean over classes"
        | "auc" -> "AUC, one against the rest"
        | "log-loss" -> "log loss, after calibration"
        | "r2" -> "R²"
        | "rmse" -> "RMSE"
        | other -> other

    let number (measure: Measure) : string =
        match measure.Name with
        | "accuracy" -> NumberText.accuracy measure.Value
        | "rmse" -> NumberText.number measure.Value
        | _ -> NumberText.score measure.Value

    /// The measure that models are compared by, with its value.
    let main (task: LearningTask) (value: float) : string =
        let name = TaskScores.main task
        label name + " " + number { Name = name; Value = value }

    let measures (measures: Measure[]) : string =
        measures
        |> Array.map (fun measure -> $"%s{label measure.Name} %s{number measure}")
        |> String.concat ", "

    /// Of how many rows, and of what.
    let data (findings: TaskFindings) : string =
        let what =
            match findings.Labels.Task with
            | LearningTask.Regression ->
                $"numbers from %s{NumberText.number (Array.min findings.Labels.Values)} to %s{NumberText.number (Array.max findings.Labels.Values)}"
            | task ->
                let names = LearningTask.names task
                $"""%d{names.Length} classes (%s{String.concat ", " (Seq.truncate 8 names)}%s{if names.Length > 8 then ", …" else ""})"""

        let synthetic = if findings.Synthetic then $" %s{Table.synthetic}" else ""

        $"""%s{findings.Name}%s{synthetic}: %s{NumberText.many findings.Labels.Values.Length "labelled row" "labelled rows"}, %s{what}; %s{NumberText.count findings.Split.Train.Length} fitted, %s{NumberText.count findings.Split.Validation.Length} kept for validation, %s{NumberText.count findings.TestIds.Length} without labels"""
