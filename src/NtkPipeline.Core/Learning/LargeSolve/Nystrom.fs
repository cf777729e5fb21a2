namespace NtkPipeline.Core

open TorchSharp

/// Ridge regression on the pivots' kernel functions alone: f(x) = Σ β_s K(x, x_s). One array a system.
type NystromFit = {
    /// The training rows whose kernel functions carry f.
    Landmarks: int[]
    Weights: float[][]
    /// f on the training rows.
    Fitted: float[][]
    /// (y − f)/λ: the coefficients that a regression with F Fᵀ as its kernel has.
    Coefficients: float[][]
}

/// The Nyström route to ridge regression, as Falkon takes it (Rudi, Carratino, Rosasco 2017): of all f = Σ β_s K(·, x_s), the one that
/// minimises ‖f(X) − y‖² + λ‖f‖². With F = K(X, S) L⁻ᵀ and L Lᵀ = K(S, S), both known from the pivoted factor, it is the
/// regression on F's columns: γ = (Fᵀ F + λ)⁻¹ Fᵀ y, β = L⁻ᵀ γ, solved without iterations.
[<RequireQualifiedAccess>]
module Nystrom =

    let private rowsOf (m: Matrix<float>) = Array.init m.Rows (fun k -> (Matrix.row k m).ToArray())

    let fit (preconditioner: Preconditioner) (systems: RidgeSystems) : NystromFit =
        use _ = torch.NewDisposeScope()
        let lowRank = preconditioner.LowRank
        let n = int lowRank.Factor.shape[1]
        let gamma = Matrix.ofRows n systems.Targets |> Preconditioner.features preconditioner systems.Ridges
        let f = lowRank.Factor
        // Column s of Fᵀ at the pivots is row s of L: upper triangular as it stands.
        let upper = f.index_select (1L, torch.tensor (lowRank.Pivots |> Array.map int64))
        let weights = torch.linalg.solve (upper, (Tensors.ofMatrix64 gamma).t().contiguous())
        let fitted = (Tensors.ofMatrix64 gamma).mm f |> Tensors.toMatrix64 |> rowsOf

        {
            Landmarks = lowRank.Pivots
            Weights = weights.t () |> Tensors.toMatrix64 |> rowsOf
            Fitted = fitted
            Coefficients =
                Array.map3
                    (fun ridge y f -> Array.map2 (fun y f -> (y - f) / ridge) y f)
                    systems.Ridges
                    systems.Targets
                    fitted
        }
