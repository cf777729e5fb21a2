namespace NtkPipeline.Core

open System

/// P(positive | f) = 1 / (1 + e^{−(slope·f + offset)}).
type Sigmoid = { Slope: float; Offset: float }

/// Predictions whose probabilities lie in [Lower, Upper): one point of the reliability diagram.
type ReliabilityBin = {
    Lower: float
    Upper: float
    Count: int
    /// The mean of what was predicted, and the share of positive rows.
    MeanProbability: float
    PositiveShare: float
}

/// How well probabilities meet labels.
type Reliability = {
    /// Mean of (p − [positive])².
    Brier: float
    /// −mean log of the probability of a row's own class, none of which counts as less than 10⁻¹⁵.
    LogLoss: float
    /// Σ |bin's mean probability − its positive share| · its share of rows: the expected calibration error.
    ExpectedError: float
    /// The bins that hold a row, in order.
    Bins: ReliabilityBin[]
}

/// A model's probabilities: how they are made of its outputs, and how they met labels that it never saw.
type Calibrated = {
    Sigmoid: Sigmoid
    /// Rows that judged.
    Rows: int
    Reliability: Reliability
}

/// Probabilities for real-valued outputs. Sources: Platt 1999; Lin, Lin, Weng 2007 (the Newton steps and the smoothed labels,
/// which keep the sigmoid finite on separable rows).
[<RequireQualifiedAccess>]
module Calibration =

    let probability (sigmoid: Sigmoid) (output: float) : float =
        1.0 / (1.0 + Math.Exp(-(sigmoid.Slope * output + sigmoid.Offset)))

    /// ln(1 + eˣ) without overflow.
    let private softplus x = max x 0.0 + Math.Log(1.0 + Math.Exp -(abs x))

    /// Positive rows count as (n₊ + 1)/(n₊ + 2), negative ones as 1/(n₋ + 2).
    let private smoothed (labels: float[]) =
        let positive = labels |> Array.filter (fun label -> label > 0.0) |> Array.length |> float
        let negative = float labels.Length - positive

        labels
        |> Array.map (fun label ->
            if label > 0.0 then
                (positive + 1.0) / (positive + 2.0)
            else
                1.0 / (negative + 2.0))

    /// The cross-entropy of a sigmoid against labels smoothed as above.
    let loss (labels: float[]) (outputs: float[]) (sigmoid: Sigmoid) : float =
        Array.map2
            (fun target output ->
                let x = sigmoid.Slope * output + sigmoid.Offset
                softplus x - target * x)
            (smoothed labels)
            outputs
        |> Array.sum

    /// The Newton step at a sigmoid, and the loss's decline along it.
    let private newton (targets: float[]) (outputs: float[]) sigmoid =
        let mutable a, b = 0.0, 0.0
        let mutable aa, ab, bb = 1e-12, 0.0, 1e-12

        for i in 0 .. outputs.Length - 1 do
            let p = probability sigmoid outputs[i]
            let curvature = p * (1.0 - p)
            a <- a + outputs[i] * (p - targets[i])
            b <- b + p - targets[i]
            aa <- aa + outputs[i] * outputs[i] * curvature
            ab <- ab + outputs[i] * curvature
            bb <- bb + curvature

        let determinant = aa * bb - ab * ab

        let step = {
            Slope = -(bb * a - ab * b) / determinant
            Offset = -(aa * b - ab * a) / determinant
        }

        step, a * step.Slope + b * step.Offset

    let private mostSteps = 100

    /// The sigmoid of greatest likelihood. Fit it on outputs that did not see their own labels, such as leave-one-out ones.
    let fit (labels: float[]) (outputs: float[]) : Sigmoid =
        if
            labels.Length = 0 || labels.Length <> outputs.Length || not (Array.forall Double.IsFinite outputs)
        then
            invalidArg
                (nameof outputs)
                $"%d{outputs.Length} outputs, all finite, are needed for %d{labels.Length} labels"

        let targets = smoothed labels

        let rec descend left sigmoid =
            let step, slope = newton targets outputs sigmoid
            let before = loss labels outputs sigmoid

            let rec search size =
                let next = {
                    Slope = sigmoid.Slope + size * step.Slope
                    Offset = sigmoid.Offset + size * step.Offset
                }

                if loss labels outputs next <= before + 1e-4 * size * slope then Some next
                elif size < 1e-10 then None
                else search (size / 2.0)

            match search 1.0 with
            | Some next when left > 0 && slope < -1e-14 * before -> descend (left - 1) next
            | Some next -> next
            | None -> sigmoid

        descend mostSteps { Slope = 0.0; Offset = 0.0 }

    /// Over so many bins of equal width.
    let reliability (bins: int) (labels: float[]) (probabilities: float[]) : Reliability =
        if labels.Length = 0 || labels.Length <> probabilities.Length || bins < 1 then
            invalidArg
                (nameof probabilities)
                $"%d{probabilities.Length} probabilities for %d{labels.Length} labels"

        let isPositive = labels |> Array.map (fun label -> if label > 0.0 then 1.0 else 0.0)

        let filled =
            Array.zip probabilities isPositive
            |> Array.groupBy (fun (p, _) -> min (bins - 1) (int (p * float bins)))
            |> Array.sortBy fst
            |> Array.map (fun (bin, rows) -> {
                Lower = float bin / float bins
                Upper = float (bin + 1) / float bins
                Count = rows.Length
                MeanProbability = Array.averageBy fst rows
                PositiveShare = Array.averageBy snd rows
            })

        {
            Brier = Array.map2 (fun p label -> (p - label) ** 2.0) probabilities isPositive |> Array.average
            LogLoss =
                (probabilities, labels)
                ||> Array.map2 (fun p label -> -Math.Log(max 1e-15 (if label > 0.0 then p else 1.0 - p)))
                |> Array.average
            ExpectedError =
                filled
                |> Array.sumBy (fun bin ->
                    abs (bin.MeanProbability - bin.PositiveShare) * float bin.Count / float labels.Length)
            Bins = filled
        }

    /// The sigmoid fitted on outputs that did not see their own labels, judged on the outputs of other rows, in so many bins.
    let judge
        (bins: int)
        (labels: float[])
        (heldOut: float[])
        (otherLabels: float[])
        (otherOutputs: float[])
        : Calibrated =
        let sigmoid = fit labels heldOut

        {
            Sigmoid = sigmoid
            Rows = otherLabels.Length
            Reliability = otherOutputs |> Array.map (probability sigmoid) |> reliability bins otherLabels
        }
