namespace NtkPipeline.Core

open TorchSharp

/// What a model's own outputs are for a task.
[<RequireQualifiedAccess>]
module OwnOutputs =

    let private many count = if count = 1 then "1 output" else $"%d{count} outputs"

    /// Of a model with so many outputs a row: how many the task has, and how rows × the model's own become those. Of two classes one output,
    /// or of two the second less the first; of more classes one each, in the order of their names; of numbers one, in the labels' own unit,
    /// less the fitted labels' mean and over their deviation, as targets are (`TaskTargets`). All others are refused, as a clause.
    let ofTask (targets: TaskTargets) (count: int) : Result<int * (torch.Tensor -> torch.Tensor), string> =
        match targets.Task, count with
        | LearningTask.Binary _, 1 -> Ok(1, id)
        | LearningTask.Binary _, 2 ->
            Ok(1, fun (y: torch.Tensor) -> y.narrow(1L, 1L, 1L).sub(y.narrow (1L, 0L, 1L)))
        | LearningTask.Classes names, count when count = names.Length -> Ok(count, id)
        | LearningTask.Regression, 1 ->
            Ok(1, fun y -> y.sub(targets.Mean.ToScalar()).div(targets.Deviation.ToScalar()))
        | LearningTask.Binary(negative, positive), _ ->
            Error
                $"it gives %s{many count} a row, and the labels are two classes, '%s{negative}' and '%s{positive}': one output is wanted, above 0 for the second, or two, whose difference is taken"
        | LearningTask.Classes names, _ ->
            let order = names |> Seq.truncate 8 |> String.concat ", "

            Error
                $"it gives %s{many count} a row, and the labels are %d{names.Length} classes: one output each is wanted, in the order %s{order}"
        | LearningTask.Regression, _ ->
            Error
                $"it gives %s{many count} a row, and the labels are numbers: one output is wanted, in their unit"

    /// The model with the task's outputs in place of its own `count`.
    let adapt (count: int) (change: torch.Tensor -> torch.Tensor) (model: OwnModel) : OwnModel = {
        model with
            Apply = fun x -> change ((model.Apply x).reshape(x.shape[0], int64 count))
    }
