namespace NtkPipeline.Core

/// Areas under the ROC curve of a task that was judged fold by fold, each fold by a model that has not seen it. Outputs of different models
/// are not compared: an area counts by its fold's pairs of a positive and a negative row.
[<RequireQualifiedAccess>]
module FoldedAuc =

    /// Pairs of a positive and a negative row.
    let pairs (labels: float[]) : float =
        let positives = labels |> Array.filter (fun y -> y > 0.0) |> Array.length
        float positives * float (labels.Length - positives)

    /// None where there is no pair, or an output is no finite number: a network that diverged.
    let one (labels: float[]) (outputs: float[]) : float option =
        if pairs labels > 0.0 && outputs |> Array.forall System.Double.IsFinite then
            Some(Metrics.auc labels outputs)
        else
            None

    /// The mean over the folds that have an area; `weights` are their pairs. None where none has.
    let merge (weights: float[]) (areas: float option[]) : float option =
        let found =
            Array.zip weights areas
            |> Array.choose (fun (weight, area) -> area |> Option.map (fun area -> weight, area))

        match Array.sumBy fst found with
        | 0.0 -> None
        | total -> Some((found |> Array.sumBy (fun (weight, area) -> weight * area)) / total)
