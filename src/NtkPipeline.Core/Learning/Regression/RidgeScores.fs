namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What a way of solving knows of one ridge; residuals y − f are N × outputs.
type RidgeResiduals = {
    Ridge: float
    EffectiveDimension: float
    /// Averaged over outputs.
    Gcv: float
    /// Summed over outputs.
    LogLikelihood: float option
    Training: Matrix<float>
    /// At each row, fitted on all others.
    LeaveOneOut: Matrix<float>
    /// At each row, fitted without its fold.
    CrossValidation: Matrix<float> option
}

/// Kernel ridge regression of N rows, any number of outputs.
type RidgeFit = {
    /// Every ridge that was considered, smallest first.
    Points: RidgePoint[]
    Chosen: RidgePoint
    /// The ridge between those of the grid at which the score is stationary, where one was looked for and found.
    Stationary: float option
    /// N × outputs each: α, f on the training rows, and f at each row fitted on all others.
    Coefficients: Matrix<float>
    Fitted: Matrix<float>
    LeftOut: Matrix<float>
    /// α of the smallest ridge that was considered.
    SmallestRidgeCoefficients: Matrix<float>
    /// ‖(K + λI) α − y‖ / ‖y‖ of each output.
    Residuals: float[]
    /// Eigenvalues that the solve rests on: all N but for a singular kernel without a ridge.
    Rank: int
    Certificate: Certificate
    /// Whether eigenvalues were computed; else the certificate's condition number is an upper bound, and none were counted.
    IsSpectral: bool
}

/// What a ridge is worth, and which is best: one way for every regression, however it was solved.
[<RequireQualifiedAccess>]
module RidgeScores =

    /// Columns side by side.
    let sideBySide (rows: int) (columns: float[][]) : Matrix<float> =
        Matrix.init rows columns.Length (fun i k -> columns[k][i])

    let difference (a: Matrix<float>) (b: Matrix<float>) : Matrix<float> = {
        a with
            Values = Array.map2 (-) a.Values b.Values
    }

    let private meanSquare (m: Matrix<float>) = m.Values |> Array.averageBy (fun x -> x * x)

    /// `meanDiagonal` is that of K, targets are N × outputs and stand for classes by `rule`.
    let point
        (rule: ClassRule)
        (meanDiagonal: float)
        (targets: Matrix<float>)
        (ridge: RidgeResiduals)
        : RidgePoint =
        let accuracy = ClassRule.accuracy rule targets

        {
            Ridge = ridge.Ridge
            RelativeRidge = ridge.Ridge / meanDiagonal
            EffectiveDimension = ridge.EffectiveDimension
            TrainAccuracy = accuracy ridge.Training
            CvAccuracy = ridge.CrossValidation |> Option.bind accuracy
            CvF1 = ridge.CrossValidation |> Option.bind (ClassRule.f1 rule targets)
            CvError = ridge.CrossValidation |> Option.map meanSquare
            LooAccuracy = accuracy ridge.LeaveOneOut
            LooError = meanSquare ridge.LeaveOneOut
            Gcv = ridge.Gcv
            LogLikelihood = ridge.LogLikelihood
        }

    /// What is minimised, refused where the targets or the missing folds leave no such score.
    let score (choice: RidgeChoice) (point: RidgePoint) : Result<float, PipelineError> =
        match RidgeChoice.score choice point with
        | Some score -> Ok score
        | None ->
            let why =
                match choice with
                | RidgeChoice.LeaveOneOutAccuracy
                | RidgeChoice.CrossValidationAccuracy when point.TrainAccuracy.IsNone ->
                    "the targets are numbers, which name no classes; loo, gcv, likelihood and cv can choose it"
                | _ -> "there are no folds"

            Error(NumbersRefused $"the ridge cannot be chosen by %s{RidgeChoice.print choice}: %s{why}")

    /// The place of the best point; of equals, the one with the larger ridge.
    let choose (choice: RidgeChoice) (points: RidgePoint[]) : Result<int, PipelineError> =
        points
        |> List.ofArray
        |> List.traverseResultM (score choice)
        |> Result.map (fun scores -> Seq.rev (Seq.indexed scores) |> Seq.minBy snd |> fst)

    /// A fit of one ridge.
    let single
        (rule: ClassRule)
        (meanDiagonal: float)
        (targets: Matrix<float>)
        (solution: RidgeSolution)
        (residuals: RidgeResiduals)
        : RidgeFit =
        let point = point rule meanDiagonal targets residuals

        {
            Points = [| point |]
            Chosen = point
            Stationary = None
            Coefficients = solution.Coefficients
            Fitted = difference targets residuals.Training
            LeftOut = difference targets residuals.LeaveOneOut
            SmallestRidgeCoefficients = solution.Coefficients
            Residuals = solution.Residuals
            Rank = targets.Rows
            Certificate = solution.Certificate
            IsSpectral = false
        }
