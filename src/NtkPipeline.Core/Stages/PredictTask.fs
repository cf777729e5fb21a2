namespace NtkPipeline.Core

/// A training row's part in what was said of a new row.
type TaskCarrier = {
    Tweet: Tweet
    /// In the labels' own words.
    Label: string
    /// αᵢ K(x, xᵢ) of the output that names the class; of a regression, in the labels' unit and about their mean.
    Contribution: float
}

/// What kernel regression says of a new row, for three classes or more, or as a number.
type TaskPrediction = {
    /// A class's name, or the number.
    Said: string
    /// Every output: of each class in their order, or the number.
    Outputs: float[]
    /// Of classes, after calibration; none for a number.
    Probabilities: float[]
    Carriers: TaskCarrier[]
}

/// New rows → what a finished run's kernel regression says of them, and which training rows carry it.
[<RequireQualifiedAccess>]
module PredictTask =

    /// A class by its name, or a number in six digits.
    let word (task: LearningTask) (value: float) =
        match task with
        | LearningTask.Regression -> value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture)
        | task -> (LearningTask.names task)[int value]

    /// `cross`: new × labelled rows. `most` training rows are listed of each.
    let run
        (most: int)
        (tweets: Tweet[])
        (labels: Labels)
        (split: Split)
        (regression: TaskRegression)
        (cross: Matrix<float32>)
        : TaskPrediction[] =
        let fit, alpha, train = regression.Fit, regression.Coefficients, split.Train

        let targets: TaskTargets = { Task = labels.Task; Mean = fit.Mean; Deviation = fit.Deviation }

        let k = Matrix.gather [| 0 .. cross.Rows - 1 |] train cross

        let outputs =
            Matrix.init k.Rows alpha.Columns (fun i c ->
                let mutable sum = 0.0

                for j in 0 .. k.Columns - 1 do
                    sum <- sum + float k[i, j] * alpha[j, c]

                sum)
            |> TaskTargets.decode targets

        Array.init k.Rows (fun i ->
            let named = TaskTargets.named labels.Task outputs i
            let column = if alpha.Columns = 1 then 0 else int named

            let carriers =
                [| 0 .. k.Columns - 1 |]
                |> Array.map (fun j -> j, fit.Deviation * float k[i, j] * alpha[j, column])
                |> Array.sortBy (fun (j, part) -> -abs part, j)
                |> Array.truncate most
                |> Array.map (fun (j, part) -> {
                    Tweet = tweets[train[j]]
                    Label = word labels.Task labels.Values[train[j]]
                    Contribution = part
                })

            let own = (Matrix.row i outputs).ToArray()

            {
                Said = word labels.Task named
                Outputs = own
                Probabilities =
                    match fit.Slope with
                    | Some slope -> SoftmaxScale.probabilities slope own
                    | None -> [||]
                Carriers = carriers
            })
