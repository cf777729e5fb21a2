namespace NtkPipeline.Core

open System
open TorchSharp

/// How far a solve of (K + λI) α = y can be trusted, and the refusal of those that cannot.
[<RequireQualifiedAccess>]
module Trust =

    /// A solve may lose so many of float64's 16 decimal digits; past it the result would be noise, and is refused.
    let mostDigitsLost = 12.0

    /// ‖(K + λI) α − y‖ / ‖y‖ may be so large: a thousandth of the targets. Above it, K's own rounding exceeds the ridge.
    let mostResidual = 1e-3

    /// Every target is a finite number, and one at least is not 0.
    let checkTargets (targets: float[]) : Result<unit, PipelineError> =
        match targets |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some i ->
            Error(NumbersRefused $"the target of training row %d{i} is %g{targets[i]}, not a finite number")
        | None when targets |> Array.forall ((=) 0.0) ->
            Error(NumbersRefused "all targets are 0, so there is nothing to learn")
        | None -> Ok()

    /// log10 of (Λ_max + λ)/(Λ_min + λ).
    let digitsLost (values: float[]) (ridge: float) : float =
        log10 ((values[0] + ridge) / (values[values.Length - 1] + ridge))

    /// `values`: the eigenvalues of the matrix called `name`, largest first.
    let checkDigits (name: string) (values: float[]) (ridge: float) : Result<unit, PipelineError> =
        let lost = digitsLost values ridge

        if lost <= mostDigitsLost then
            Ok()
        else
            let enough = values[0] * Math.Pow(10.0, -mostDigitsLost)

            Error(
                NumbersRefused
                    $"%s{name} with ridge %g{ridge}: a solve would lose %.0f{min 16.0 lost} of 16 digits; ridges of at least %.1e{enough} can be trusted"
            )

    /// ‖(K + λI) α − y‖ / ‖y‖ of every column of α.
    let residuals (kernel: KernelMatrix) (path: RidgePath) (targets: float[]) : float[] =
        use _ = torch.NewDisposeScope()
        let k = KernelMatrix.toTensor kernel
        let alpha = Tensors.ofMatrix64(path.Coefficients).clone()
        let y = (Tensors.ofArray64 targets).unsqueeze 1L
        let off = k.mm alpha + alpha * (Tensors.ofArray64 path.Ridges).unsqueeze 0L - y
        (off.square().sum(0L).sqrt() / y.square().sum().sqrt()) |> Tensors.toArray64

    let checkResiduals (name: string) (path: RidgePath) (residuals: float[]) : Result<unit, PipelineError> =
        match residuals |> Array.tryFindIndex (fun residual -> not (residual <= mostResidual)) with
        | None -> Ok()
        | Some p ->
            Error(
                NumbersRefused
                    $"%s{name} with ridge %g{path.Ridges[p]}: the solution misses the targets by %.1e{residuals[p]} of their size, since the ridge is below the rounding of the kernel; use larger ridges"
            )
