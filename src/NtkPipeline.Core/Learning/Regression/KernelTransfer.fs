namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Kernel regression that learns one task and goes on with a few rows of another. Rows are numbers of one kernel's rows.
type KernelLearner = {
    Rows: int[]
    /// α, one for each row.
    Coefficients: float[]
    /// λ, as added to the kernel's diagonal.
    Ridge: float
}

[<RequireQualifiedAccess>]
module KernelTransfer =

    let private name = "the kernel of one task's rows"

    let private gather (kernel: Matrix<float32>) rows columns =
        Matrix.gather rows columns kernel |> KernelMatrix.Single

    /// f at other rows.
    let outputs (kernel: Matrix<float32>) (learner: KernelLearner) (rows: int[]) : float[] =
        use _ = torch.NewDisposeScope()
        let cross = gather kernel rows learner.Rows |> KernelMatrix.toTensor
        (Tensors.ofArray64 learner.Coefficients).unsqueeze 1L |> cross.mm |> Tensors.toArray64

    /// Regression on some rows; the ridge is the best of the grid by exact leave-one-out on these rows.
    let learn
        (settings: RidgeSettings)
        (kernel: Matrix<float32>)
        (rows: int[])
        (targets: float[])
        : Result<KernelLearner, PipelineError> =
        let source = RidgeSource.Selected { settings with ChooseBy = RidgeChoice.LeaveOneOut }

        RidgeFit.fit name source None (gather kernel rows rows) (Matrix.create rows.Length 1 targets)
        |> Result.map (fun fit -> {
            Rows = rows
            Coefficients = fit.Coefficients.Values
            Ridge = fit.Chosen.Ridge
        })

    /// f at other rows once the learner has gone on with a few more: ridge regression around what it knew, f + K(·, F)(K_FF + λI)⁻¹(y_F −
    /// f(F)), which is the least of Σ(g − y)² + λ‖g − f‖² in the kernel's space.
    let goOn
        (kernel: Matrix<float32>)
        (learner: KernelLearner)
        (few: int[])
        (targets: float[])
        (rows: int[])
        : Result<float[], PipelineError> =
        result {
            let left = Array.map2 (-) targets (outputs kernel learner few)

            let! solution =
                Matrix.create few.Length 1 left
                |> RidgeFit.solve "the kernel of a task's few rows" (gather kernel few few) learner.Ridge

            let change =
                outputs
                    kernel
                    {
                        Rows = few
                        Coefficients = solution.Coefficients.Values
                        Ridge = learner.Ridge
                    }
                    rows

            return Array.map2 (+) (outputs kernel learner rows) change
        }
