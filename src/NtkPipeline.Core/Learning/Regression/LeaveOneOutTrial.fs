namespace NtkPipeline.Core

/// Exact leave-one-out of kernel regression on some training rows: accuracy and mean squared error against the targets, and
/// the ridge, over the kernel's mean diagonal, that was best by the error.
type LooScores = { RelativeRidge: float; Accuracy: float; Error: float }

/// What a kernel is worth on some training rows, by exact leave-one-out: how features are compared before they are used.
[<RequireQualifiedAccess>]
module LeaveOneOutTrial =

    /// f at a row that was left out is 0 where no other row has anything in common with it; rounding must not give it a sign.
    let private settled (target: float) f = if abs f <= 1e-12 * abs target then 0.0 else f

    /// With one ridge, over the mean of the kernel's diagonal: one solve, 4/3 n³ multiplications. `name` says in refusals which
    /// kernel it was.
    let at
        (name: string)
        (kernel: Matrix<float32>)
        (targets: float[])
        (relativeRidge: float)
        : Result<LooScores, PipelineError> =
        let kernel = KernelMatrix.Single kernel

        KernelMatrix.meanDiagonal name kernel
        |> Result.bind (fun mean ->
            RidgeFit.at name kernel (relativeRidge * mean) (Matrix.create targets.Length 1 targets))
        |> Result.map (fun fit -> {
            RelativeRidge = relativeRidge
            Accuracy = Metrics.accuracy targets (Array.map2 settled targets fit.LeftOut.Values)
            Error = fit.Chosen.LooError
        })

    /// Ridges that are tried where none is known. The error is flat near its least: a factor 2 changes it by a hundredth.
    let ridges = [ 0.25; 0.5; 1.0; 2.0 ]

    /// With the best of `ridges` by the error: four solves.
    let best (name: string) (kernel: Matrix<float32>) (targets: float[]) : Result<LooScores, PipelineError> =
        (Ok [], ridges)
        ||> List.fold (fun found ridge ->
            found
            |> Result.bind (fun found ->
                at name kernel targets ridge |> Result.map (fun one -> one :: found)))
        |> Result.map (List.rev >> List.minBy _.Error)
