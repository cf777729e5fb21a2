namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What was found of a kernel regression for any task. Errors of ridges are in units of the targets as they were coded.
type TaskFit = {
    Path: RidgePoint[]
    Chosen: RidgePoint
    ChosenBy: RidgeChoice
    Folds: int
    MeanDiagonal: float
    Certificate: Certificate
    /// How labels became targets: `TaskTargets`.
    Mean: float
    Deviation: float
    /// Of classes, what outputs are multiplied by for probabilities: fitted on training rows left out. None of numbers.
    Slope: float option
    /// Exact leave-one-out on the training rows, and the validation rows.
    LeftOut: Measure[]
    Validation: Measure[]
}

/// Kernel ridge regression for any task, one output a class or one number, with its predictions.
type TaskRegression = {
    Fit: TaskFit
    /// α of the chosen ridge, training rows × outputs, for the targets as they were coded.
    Coefficients: Matrix<float>
    /// Decoded outputs at training rows, each fitted on all others; on the validation rows; and, refitted on all labelled rows, on the test
    /// rows, of which there may be none.
    LeftOut: Matrix<float>
    Validation: Matrix<float>
    Test: Matrix<float>
}

/// What it is fitted on.
type TaskProblem = {
    Task: LearningTask
    /// K, training × training rows, and its eigendecomposition.
    Train: KernelMatrix
    Spectrum: Spectrum
    Values: float[]
    Folds: int[]
    /// Validation × training rows.
    Validation: KernelMatrix
    ValidationValues: float[]
}

[<RequireQualifiedAccess>]
module TaskRegression =

    let private measured task (slope: float option) (values: float[]) outputs =
        match slope with
        | Some slope ->
            Array.append (TaskScores.all task values outputs) [|
                {
                    Name = "log-loss"
                    Value = SoftmaxScale.logLoss slope (Array.map int values) outputs
                }
            |]
        | None -> TaskScores.all task values outputs

    /// The whole path and the chosen ridge from the one eigendecomposition, and its predictions of the validation rows.
    let fit (settings: RidgeSettings) (problem: TaskProblem) : Result<TaskRegression, PipelineError> =
        result {
            let targets = TaskTargets.ofFitted problem.Task problem.Values
            let name = "the kernel of the training rows"

            let! fit =
                RidgeSpectral.fit
                    name
                    (RidgeSource.Selected settings)
                    (Some problem.Folds)
                    problem.Train
                    problem.Spectrum
                    (TaskTargets.rule problem.Task)
                    (TaskTargets.encode targets problem.Values)

            let! meanDiagonal = KernelMatrix.meanDiagonal name problem.Train
            let! validation = RidgeFit.predict "the kernel of the validation rows" problem.Validation fit

            let validation, leftOut =
                TaskTargets.decode targets validation, TaskTargets.decode targets fit.LeftOut

            let slope =
                match problem.Task with
                | LearningTask.Classes _ -> Some(SoftmaxScale.fit (Array.map int problem.Values) leftOut)
                | LearningTask.Binary _
                | LearningTask.Regression -> None

            return {
                Fit = {
                    Path = fit.Points
                    Chosen = fit.Chosen
                    ChosenBy = settings.ChooseBy
                    Folds = (Array.distinct problem.Folds).Length
                    MeanDiagonal = meanDiagonal
                    Certificate = fit.Certificate
                    Mean = targets.Mean
                    Deviation = targets.Deviation
                    Slope = slope
                    LeftOut = measured problem.Task slope problem.Values leftOut
                    Validation = measured problem.Task slope problem.ValidationValues validation
                }
                Coefficients = fit.Coefficients
                LeftOut = leftOut
                Validation = validation
                Test = Matrix.create 0 validation.Columns [||]
            }
        }

    /// The same, refitted with the chosen ridge on all labelled rows for the test rows. `kernel`: labelled × labelled rows with their
    /// `values`; `test`: test × labelled rows.
    let withTest
        (task: LearningTask)
        (kernel: KernelMatrix)
        (values: float[])
        (test: KernelMatrix)
        (regression: TaskRegression)
        : Result<TaskRegression, PipelineError> =
        result {
            let targets = TaskTargets.ofFitted task values

            let! fit =
                TaskTargets.encode targets values
                |> RidgeFit.at "the kernel of all labelled rows" kernel regression.Fit.Chosen.Ridge

            let! outputs = RidgeFit.predict "the kernel of the test rows" test fit
            return { regression with Test = TaskTargets.decode targets outputs }
        }

    let codec: Codec<TaskRegression> =
        Codec.pair
            ("fit", Codec.json<TaskFit> "task-fit/1")
            ("arrays",
             Codec.pair
                 ("training", Codec.pair ("coefficients", Codec.matrix64) ("left-out", Codec.matrix64))
                 ("others", Codec.pair ("validation", Codec.matrix64) ("test", Codec.matrix64)))
        |> Codec.map
            "task-regression/1"
            (fun fitted ->
                fitted.Fit, ((fitted.Coefficients, fitted.LeftOut), (fitted.Validation, fitted.Test)))
            (fun (fit, ((coefficients, leftOut), (validation, test))) ->
                let columns = [ leftOut.Columns; validation.Columns; test.Columns ]

                if List.forall ((=) coefficients.Columns) columns && leftOut.Rows = coefficients.Rows then
                    Ok {
                        Fit = fit
                        Coefficients = coefficients
                        LeftOut = leftOut
                        Validation = validation
                        Test = test
                    }
                else
                    Error "its arrays are not of one regression")
