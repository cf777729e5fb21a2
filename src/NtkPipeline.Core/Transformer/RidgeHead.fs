namespace NtkPipeline.Core

open System
open TorchSharp

/// A head by ridge regression on φ, and what its ridge was chosen by.
type RidgeHead = {
    Head: LinearHead
    /// λ, absolute, and over the mean of φ·φ + 1.
    Ridge: float
    RelativeRidge: float
    /// The mean square of the exact leave-one-out residuals.
    LooError: float
    /// f at each row, fitted on all others.
    LeftOut: float[]
}

/// Linear probing: w, b that minimise Σ (w·φ + b − y)² + λ(‖w‖² + b²), which is kernel ridge regression with φ·φ′ + 1, solved by the
/// columns: with X = (Φ, 1), XᵀX = V S Vᵀ gives every λ at once, and the residual without row i is (y − f)ᵢ/(1 − Σⱼ (XV)ᵢⱼ²/(sⱼ + λ)).
[<RequireQualifiedAccess>]
module RidgeHead =

    /// λ over the mean diagonal; linear kernels of pretrained features want much.
    let private grid: RidgeSettings = {
        Smallest = 1e-4
        Largest = 1e3
        PointsPerDecade = 4
        ChooseBy = RidgeChoice.LeaveOneOut
    }

    let private leftOut (along: torch.Tensor) (values: torch.Tensor) (y: torch.Tensor) (ridge: float) =
        let shrunk = along / (values + ridge.ToScalar())
        let f = shrunk.matmul (along.t().matmul y)
        let leverage = (shrunk * along).sum 1L
        y - (y - f) / ((1.0).ToScalar() - leverage)

    let private error (y: torch.Tensor) (outputs: torch.Tensor) = (y - outputs).square().mean().item<float>()

    /// Of rows φ (N × width) with N targets, at the best ridge of a grid by exact leave-one-out; of equals the larger.
    let fit (phi: Matrix<float32>) (targets: float[]) : Result<RidgeHead, PipelineError> =
        if phi.Rows < 2 || phi.Rows <> targets.Length then
            invalidArg (nameof targets) $"%d{targets.Length} targets cannot be those of %d{phi.Rows} rows"

        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows = (Tensors.ofMatrix32 phi).``to`` torch.float64
        let x = torch.cat ([| rows; torch.ones ([| int64 phi.Rows; 1L |], dtype = torch.float64) |], 1L)
        let y = Tensors.ofArray64 targets

        if not (x.isfinite().all().item<bool>() && y.isfinite().all().item<bool>()) then
            Error(NumbersRefused "the head: a row or a target is not a finite number")
        else
            let struct (values, vectors) = torch.linalg.eigh (x.t().matmul x)
            let values = values.clamp_min (0.0.ToScalar())
            let along = x.matmul vectors
            let mean = x.square().sum().item<float>() / float phi.Rows
            let ridges = RidgeSettings.grid grid |> Array.map ((*) mean)

            let ridge, least =
                ridges
                |> Array.rev
                |> Array.map (fun ridge -> ridge, error y (leftOut along values y ridge))
                |> Array.minBy snd

            let w = vectors.matmul (along.t().matmul y / (values + ridge.ToScalar())) |> Tensors.toArray64

            if Double.IsFinite least then
                Ok {
                    Head = {
                        Weights = w[.. w.Length - 2] |> Array.map float32
                        Bias = float32 w[w.Length - 1]
                    }
                    Ridge = ridge
                    RelativeRidge = ridge / mean
                    LooError = least
                    LeftOut = leftOut along values y ridge |> Tensors.toArray64
                }
            else
                Error(NumbersRefused "the head: its leave-one-out errors are no finite numbers")
