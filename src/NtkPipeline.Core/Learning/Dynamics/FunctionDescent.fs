namespace NtkPipeline.Core

open TorchSharp

/// Descent in function space: what a model that is linear in its parameters, with kernel Θ, says at n rows after each step on
/// ½·mean((f − y)²) over a batch. Exact for the linearised network (Θ̂₀) and for the infinitely wide one (Θ):
/// f ← f − (η/b) Θ(:, batch) (f_batch − y_batch).
[<NoEquality; NoComparison>]
type FunctionDescent = {
    /// η times this is the step: it also carries a factor that the kernel lacks.
    Rate: float
    /// Θ, n × n, symmetric: its rows are read where columns are meant.
    Kernel: torch.Tensor
    /// y at the first N rows, which are trained on; the others are watched.
    Targets: torch.Tensor
    /// f, n; moved in place.
    Outputs: torch.Tensor
}

[<RequireQualifiedAccess>]
module FunctionDescent =

    let private step (descent: FunctionDescent) (batch: torch.Tensor) (rows: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let residual = descent.Outputs.index_select (0L, batch) - descent.Targets.index_select (0L, batch)
        let share = residual.mul_ ((descent.Rate / float batch.shape[0]).ToScalar())
        descent.Outputs.sub_ (rows.t().mv share) |> ignore

    /// One step for each batch of row numbers.
    let run (batches: torch.Tensor seq) (descent: FunctionDescent) : unit =
        for batch in batches do
            use _ = torch.NewDisposeScope()
            descent.Kernel.index_select (0L, batch) |> step descent batch

    /// Many steps on one and the same batch, whose rows are gathered once.
    let repeat (steps: int) (batch: torch.Tensor) (descent: FunctionDescent) : unit =
        use _ = torch.NewDisposeScope()
        let rows = descent.Kernel.index_select (0L, batch)

        for _ in 1..steps do
            step descent batch rows

    /// ½·mean((f − y)²) over the rows trained on.
    let loss (descent: FunctionDescent) : float =
        use _ = torch.NewDisposeScope()
        let trained = descent.Outputs.narrow (0L, 0L, descent.Targets.shape[0])
        (trained - descent.Targets).square().mean().``to``(torch.float64).item<float>() * 0.5
