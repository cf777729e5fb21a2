namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// One ridge's regression without eigenvalues: all scores of the path, at a quarter of an eigendecomposition's cost.
type RidgeCholesky = {
    /// N × outputs each: α and y − f with each row left out, αᵢ/Gᵢᵢ.
    Coefficients: Matrix<float>
    LeaveOneOut: Matrix<float>
    EffectiveDimension: float
    /// Averaged over outputs.
    Gcv: float
    /// Summed over outputs.
    LogLikelihood: float
    /// Its condition number is an upper bound; that no eigenvalue is negative beyond rounding was proved, none was counted.
    Certificate: Certificate
}

/// From K + λI = L Lᵀ: G = (K + λI)⁻¹ has Gᵢᵢ from the inverse, Σ Λ/(Λ+λ) = N − λ tr G, log det = 2 Σ ln Lᵢᵢ, (I − H)y = λα.
[<RequireQualifiedAccess>]
module RidgeCholesky =

    let private addToDiagonal (value: float) (k: torch.Tensor) =
        k.diagonal(0L, 0L, 1L).add_(torch.tensor value) |> ignore

    /// A factorisation of K + εI, ε what rounding explains, proves that no eigenvalue lies below −ε.
    let private checkSign name kernel (k: torch.Tensor) largest =
        let allowed = Spectrum.allowance kernel largest
        addToDiagonal allowed k
        let struct (_, info) = torch.linalg.cholesky_ex (k, false)
        addToDiagonal -allowed k

        if info.item<int>() = 0 then
            Ok()
        else
            Error(
                NumbersRefused
                    $"%s{name}: it has an eigenvalue below %g{-allowed}, more than rounding explains, so it is not positive semi-definite"
            )

    let private factor name (ridge: float) (shifted: torch.Tensor) =
        let struct (factor, info) = torch.linalg.cholesky_ex (shifted, false)

        if info.item<int>() = 0 then
            Ok factor
        else
            Error(
                NumbersRefused
                    $"%s{name} with ridge %g{ridge}: it is not positive definite; use a larger ridge"
            )

    let private ofFactor
        (ridge: float)
        (factor: torch.Tensor)
        (y: torch.Tensor)
        (alpha: torch.Tensor)
        certificate
        =
        let n, outputs = float y.shape[0], float y.shape[1]
        let diagonal = (torch.cholesky_inverse factor).diagonal(0L, 0L, 1L)
        let trace = diagonal.sum().item<float>()
        let logDeterminant = 2.0 * factor.diagonal(0L, 0L, 1L).log().sum().item<float>()
        let fit = (y * alpha).sum().item<float>()

        {
            Coefficients = Tensors.toMatrix64 alpha
            LeaveOneOut = alpha / diagonal.unsqueeze 1L |> Tensors.toMatrix64
            EffectiveDimension = n - ridge * trace
            Gcv = (alpha * torch.tensor (n / trace)).square().mean().item<float>()
            LogLikelihood = -0.5 * (fit + outputs * (logDeterminant + n * Math.Log(2.0 * Math.PI)))
            Certificate = certificate
        }

    /// λ > 0, targets N × outputs, and a matrix that `KernelMatrix.check` let pass. None where the bound on the condition number cannot
    /// promise enough digits, though the eigenvalues might.
    let fit
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: Matrix<float>)
        : Result<RidgeCholesky option, PipelineError> =
        use _ = torch.NewDisposeScope()
        let k = KernelMatrix.toTensor kernel
        // Every eigenvalue is below the greatest sum of a row's absolute values.
        let largest = k.abs().sum(1L).max().item<float>()
        let condition = (largest + ridge) / ridge

        if not (ridge > 0.0) || log10 condition > SolveTrust.mostDigitsLost then
            Ok None
        else
            result {
                do! checkSign name kernel k largest
                addToDiagonal ridge k
                let! factor = factor name ridge k
                let y = Tensors.ofMatrix64 targets
                let alpha = y.cholesky_solve (factor, false)
                let off = (k.mm alpha - y).square().sum(0L).sqrt() |> Tensors.toArray64
                let size = y.square().sum(0L).sqrt() |> Tensors.toArray64

                let residual =
                    Array.map2 (fun off size -> if size = 0.0 then off else off / size) off size |> Array.max

                if not (residual <= SolveTrust.mostResidual) then
                    return!
                        Error(
                            NumbersRefused
                                $"%s{name} with ridge %g{ridge}: the solution misses the targets by %.1e{residual} of their size; use a larger ridge"
                        )

                return
                    ofFactor ridge factor y alpha {
                        Residual = residual
                        ConditionNumber = condition
                        DigitsLost = log10 condition
                        Clipped = 0
                        MostNegative = 0.0
                    }
                    |> Some
            }
