namespace NtkPipeline.Core

open System
open TorchSharp

/// A kernel matrix without its means, HAH with H = I − 11ᵀ/n, in float64, and ‖HAH‖².
[<NoEquality; NoComparison>]
type CentredKernel = { Matrix: torch.Tensor; Square: float }

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
        use _ = torch.NewDisposeScope()
        let wide = m.``to`` torch.float64
        let columns, rows, all = wide.mean ([| 0L |], true), wide.mean ([| 1L |], true), wide.mean ()
        (wide - columns).sub_(rows).add_(all).MoveToOuterDisposeScope()

    let private inner (a: torch.Tensor) (b: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        a.flatten().dot(b.flatten ()).item<float>()

    /// A matrix made ready to be aligned with others. It belongs to the caller's dispose scope.
    let centred (m: torch.Tensor) : CentredKernel =
        let matrix = centre m
        { Matrix = matrix; Square = inner matrix matrix }

    /// Centred kernel alignment of a symmetric matrix with each of the others, ⟨HAH, HBH⟩ / (‖HAH‖ ‖HBH‖) (Cortes et al. 2012); 0
    /// where a centred matrix is zero, but for rounding. A itself need not be centred, which would take three passes over it: H is a
    /// projection, so ⟨HAH, HBH⟩ = ⟨A, HBH⟩, and ‖HAH‖² = ‖A‖² − 2‖A1‖²/n + (1ᵀA1)²/n².
    let alignments (a: torch.Tensor) (others: CentredKernel list) : float list =
        use _ = torch.NewDisposeScope()
        let wide = a.``to`` torch.float64
        let n, whole, sums = float a.shape[0], inner wide wide, wide.sum 1L
        let total = sums.sum().item<float>()
        let square = whole - 2.0 * inner sums sums / n + total * total / (n * n)

        others
        |> List.map (fun other ->
            if square <= 1e-13 * whole || other.Square = 0.0 then
                0.0
            else
                inner wide other.Matrix / sqrt (square * other.Square))

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
