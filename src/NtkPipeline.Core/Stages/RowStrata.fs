namespace NtkPipeline.Core

/// What of labels a split has its share of in every part.
[<RequireQualifiedAccess>]
module RowStrata =

    /// Of numbers, fifths by size.
    let private fifths (values: float[]) : int[] =
        let strata = Array.zeroCreate<int> values.Length

        [| 0 .. values.Length - 1 |]
        |> Array.sortBy (fun row -> values[row], row)
        |> Array.iteri (fun place row -> strata[row] <- 5 * place / values.Length)

        strata

    /// A number for each row, from 0: its class, or the fifth of all numbers that it is in.
    let ofLabels (labels: Labels) : int[] =
        match labels.Task with
        | LearningTask.Binary _
        | LearningTask.Classes _ -> labels.Values |> Array.map int
        | LearningTask.Regression -> fifths labels.Values
