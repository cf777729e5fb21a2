namespace NtkPipeline.Core

open System

/// Probabilities of classes from one output each: softmax of the outputs times one number, fitted on outputs that did not see their own
/// labels (temperature scaling: Guo, Pleiss, Sun, Weinberger 2017). It moves no row to another class.
[<RequireQualifiedAccess>]
module SoftmaxScale =

    /// Of one row's outputs.
    let probabilities (slope: float) (outputs: float[]) : float[] =
        let most = slope * Array.max outputs
        let weights = outputs |> Array.map (fun f -> Math.Exp(slope * f - most))
        let sum = Array.sum weights
        weights |> Array.map (fun weight -> weight / sum)

    let private row (outputs: Matrix<float>) i = (Matrix.row i outputs).ToArray()

    /// The derivative of the negative log likelihood by the slope, which grows with it. Labels are smoothed as Platt's are, by one row of
    /// each class, so that the slope stays finite on rows that can be told apart.
    let private derivative (classes: int[]) (outputs: Matrix<float>) (slope: float) =
        let count = float outputs.Columns
        let own = (float classes.Length + 1.0) / (float classes.Length + count)
        let other = 1.0 / (float classes.Length + count)

        Seq.sum (
            seq {
                for i in 0 .. outputs.Rows - 1 ->
                    let f = row outputs i
                    let mean = Array.map2 (*) (probabilities slope f) f |> Array.sum

                    let target =
                        f |> Array.mapi (fun k f -> f * (if k = classes[i] then own else other)) |> Array.sum

                    mean - target
            }
        )

    /// The slope of greatest likelihood, 0 at least: 0 where outputs are no better than chance. Rows × classes, not empty.
    let fit (classes: int[]) (outputs: Matrix<float>) : float =
        if classes.Length = 0 || classes.Length <> outputs.Rows then
            invalidArg (nameof outputs) $"%d{outputs.Rows} rows of outputs for %d{classes.Length} labels"

        let derivative = derivative classes outputs

        let rec beyond high = if high > 1e6 || derivative high >= 0.0 then high else beyond (2.0 * high)

        let rec halve left low high =
            let middle = 0.5 * (low + high)

            if left = 0 then middle
            elif derivative middle < 0.0 then halve (left - 1) middle high
            else halve (left - 1) low middle

        if derivative 0.0 >= 0.0 then 0.0 else halve 60 0.0 (beyond 1.0)

    /// −mean log of the probability of a row's own class.
    let logLoss (slope: float) (classes: int[]) (outputs: Matrix<float>) : float =
        classes
        |> Array.mapi (fun i k ->
            let p = probabilities slope (row outputs i)
            -Math.Log(max 1e-15 p[k]))
        |> Array.average
