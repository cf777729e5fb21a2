namespace NtkPipeline.Core

open System.Runtime.InteropServices
open TorchSharp

/// The singular value decomposition Φ = U S Vᵀ of N rows of P features, in float64: all that linear regression on them asks for, with a
/// ridge and without one. It is taken of Φ itself: ΦΦᵀ would square the condition number, which at P ≈ N is what matters.
[<NoEquality; NoComparison>]
type FeatureSpectrum = {
    /// Φ, N × P.
    Features: torch.Tensor
    /// ΦΦᵀ = U S² Uᵀ with all N eigenvalues, 0 among them where P < N.
    Kernel: Spectrum
    /// Singular values above the cut-off, largest first.
    Singular: float[]
    /// The first columns of U and of V that belong to them: N × rank, P × rank.
    Left: torch.Tensor
    Right: torch.Tensor
} with

    member this.Rank = this.Singular.Length

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module FeatureSpectrum =

    /// Singular values up to this share of the largest are rounding: LAPACK's and NumPy's rule, max(N, P) units in the last place.
    let cutOff (rows: int64) (columns: int64) : float =
        float (max rows columns) * System.Math.ScaleB(1.0, -52)

    let private ofWhole (features: torch.Tensor) (u: torch.Tensor, s: torch.Tensor, vh: torch.Tensor) =
        let values = Tensors.toArray64 s
        let limit = values[0] * cutOff features.shape[0] features.shape[1]
        let rank = values |> Array.filter (fun value -> value > limit) |> Array.length
        let columns = features.shape[1]

        {
            Features = features
            Kernel = {
                Computed = values |> Array.map (fun value -> if value > limit then value * value else 0.0)
                Vectors = Tensors.toMatrix64 u
            }
            Singular = values[.. rank - 1]
            Left = u.narrow(1L, 0L, int64 rank).contiguous().MoveToOuterDisposeScope()
            Right =
                vh
                    .narrow(0L, 0L, int64 rank)
                    .narrow(1L, 0L, columns)
                    .t()
                    .contiguous()
                    .MoveToOuterDisposeScope()
        }

    /// Of features N × P, which stay the caller's. Where P < N, columns of zeros stand behind them, so that U is whole. The tensors
    /// belong to the caller's dispose scope.
    let decompose (name: string) (features: torch.Tensor) : Result<FeatureSpectrum, PipelineError> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows, columns = features.shape[0], features.shape[1]

        if rows = 0L || columns = 0L then
            Error(NumbersRefused $"%s{name}: there are no features")
        elif not (features.isfinite().all().item<bool>()) then
            Error(NumbersRefused $"%s{name}: not every feature is a finite number")
        elif features.eq(0.0.ToScalar()).all().item<bool>() then
            Error(NumbersRefused $"%s{name}: all features are 0")
        else
            let square =
                if columns < rows then
                    torch.cat (
                        [| features; torch.zeros ([| rows; rows - columns |], dtype = features.dtype) |],
                        1L
                    )
                else
                    features

            try
                let struct (u, s, vh) = torch.linalg.svd (square, fullMatrices = false)
                Ok(ofWhole features (u, s, vh))
            with :? ExternalException ->
                Error(NumbersRefused $"%s{name}: its singular values could not be computed")
