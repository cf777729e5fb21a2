namespace NtkPipeline.Core

open TorchSharp

/// Regression without a ridge on a kernel that is singular: the limit λ → 0, in which outputs solve K α = y as nearly as
/// the kernel can, by the α of least norm.
type LeastNorm = {
    /// Eigenvalues that are not 0.
    Rank: int
    /// K⁺ y, N × outputs.
    Coefficients: Matrix<float>
    /// (I − K K⁺) y: what no function of this kernel can fit, such as the difference of two targets of one input.
    Unfitted: Matrix<float>
    /// y − f with each row left out, N × outputs: the limit of αᵢ/Gᵢᵢ.
    LeaveOneOut: Matrix<float>
    /// The limit of the generalised cross-validation score, one for each output.
    Gcv: float[]
}

/// With P = I − K K⁺ the projection on the kernel's null space: as λ → 0, G = P/λ + K⁺ + O(λ), so αᵢ/Gᵢᵢ tends to (Py)ᵢ/Pᵢᵢ,
/// and to (K⁺y)ᵢ/K⁺ᵢᵢ where Pᵢᵢ = 0.
[<RequireQualifiedAccess>]
module LeastNorm =

    /// A share of a row in the null space below this is rounding.
    let private noShare = 1e-10

    /// `rank` < N eigenvalues are not 0 (see `SolveTrust.checkRank`); targets N × outputs.
    let solve (spectrum: Spectrum) (rank: int) (targets: Matrix<float>) : LeastNorm =
        let n = spectrum.Rows

        if rank < 1 || rank >= n || targets.Rows <> n then
            invalidArg (nameof rank) $"rank %d{rank} of %d{n}, %d{targets.Rows} targets"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let kept, lost = q.narrow (1L, 0L, int64 rank), q.narrow (1L, int64 rank, int64 (n - rank))
        let values = Spectrum.values spectrum
        let d = (Tensors.ofArray64 values[.. rank - 1]).reciprocal()
        let y = Tensors.ofMatrix64 targets
        let alpha = (kept * d).mm(kept.t().mm y)
        let inverse = (kept.square().mv d).unsqueeze 1L
        let unfitted = lost.mm (lost.t().mm y)
        let share = lost.square().sum(1L).unsqueeze 1L
        let held = torch.where (share.gt (noShare.ToScalar()), unfitted / share, alpha / inverse)
        let squares = unfitted.square().sum 0L |> Tensors.toArray64

        {
            Rank = rank
            Coefficients = Tensors.toMatrix64 alpha
            Unfitted = Tensors.toMatrix64 unfitted
            LeaveOneOut = Tensors.toMatrix64 held
            Gcv = squares |> Array.map (fun s -> float n * s / float (n - rank) ** 2.0)
        }
