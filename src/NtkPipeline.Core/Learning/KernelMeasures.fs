namespace NtkPipeline.Core

open System
open TorchSharp

/// Numbers that say how one kernel matrix stands to another, all in float64 whatever the matrices hold. Matrices are square,
/// of one size, and finite.
[<RequireQualifiedAccess>]
module KernelMeasures =

    /// Rows that are widened to float64 at a time.
    let private block = 512

    /// (Σ (a − s b)², Σ (s b)²), where a are the entries of A at `rowsOfA` × `rowsOfA`, and b likewise.
    let private sums (rowsOfA: torch.Tensor) a (factor: float) (rowsOfB: torch.Tensor) b =
        let n = int rowsOfA.shape[0]

        [|
            for start in 0..block .. n - 1 do
                use _ = torch.NewDisposeScope()

                let part (rows: torch.Tensor) (m: torch.Tensor) =
                    let chosen = rows.narrow (0L, int64 start, int64 (min block (n - start)))
                    m.index_select(0L, chosen).index_select(1L, rows).``to`` torch.float64

                let reference = (part rowsOfB b).mul_(factor.ToScalar())
                let change = (part rowsOfA a).sub_ reference
                change.square().sum().item<float>(), reference.square().sum().item<float>()
        |]
        |> Array.unzip
        |> fun (changes, references) -> Array.sum changes, Array.sum references

    /// ‖A − s B‖_F / ‖s B‖_F, over the named rows (and the same columns) of A against those of B. 0 where they are equal, even
    /// if both are zero.
    let relativeChangeOn rowsOfA (a: torch.Tensor) (factor: float) rowsOfB (b: torch.Tensor) : float =
        let change, reference = sums rowsOfA a factor rowsOfB b
        if change = 0.0 then 0.0 else sqrt (change / reference)

    /// The numbers of all rows.
    let everyRow (m: torch.Tensor) : torch.Tensor = torch.arange (m.shape[0], device = m.device)

    /// ‖A − B‖_F / ‖B‖_F; 0 where they are equal, even if both are zero.
    let relativeChange (a: torch.Tensor) (b: torch.Tensor) : float =
        use _ = torch.NewDisposeScope()
        relativeChangeOn (everyRow a) a 1.0 (everyRow b) b

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

    /// The eigenvalues of a symmetric matrix, largest first.
    let eigenvalues (m: torch.Tensor) : float[] =
        use _ = torch.NewDisposeScope()
        m.``to`` (torch.float64) |> torch.linalg.eigvalsh |> Tensors.toArray64 |> Array.rev

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
