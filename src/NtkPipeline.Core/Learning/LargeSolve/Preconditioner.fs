namespace NtkPipeline.Core

open TorchSharp

/// A low-rank factor made ready for (F Fᵀ + λI)⁻¹ at any λ: Fᵀ F = V S Vᵀ.
[<NoEquality; NoComparison>]
type Preconditioner = {
    LowRank: LowRank
    /// S, ascending.
    Values: torch.Tensor
    /// V, rank × rank.
    Vectors: torch.Tensor
}

/// Solves with F Fᵀ + λI instead of K + λI (Díaz, Epperly, Frangella, Tropp, Webber 2023): where F Fᵀ is near K, conjugate gradients
/// preconditioned by it need a few steps. By Woodbury's identity (F Fᵀ + λ)⁻¹ r = (r − F V (S + λ)⁻¹ Vᵀ Fᵀ r)/λ. The bits are the same
/// for any number of processors, so that a solve may go on elsewhere.
[<RequireQualifiedAccess>]
module Preconditioner =

    let create (lowRank: LowRank) : Preconditioner =
        TorchThreads.fixedly (fun () ->
            use _ = torch.NewDisposeScope()
            let f = lowRank.Factor
            let struct (values, vectors) = torch.linalg.eigh (f.mm (f.t ()))

            {
                LowRank = lowRank
                Values = values.clamp_min(0.0.ToScalar()).DetachFromDisposeScope()
                Vectors = vectors.DetachFromDisposeScope()
            })

    /// γ = V (S + λ)⁻¹ Vᵀ Fᵀ r = (Fᵀ F + λI)⁻¹ Fᵀ r for every row r of a matrix, each with its own λ: p × rank.
    let private weights (preconditioner: Preconditioner) (ridges: float[]) (r: torch.Tensor) =
        let shifted = preconditioner.Values.unsqueeze 0L + (Tensors.ofArray64 ridges).unsqueeze 1L
        let v = preconditioner.Vectors
        (r.mm(preconditioner.LowRank.Factor.t ()).mm v / shifted).mm(v.t ())

    /// (F Fᵀ + λI)⁻¹ r for every row r of a matrix, p × N, each with its own λ.
    let apply (preconditioner: Preconditioner) (ridges: float[]) (residuals: Matrix<float>) : Matrix<float> =
        TorchThreads.fixedly (fun () ->
            use _ = torch.NewDisposeScope()
            let r = Tensors.ofMatrix64(residuals).clone()
            let rest = r - (weights preconditioner ridges r).mm preconditioner.LowRank.Factor
            rest / (Tensors.ofArray64 ridges).unsqueeze 1L |> Tensors.toMatrix64)

    /// (Fᵀ F + λI)⁻¹ Fᵀ y for every row y of a matrix: the ridge regression on F's columns as features. p × rank.
    let features (preconditioner: Preconditioner) (ridges: float[]) (targets: Matrix<float>) : Matrix<float> =
        TorchThreads.fixedly (fun () ->
            use _ = torch.NewDisposeScope()
            weights preconditioner ridges (Tensors.ofMatrix64(targets).clone()) |> Tensors.toMatrix64)
