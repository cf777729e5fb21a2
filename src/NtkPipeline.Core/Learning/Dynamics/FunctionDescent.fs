namespace NtkPipeline.Core

open TorchSharp

/// β, and by how much the last step lowered f at every row, moved in place.
[<NoEquality; NoComparison>]
type HeavyBall = { Beta: float; Last: torch.Tensor }

[<RequireQualifiedAccess>]
module HeavyBall =

    /// Before the first step, of outputs such as these; none for β = 0.
    let ofBeta (beta: float) (outputs: torch.Tensor) : HeavyBall option =
        if beta = 0.0 then
            None
        else
            Some { Beta = beta; Last = torch.zeros_like outputs }

/// Descent in function space: what a model that is linear in its parameters, with kernel Θ, says at n rows after each step on
/// ½·mean((f − y)²) over a batch. Exact for the linearised network (Θ̂₀) and for the infinitely wide one (Θ):
/// f ← f − (η/b) Θ(:, batch) (f_batch − y_batch). With momentum β (heavy ball, Polyak 1964), the last change of f, times β, is
/// added: that of the parameters, which the outputs of such a model show.
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
    /// None for plain descent.
    Momentum: HeavyBall option
}

[<RequireQualifiedAccess>]
module FunctionDescent =

    let private step (descent: FunctionDescent) (batch: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let residual = descent.Outputs.index_select (0L, batch) - descent.Targets.index_select (0L, batch)
        let share = residual.mul_ ((descent.Rate / float batch.shape[0]).ToScalar())
        let change = WeightedRows.sum descent.Kernel batch share

        match descent.Momentum with
        | None -> descent.Outputs.sub_ change |> ignore
        | Some momentum ->
            descent.Outputs.sub_ (momentum.Last.mul_(momentum.Beta.ToScalar()).add_ change) |> ignore

    /// One step for each batch of row numbers.
    let run (batches: torch.Tensor seq) (descent: FunctionDescent) : unit =
        for batch in batches do
            step descent batch

    /// ½·mean((f − y)²) over the rows trained on.
    let loss (descent: FunctionDescent) : float =
        use _ = torch.NewDisposeScope()
        let trained = descent.Outputs.narrow (0L, 0L, descent.Targets.shape[0])
        (trained - descent.Targets).square().mean().``to``(torch.float64).item<float>() * 0.5
