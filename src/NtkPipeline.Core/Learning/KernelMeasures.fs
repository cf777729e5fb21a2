namespace NtkPipeline.Core

open System
open TorchSharp

/// Numbers that say how one kernel matrix stands to another. Matrices are square, of one size, and finite.
[<RequireQualifiedAccess>]
module KernelMeasures =

    /// Rows that are compared at a time.
    let private block = 256L

    /// ‖A − s B‖_F / ‖s B‖_F; 0 where the two are equal, even if both are zero. Sums of squares are taken block by block, and
    /// added in float64.
    let relativeChange (a: torch.Tensor) (factor: float) (b: torch.Tensor) : float =
        let total (part: torch.Tensor) = part.square().sum().``to``(torch.float64).item<float>()

        let changes, references =
            [|
                for start in 0L .. block .. a.shape[0] - 1L do
                    use _ = torch.NewDisposeScope()
                    let rows (m: torch.Tensor) = m.narrow (0L, start, min block (a.shape[0] - start))
                    let reference = (rows b).mul(factor.ToScalar())
                    let change = (rows a).sub reference
                    total change, total reference
            |]
            |> Array.unzip

        let change = Array.sum changes
        if change = 0.0 then 0.0 else sqrt (change / Array.sum references)

    let private centre (m: torch.Tensor) =
        let wide = m.``to`` torch.float64
        wide - wide.mean ([| 0L |], true) - wide.mean ([| 1L |], true) + wide.mean ()

    let private inner (a: torch.Tensor) (b: torch.Tensor) = a.mul(b).sum().item<float>()

    /// Centred kernel alignment, ⟨HAH, HBH⟩ / (‖HAH‖ ‖HBH‖) with H = I − 11ᵀ/n (Cortes et al. 2012); 0 where a centred matrix
    /// is zero.
    let alignment (a: torch.Tensor) (b: torch.Tensor) : float =
        use _ = torch.NewDisposeScope()
        let a, b = centre a, centre b
        let norms = sqrt (inner a a * inner b b)
        if norms = 0.0 then 0.0 else inner a b / norms

    /// The eigenvalues of a symmetric matrix, largest first, computed in the precision that its entries have.
    let eigenvalues (m: torch.Tensor) : float[] =
        use _ = torch.NewDisposeScope()
        torch.linalg.eigvalsh m |> Tensors.toArray64 |> Array.rev

    /// exp of the entropy of the eigenvalues over their sum (Roy and Vetterli 2007): n where all are equal, 1 where one is not
    /// zero, 0 where none is. Eigenvalues that rounding has made negative count as 0.
    let effectiveRank (eigenvalues: float[]) : float =
        let clipped = eigenvalues |> Array.map (max 0.0)
        let total = Array.sum clipped

        let entropy =
            clipped
            |> Array.sumBy (fun x ->
                let share = x / total
                if share > 0.0 then -share * log share else 0.0)

        if total = 0.0 then 0.0 else Math.Exp entropy
