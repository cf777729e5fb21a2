namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// The path that an infinitely wide network, f₀ = 0, takes through function space by full-batch descent, in closed form.
type KernelPath = {
    /// Steps taken at each moment, from 0.
    Steps: int[]
    /// f on the rows that are watched, moments × rows.
    Outputs: Matrix<float>
    /// What has been learnt of the targets along each of the leading eigenvectors of the training kernel, (1 − decay)·qᵀy: moments ×
    /// eigenvectors. Each has its own number alone, and goes to qᵀy.
    Learnt: Matrix<float>
    /// The eigenfunctions that these numbers multiply, on the rows that are watched: Θ(x, X) q/Λ, rows × eigenvectors.
    Functions: Matrix<float>
    /// Λ and qᵀy of these eigenvectors.
    Eigenvalues: float[]
    Targets: float[]
}

[<RequireQualifiedAccess>]
module KernelPath =

    /// `kernel`: of the N training rows and, below them, of those that are watched, n × n. `rate` is η with every factor that the kernel
    /// lacks. `leading`: eigenvectors that are kept, no more than have an eigenvalue above rounding.
    let create
        (kernel: Matrix<float32>)
        (targets: float[])
        (rate: float, momentum: float)
        (steps: int list)
        (leading: int)
        : Result<KernelPath, PipelineError> =
        result {
            let n = targets.Length
            let train, watched = [| 0 .. n - 1 |], [| n .. kernel.Rows - 1 |]
            let own = Matrix.gather train train kernel |> KernelMatrix.Single
            let! spectrum = Spectrum.decompose "the kernel of the training rows" own
            let y, zero = Matrix.create n 1 targets, Matrix.create n 1 (Array.zeroCreate n)
            let trainings = steps |> List.map (fun k -> Training.Descent(rate, momentum, int64 k * 1L<step>))
            let! trained = ClosedForm.train spectrum zero y trainings
            let! modes = trainings |> List.traverseResultM (ClosedForm.modes spectrum 1)

            let cross = Matrix.gather watched train kernel |> KernelMatrix.Single
            let start = Matrix.create watched.Length 1 (Array.zeroCreate watched.Length)
            let outputs = trained |> List.map (fun one -> (ClosedForm.predict cross start one).Values)

            let values = Spectrum.values spectrum
            let rounding = Spectrum.rounding spectrum
            let kept = values |> Array.truncate leading |> Array.takeWhile (fun value -> value > rounding)

            use _ = torch.NewDisposeScope()
            let q = (Spectrum.vectors spectrum).narrow(1L, 0L, int64 kept.Length)
            let along = q.t().mv(Tensors.ofArray64 targets) |> Tensors.toArray64
            let functions = (KernelMatrix.toTensor cross).mm(q).div(Tensors.ofArray64 kept)

            return {
                Steps = Array.ofList steps
                Outputs = outputs |> Array.ofList |> Matrix.ofRows watched.Length
                Learnt =
                    modes
                    |> List.map (fun modes ->
                        Array.init kept.Length (fun k -> (1.0 - fst modes[k]) * along[k]))
                    |> Array.ofList
                    |> Matrix.ofRows kept.Length
                Functions = Tensors.toMatrix64 functions
                Eigenvalues = kept
                Targets = along
            }
        }

    /// The least-squares coefficients of paths in the eigenfunctions: moments × eigenvectors from moments × rows.
    let coordinates (path: KernelPath) (outputs: Matrix<float>) : Matrix<float> =
        use _ = torch.NewDisposeScope()
        let functions = Tensors.ofMatrix64(path.Functions).clone()
        let gram, right = functions.t().mm functions, functions.t().mm((Tensors.ofMatrix64 outputs).t())
        torch.linalg.solve(gram, right).t().contiguous() |> Tensors.toMatrix64

    /// The two principal axes of the path (unit vectors over the rows that are watched, 2 × rows) and the share of its scatter that lies in
    /// their plane. Signs are such that the path ends on the positive side of both. None where the path has not two directions.
    let plane (path: KernelPath) : (Matrix<float> * float) option =
        use _ = torch.NewDisposeScope()
        let outputs = Tensors.ofMatrix64(path.Outputs).clone()

        if outputs.shape[0] < 3L || outputs.shape[1] < 2L then
            None
        else
            let scatter = outputs - outputs.mean ([| 0L |], true)
            let struct (_, sizes, axes) = torch.linalg.svd (scatter, false)
            let squares = sizes.square () |> Tensors.toArray64

            if squares[1] <= 1e-20 * squares[0] then
                None
            else
                let two = axes.narrow (0L, 0L, 2L)
                let ends = two.mv (outputs.select (0L, outputs.shape[0] - 1L) - outputs.select (0L, 0L))

                let signs =
                    ends.ge(0.0.ToScalar()).``to``(torch.float64).mul(2.0.ToScalar()).sub(1.0.ToScalar())

                let signed = two.mul(signs.unsqueeze 1L).contiguous()
                Some(Tensors.toMatrix64 signed, (squares[0] + squares[1]) / Array.sum squares)
