namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Infinitely wide networks through training, drawn at random and not centred (Lee et al. 2019, eq. 14–16): after k steps of full-batch
/// descent their outputs on any rows are Gaussian,
///     μ_k = Θ_xX Θ⁻¹ (I − (I − ηΘ/N)ᵏ) y,   Σ_k = K_xx − A K_Xx − (A K_Xx)ᵀ + A K Aᵀ  with  A = Θ_xX Θ⁻¹ (I − (I − ηΘ/N)ᵏ).
[<RequireQualifiedAccess>]
module EnsemblePath =

    let private name = "the tangent kernel of the ensemble's training rows"

    /// Their law on the training rows `x` and then on the rows `z`, one row each as the network sees it, after each number of steps. η is
    /// that of the loss ½·mean((f − y)²). Kernels and their one eigendecomposition serve every time.
    let run
        (network: Network)
        (x: Matrix<float>)
        (targets: float[])
        (z: Matrix<float>)
        (rate: float)
        (steps: int list)
        : Result<Posterior list, PipelineError> =
        result {
            let rows = Matrix.stack x z
            let! tangent = Gram.ntk64 network rows None
            let! prior = Gram.nngp64 network rows None
            let trained, all = [| 0 .. x.Rows - 1 |], [| 0 .. rows.Rows - 1 |]
            let part chosen columns gram = KernelMatrix.Double(Matrix.gather chosen columns gram)
            let! spectrum = Spectrum.decompose name (part trained trained tangent)
            let cross, nngp = part all trained tangent, part trained trained prior
            let asked = { Cross = part all trained prior; Own = KernelMatrix.Double prior }
            let targets = Matrix.create x.Rows 1 targets

            return!
                steps
                |> List.traverseResultM (fun steps ->
                    let training = Training.descent rate (int64 steps * 1L<step>)
                    GaussianProcess.ensemble name spectrum nngp training targets cross asked)
        }
