namespace NtkPipeline.Core

open TorchSharp

/// The largest eigenvalues of a symmetric matrix that is only known by its products with vectors, such as
/// `EmpiricalNtk.product`, by Lanczos's recursion with full reorthogonalisation (Golub & Van Loan 2013, §10.1).
[<RequireQualifiedAccess>]
module Lanczos =

    /// v without its parts along the rows of `basis`; twice, since once leaves rounding behind.
    let private orthogonal (basis: torch.Tensor) (v: torch.Tensor) =
        let once (v: torch.Tensor) = v - basis.t().mv(basis.mv v)
        once (once v)

    /// The `count` largest eigenvalues, largest first, and their unit eigenvectors as columns (size × count), each with
    /// ‖A v − λ v‖ at most `tolerance`·λ_max unless the whole space is needed. Float64; the start is random but seeded,
    /// and the same on every device. `multiply` is given vectors on `device`.
    let top
        (count: int)
        (tolerance: float)
        (seed: Seed)
        (size: int)
        (device: torch.Device)
        (multiply: torch.Tensor -> torch.Tensor)
        : float[] * torch.Tensor =
        if count < 1 || count > size then
            invalidArg (nameof count) $"%d{count} eigenvalues of a matrix of size %d{size}"

        use _ = torch.NewDisposeScope()
        use generator = Seed.generator seed

        let random () =
            torch.randn([| int64 size |], dtype = torch.float64, generator = generator).``to`` device

        let unit (v: torch.Tensor) = v / v.norm ()
        let basis = ResizeArray<torch.Tensor>()
        let diagonal = ResizeArray<float>()
        let beside = ResizeArray<float>()
        basis.Add(unit (random ()))

        /// Eigenvalues of the tridiagonal matrix so far, ascending, and its eigenvectors.
        let ritz () =
            let tridiagonal = Array2D.zeroCreate diagonal.Count diagonal.Count

            for k in 0 .. diagonal.Count - 1 do
                tridiagonal[k, k] <- diagonal[k]

                if k + 1 < diagonal.Count then
                    tridiagonal[k, k + 1] <- beside[k]
                    tridiagonal[k + 1, k] <- beside[k]

            torch.linalg.eigh (torch.tensor (tridiagonal, dtype = torch.float64))

        let rec step k =
            let struct (rest, isDone) =
                use scope = torch.NewDisposeScope()
                let image = multiply basis[k]
                diagonal.Add(image.dot(basis[k]).item<float>())
                let found = torch.stack basis
                let rest = orthogonal found image
                let length = rest.norm().item<float>()
                beside.Add length

                // ‖A v − λ v‖ of a Ritz pair is the last entry of its vector times the next off-diagonal.
                let struct (values, vectors) = ritz ()
                let largest = values[int64 k].abs().item<float>()

                let isGood =
                    k + 1 >= count
                    && Seq.forall
                        (fun i ->
                            length * vectors[int64 k, int64 (k - i)].abs().item<float>()
                            <= tolerance * largest)
                        (seq { 0 .. count - 1 })

                // An invariant space: go on from somewhere new, uncoupled.
                let next =
                    if length > 1e-13 * largest then
                        rest
                    else
                        beside[k] <- 0.0
                        orthogonal found (random ())

                struct (scope.MoveToOuter(unit next), (isGood && length > 0.0) || k + 1 = size)

            if isDone then
                rest.Dispose()
            else
                basis.Add rest
                step (k + 1)

        step 0
        let struct (values, vectors) = ritz ()
        let kept = int64 diagonal.Count
        let last = vectors.narrow(1, kept - int64 count, int64 count).flip(1L).``to`` device
        let eigenvectors = torch.stack(basis).t().mm(last)
        let eigenvalues = values.narrow(0, kept - int64 count, int64 count).flip(0L)
        Tensors.toArray64 eigenvalues, eigenvectors.MoveToOuterDisposeScope()
