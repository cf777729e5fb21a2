namespace NtkPipeline.Core

open TorchSharp

/// The leading part of a singular value decomposition A ≈ U diag(σ) Vᵀ.
type Svd = {
    /// U: rows × k, orthonormal columns.
    Left: Matrix<float>
    /// σ, largest first.
    Values: float[]
    /// A V: rows × k.
    Scores: Matrix<float>
    /// ‖A Aᵀ u − σ² u‖ / σ₁² of each column u of U: 0 where the decomposition is exact.
    Residuals: float[]
}

/// The largest singular values and vectors of a sparse matrix, by a randomised block Krylov method with full
/// reorthogonalisation and Rayleigh–Ritz. Source: Musco & Musco, "Randomized Block Krylov Methods for Stronger and
/// Faster Approximate Singular Value Decomposition", 2015, algorithm 2.
[<RequireQualifiedAccess>]
module TruncatedSvd =

    /// Columns of a Krylov block.
    let private blockSize = 64

    /// Singular values below this part of the largest are rounding, not rank.
    let private rankTolerance = 1e-6

    /// A Aᵀ x, from Aᵀ.
    let private gramTimes (transposed: SparseMatrix) (x: torch.Tensor) : torch.Tensor =
        use result = Tensors.toMatrix64 x |> SparseMatrix.gramTimes transposed |> Tensors.ofMatrix64
        // Memory of LibTorch's own, aligned the same way in every run.
        result.clone ()

    /// Orthonormal columns that span the block and are orthogonal to the basis, which may be empty.
    let private orthonormalise (basis: torch.Tensor) (block: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let pass (block: torch.Tensor) =
            let remainder = block - basis.mm (basis.t().mm block)
            let struct (q, _) = torch.linalg.qr remainder
            q

        (block |> pass |> pass |> pass).MoveToOuterDisposeScope()

    /// An orthonormal basis Q of the Krylov space, and A Aᵀ Q: both rows × size.
    let private krylov size seed (a: SparseMatrix) : torch.Tensor * torch.Tensor =
        use _ = torch.NewDisposeScope()
        use generator = Seed.generator seed
        let transposed = SparseMatrix.transpose a
        let basis = torch.zeros (int64 a.Rows, int64 size, dtype = torch.float64)
        let images = torch.zeros_like basis
        let mutable filled = 0

        let mutable next =
            torch.randn (
                int64 a.Rows,
                int64 (min blockSize size),
                dtype = torch.float64,
                generator = generator
            )
            |> gramTimes transposed

        while filled < size do
            use _ = torch.NewDisposeScope()
            let width = min (int next.shape[1]) (size - filled)
            let block = next.narrow (1L, 0L, int64 width)
            let q = orthonormalise (basis.narrow (1L, 0L, int64 filled)) block
            let image = gramTimes transposed q
            basis.narrow(1L, int64 filled, int64 width).copy_ q |> ignore
            images.narrow(1L, int64 filled, int64 width).copy_ image |> ignore
            filled <- filled + width
            next <- image.MoveToOuterDisposeScope()

        basis.MoveToOuterDisposeScope(), images.MoveToOuterDisposeScope()

    /// The eigenvalues of Qᵀ A Aᵀ Q, largest first, and its eigenvectors in columns.
    let private ritz (basis: torch.Tensor) (images: torch.Tensor) : float[] * torch.Tensor =
        use _ = torch.NewDisposeScope()
        let projected = basis.t().mm images
        let struct (ascending, vectors) = torch.linalg.eigh ((projected + projected.t ()) * torch.tensor 0.5)
        Tensors.toArray64 (ascending.flip 0L), vectors.flip(1L).MoveToOuterDisposeScope()

    /// The sign of every column's largest entry.
    let private signs (left: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let largest = left.abs().argmax(0L, keepdim = true)
        left.gather(0L, largest).sign().MoveToOuterDisposeScope()

    /// The norm of every column of A Aᵀ U − U σ².
    let private residuals (image: torch.Tensor) (left: torch.Tensor) (sigma: torch.Tensor) : float[] =
        use _ = torch.NewDisposeScope()
        let gap = (left * sigma.square ()).sub_ image
        Tensors.toArray64 (gap.mul_(gap).sum(0L).sqrt())

    /// The k largest singular values and their vectors; fewer than k where the rank is lower. `steps` Krylov blocks of 64
    /// columns are built, or as many as there are rows: then the result is exact to rounding.
    let fit (k: int) (steps: int) (seed: Seed) (a: SparseMatrix) : Svd =
        use _ = torch.NewDisposeScope()
        let basis, images = krylov (min a.Rows (max (steps * blockSize) k)) seed a
        let squares, vectors = ritz basis images

        let rank =
            squares
            |> Array.truncate k
            |> Array.filter (fun square -> square > rankTolerance * rankTolerance * squares[0])
            |> Array.length

        let values = squares |> Array.truncate rank |> Array.map sqrt
        let sigma = Tensors.ofArray64 values
        let kept = vectors.narrow (1L, 0L, int64 rank)
        let left = basis.mm kept
        basis.Dispose()
        let image = images.mm kept
        images.Dispose()
        let residuals = residuals image left sigma
        let signs = signs left

        {
            Left = Tensors.toMatrix64 (left.mul_ signs)
            Values = values
            Scores = Tensors.toMatrix64 (image.div_(sigma).mul_ signs)
            Residuals = residuals |> Array.map (fun r -> r / squares[0])
        }

    /// V: columns × k, with orthonormal columns; what projects further rows.
    let right (a: SparseMatrix) (svd: Svd) : Matrix<float> =
        let v = SparseMatrix.transposeTimes a svd.Left
        Matrix.init v.Rows v.Columns (fun i j -> v[i, j] / svd.Values[j])
