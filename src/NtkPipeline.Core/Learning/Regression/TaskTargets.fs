namespace NtkPipeline.Core

/// How a task's labels stand as targets of a regression: codes of ±1, or numbers less their mean and over their deviation.
type TaskTargets = {
    Task: LearningTask
    /// Of a regression's fitted labels, in their own unit; 0 and 1 for classes.
    Mean: float
    Deviation: float
}

[<RequireQualifiedAccess>]
module TaskTargets =

    /// By the labels that are fitted.
    let ofFitted (task: LearningTask) (values: float[]) : TaskTargets =
        match task with
        | LearningTask.Binary _
        | LearningTask.Classes _ -> { Task = task; Mean = 0.0; Deviation = 1.0 }
        | LearningTask.Regression ->
            let mean = Array.average values
            let deviation = sqrt (values |> Array.averageBy (fun y -> (y - mean) ** 2.0))

            {
                Task = task
                Mean = mean
                Deviation = if deviation > 0.0 then deviation else 1.0
            }

    /// What is learnt, N × outputs.
    let encode (targets: TaskTargets) (values: float[]) : Matrix<float> =
        let outputs = LearningTask.outputs targets.Task

        Matrix.init values.Length outputs (fun i k ->
            match targets.Task with
            | LearningTask.Binary _ -> 2.0 * values[i] - 1.0
            | LearningTask.Classes _ -> if int values[i] = k then 1.0 else -1.0
            | LearningTask.Regression -> (values[i] - targets.Mean) / targets.Deviation)

    /// Outputs in the labels' own unit; those of classes as they are.
    let decode (targets: TaskTargets) (outputs: Matrix<float>) : Matrix<float> =
        match targets.Task with
        | LearningTask.Binary _
        | LearningTask.Classes _ -> outputs
        | LearningTask.Regression -> outputs |> Matrix.map (fun f -> targets.Mean + targets.Deviation * f)

    /// How targets name classes, where they do.
    let rule (task: LearningTask) : ClassRule =
        match task with
        | LearningTask.Binary _ -> ClassRule.Cut 0.0
        | LearningTask.Classes _ -> ClassRule.Largest
        | LearningTask.Regression -> ClassRule.Numbers

    /// The class that outputs name: the side of 0, or the largest; of a regression the number itself, decoded.
    let named (task: LearningTask) (outputs: Matrix<float>) (row: int) : float =
        match task with
        | LearningTask.Binary _ -> if outputs[row, 0] > 0.0 then 1.0 else 0.0
        | LearningTask.Classes _ ->
            seq { 0 .. outputs.Columns - 1 } |> Seq.maxBy (fun k -> outputs[row, k]) |> float
        | LearningTask.Regression -> outputs[row, 0]
