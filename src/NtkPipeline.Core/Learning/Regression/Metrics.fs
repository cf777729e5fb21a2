namespace NtkPipeline.Core

open System
open MathNet.Numerics.Statistics

/// How well real-valued outputs, cut at 0, meet labels of ±1. Accuracy and F1 (of the positive class) lie in 0 … 1, as
/// does the area under the ROC curve (ties count one half).
type Scores = { Accuracy: float; F1: float; Auc: float }

/// How far two functions lie apart on some rows.
type Gap = { Rms: float; Sup: float }

/// How good real-valued outputs are. A label is positive when it is above 0, and so is an output. Arrays that are empty, differ
/// in length or hold something that is not a finite number are a bug of the caller: `ArgumentException`.
[<RequireQualifiedAccess>]
module Metrics =

    /// Labels and outputs of the same rows, one row at least, all finite; else `ArgumentException`.
    let check (expected: float[]) (outputs: float[]) : unit =
        if expected.Length = 0 then
            invalidArg (nameof expected) "there is no row to measure"

        if expected.Length <> outputs.Length then
            invalidArg (nameof outputs) $"%d{outputs.Length} outputs for %d{expected.Length} rows"

        if not (Array.forall Double.IsFinite expected && Array.forall Double.IsFinite outputs) then
            invalidArg (nameof outputs) "not every label and output is a finite number"

    /// Pearson's correlation of two columns of one length, −1 … 1; none where one of them does not vary.
    let correlation (a: float[]) (b: float[]) : float option =
        match Correlation.Pearson(a, b) with
        | r when Double.IsFinite r -> Some(Math.Clamp(r, -1.0, 1.0))
        | _ -> None

    /// The standard error of a share of so many rows, √(p(1 − p)/N), as that of an accuracy.
    let standardError (rows: int) (share: float) : float = sqrt (share * (1.0 - share) / float (max 1 rows))

    /// One standard error to both sides of a share; of 0 or 1, where that formula gives 0, to the exact limit at 84%, which is as far.
    let errorBar (rows: int) (share: float) : float * float =
        let error = standardError rows share

        if share >= 1.0 then ExactShare.lower 0.84 rows rows, 1.0
        elif share <= 0.0 then 0.0, ExactShare.upper 0.84 0 rows
        else share - error, share + error

    let private countWhere predicate (labels: float[]) (outputs: float[]) =
        let mutable count = 0

        for i in 0 .. labels.Length - 1 do
            if predicate (labels[i] > 0.0) (outputs[i] > 0.0) then
                count <- count + 1

        count

    /// Share of the rows whose output lies on its label's side of 0.
    let accuracy (labels: float[]) (outputs: float[]) : float =
        check labels outputs
        float (countWhere (=) labels outputs) / float labels.Length

    /// 2 TP / (2 TP + FP + FN) of the positive class; 0 where neither a label nor an output is positive.
    let f1 (labels: float[]) (outputs: float[]) : float =
        check labels outputs
        let hits = countWhere (&&) labels outputs
        let misses = countWhere (<>) labels outputs
        if hits = 0 then 0.0 else 2.0 * float hits / float (2 * hits + misses)

    /// Area under the ROC curve: the chance that a positive row has a greater output than a negative one, ties counting one half.
    /// ½ where all labels are of one class, since there is no pair to compare. O(n log n).
    let auc (labels: float[]) (outputs: float[]) : float =
        check labels outputs
        let sorted, positive = Array.copy outputs, labels |> Array.map (fun label -> label > 0.0)
        Array.Sort(sorted, positive)
        let mutable wins, positives, negatives, start = 0.0, 0L, 0L, 0

        while start < sorted.Length do
            let mutable tied, finish = 0L, start

            while finish < sorted.Length && sorted[finish] = sorted[start] do
                if positive[finish] then
                    tied <- tied + 1L

                finish <- finish + 1

            let others = int64 (finish - start) - tied
            wins <- wins + float tied * (float negatives + 0.5 * float others)
            positives <- positives + tied
            negatives <- negatives + others
            start <- finish

        if positives = 0L || negatives = 0L then
            0.5
        else
            wins / (float positives * float negatives)

    /// Accuracy, F1 of the positive class and area under the ROC curve.
    let scores (labels: float[]) (outputs: float[]) : Scores = {
        Accuracy = accuracy labels outputs
        F1 = f1 labels outputs
        Auc = auc labels outputs
    }

    /// Root mean square and greatest absolute value of f − g over the rows.
    let gap (f: float[]) (g: float[]) : Gap =
        check f g
        let differences = Array.map2 (-) f g

        {
            Rms = sqrt (differences |> Array.averageBy (fun x -> x * x))
            Sup = differences |> Array.map abs |> Array.max
        }
