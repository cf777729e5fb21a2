namespace NtkPipeline.Core

open TorchSharp

/// The largest eigenvalues and vectors of a symmetric positive semi-definite matrix that is known by its products alone, from
/// a randomised block Krylov space with full reorthogonalisation and Rayleigh–Ritz. Sources: Halko, Martinsson, Tropp,
/// "Finding structure with randomness", 2011; Musco & Musco, 2015, algorithm 2.
[<RequireQualifiedAccess>]
module RandomisedEigen =

    /// A block is so much wider than what is wanted, and so many blocks are built.
    let private oversampling, blocks = 10, 6

    /// Orthonormal columns that span the block and are orthogonal to the basis, which may be empty.
    let private orthonormalise (basis: torch.Tensor) (block: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let pass (block: torch.Tensor) =
            let struct (q, _) = torch.linalg.qr (block - basis.mm (basis.t().mm block))
            q

        (block |> pass |> pass |> pass).MoveToOuterDisposeScope()

    let private basis
        (count: int)
        (seed: Seed)
        (size: int)
        (times: torch.Tensor -> torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use generator = Seed.generator seed
        let width = min size (count + oversampling)
        let whole = min size (blocks * width)
        let mutable basis = torch.zeros (int64 size, 0L, dtype = torch.float64)
        let mutable next = torch.randn (int64 size, int64 width, dtype = torch.float64, generator = generator)

        while int basis.shape[1] < whole do
            let missing = whole - int basis.shape[1]
            let q = orthonormalise basis (next.narrow (1L, 0L, int64 (min width missing)))
            basis <- torch.cat ([| basis; q |], 1L)
            next <- times q

        basis.MoveToOuterDisposeScope()

    /// The `count` largest eigenvalues, largest first, and their eigenvectors in columns, of the size × size matrix whose
    /// product with some columns is `times`. The leading ones are exact to rounding where eigenvalues fall off as those of
    /// real data do, and all of them where size is at most 6·(count + 10).
    let leading
        (count: int)
        (seed: Seed)
        (size: int)
        (times: torch.Tensor -> torch.Tensor)
        : float[] * torch.Tensor =
        use _ = torch.NewDisposeScope()
        let basis = basis count seed size times
        let projected = basis.t().mm(times basis)
        let struct (ascending, vectors) = torch.linalg.eigh ((projected + projected.t ()) * torch.tensor 0.5)
        let kept = vectors.flip(1L).narrow(1L, 0L, int64 count)

        Tensors.toArray64 (ascending.flip 0L) |> Array.truncate count,
        basis.mm(kept).MoveToOuterDisposeScope()
