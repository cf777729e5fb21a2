namespace NtkPipeline.Core

/// Where the ridge comes from.
[<RequireQualifiedAccess>]
type RidgeSource =
    /// λ ≥ 0, as added to the kernel's diagonal.
    | Given of float
    /// The best of a grid.
    | Selected of RidgeSettings
    /// From the best of a grid on to where its score is stationary.
    | Refined of RidgeSettings

    /// The grid, if there is one.
    member this.Grid =
        match this with
        | RidgeSource.Given _ -> None
        | RidgeSource.Selected settings
        | RidgeSource.Refined settings -> Some settings

/// One ridge of a regression on any targets. Errors are means of squares in the targets' own units, over rows and outputs.
type FitPoint = {
    Ridge: float
    RelativeRidge: float
    EffectiveDimension: float
    LooError: float
    /// None where targets name no classes.
    LooAccuracy: float option
    Gcv: float
    /// Summed over outputs; none without a ridge on a singular kernel, which has no density.
    LogLikelihood: float option
    /// k-fold cross-validation, where folds were given.
    CvError: float option
    CvAccuracy: float option
}

/// Kernel ridge regression of N rows, any number of outputs.
type RidgeFit = {
    /// Every ridge that was considered, smallest first.
    Points: FitPoint[]
    Chosen: FitPoint
    /// The ridge between those of the grid at which the score is stationary, where one was looked for and found.
    Stationary: float option
    /// N × outputs each: α, f on the training rows, and f at each row fitted on all others.
    Coefficients: Matrix<float>
    Fitted: Matrix<float>
    LeftOut: Matrix<float>
    /// Eigenvalues that the solve rests on: all N but for a singular kernel without a ridge.
    Rank: int
    Certificate: Certificate
    /// Whether eigenvalues were computed; else the certificate's condition number is an upper bound, and none were counted.
    IsSpectral: bool
}

/// What a ridge is worth, and which is best.
[<RequireQualifiedAccess>]
module FitPoint =

    /// Columns side by side.
    let sideBySide (rows: int) (columns: float[][]) : Matrix<float> =
        Matrix.init rows columns.Length (fun i k -> columns[k][i])

    let difference (a: Matrix<float>) (b: Matrix<float>) : Matrix<float> = {
        a with
            Values = Array.map2 (-) a.Values b.Values
    }

    let meanSquare (m: Matrix<float>) : float = m.Values |> Array.averageBy (fun x -> x * x)

    /// None where targets name no classes.
    let accuracy (reading: ClassRule) (targets: Matrix<float>) (outputs: Matrix<float>) : float option =
        ClassRule.hits reading targets outputs
        |> Option.map (Array.averageBy (fun hit -> if hit then 1.0 else 0.0))

    /// The scores of ridge p of the outputs' paths; `held` holds cross-validation's residuals, one matrix an output.
    let ofPaths
        (reading: ClassRule)
        (meanDiagonal: float)
        (targets: Matrix<float>)
        (paths: RidgePath[])
        (held: Matrix<float>[] option)
        (p: int)
        : FitPoint =
        let heldOut = held |> Option.map (Array.map (RidgePath.column p) >> sideBySide targets.Rows)
        let loo = paths |> Array.map (RidgePath.leaveOneOut p) |> sideBySide targets.Rows

        {
            Ridge = paths[0].Ridges[p]
            RelativeRidge = paths[0].Ridges[p] / meanDiagonal
            EffectiveDimension = paths[0].EffectiveDimension[p]
            LooError = meanSquare loo
            LooAccuracy = accuracy reading targets (difference targets loo)
            Gcv = paths |> Array.averageBy (fun path -> path.Gcv[p])
            LogLikelihood = Some(paths |> Array.sumBy (fun path -> path.LogLikelihood[p]))
            CvError = heldOut |> Option.map meanSquare
            CvAccuracy = heldOut |> Option.bind (difference targets >> accuracy reading targets)
        }

    /// What is minimised; none where the targets or the missing folds leave no such score.
    let private score choice (point: FitPoint) =
        match choice with
        | RidgeChoice.CrossValidation -> point.CvError
        | RidgeChoice.CrossValidationAccuracy -> point.CvAccuracy |> Option.map (~-)
        | RidgeChoice.LeaveOneOut -> Some point.LooError
        | RidgeChoice.LeaveOneOutAccuracy -> point.LooAccuracy |> Option.map (~-)
        | RidgeChoice.Gcv -> Some point.Gcv
        | RidgeChoice.Likelihood -> point.LogLikelihood |> Option.map (~-)

    /// The place of the best point; of equals, the one with the larger ridge.
    let choose (choice: RidgeChoice) (points: FitPoint[]) : Result<int, PipelineError> =
        match points |> Array.map (score choice) |> Array.forall Option.isSome with
        | true -> Ok(Seq.rev (Seq.indexed points) |> Seq.minBy (snd >> score choice) |> fst)
        | false ->
            Error(
                NumbersRefused
                    $"the ridge cannot be chosen by %s{RidgeChoice.print choice}: the targets name no classes, or there are no folds"
            )
