namespace NtkPipeline.Core

open System

/// By which score the ridge is chosen. Errors are mean squared errors, least is best; of equals the larger ridge is taken.
[<RequireQualifiedAccess>]
type RidgeChoice =
    | CrossValidation
    | CrossValidationAccuracy
    | LeaveOneOut
    | LeaveOneOutAccuracy
    | Gcv
    | Likelihood

/// The scores of a ridge, or of a training time, as far as there are any.
type ChoiceScores = {
    CvError: float option
    CvAccuracy: float option
    LooError: float option
    LooAccuracy: float option
    Gcv: float option
    LogLikelihood: float option
}

[<RequireQualifiedAccess>]
module RidgeChoice =

    let all = [
        RidgeChoice.CrossValidation
        RidgeChoice.CrossValidationAccuracy
        RidgeChoice.LeaveOneOut
        RidgeChoice.LeaveOneOutAccuracy
        RidgeChoice.Gcv
        RidgeChoice.Likelihood
    ]

    /// The name in settings and results.
    let print (choice: RidgeChoice) : string =
        match choice with
        | RidgeChoice.CrossValidation -> "cv"
        | RidgeChoice.CrossValidationAccuracy -> "cv-accuracy"
        | RidgeChoice.LeaveOneOut -> "loo"
        | RidgeChoice.LeaveOneOutAccuracy -> "loo-accuracy"
        | RidgeChoice.Gcv -> "gcv"
        | RidgeChoice.Likelihood -> "likelihood"

    let parse (text: string) : Result<RidgeChoice, string> =
        PrintedUnion.parse "a score that a ridge is chosen by" print all text

    /// −1 where most is best.
    let sign (choice: RidgeChoice) : float =
        match choice with
        | RidgeChoice.CrossValidationAccuracy
        | RidgeChoice.LeaveOneOutAccuracy
        | RidgeChoice.Likelihood -> -1.0
        | RidgeChoice.CrossValidation
        | RidgeChoice.LeaveOneOut
        | RidgeChoice.Gcv -> 1.0

    /// What is minimised; none where there is no such score.
    let minimised (choice: RidgeChoice) (scores: ChoiceScores) : float option =
        match choice with
        | RidgeChoice.CrossValidation -> scores.CvError
        | RidgeChoice.CrossValidationAccuracy -> scores.CvAccuracy
        | RidgeChoice.LeaveOneOut -> scores.LooError
        | RidgeChoice.LeaveOneOutAccuracy -> scores.LooAccuracy
        | RidgeChoice.Gcv -> scores.Gcv
        | RidgeChoice.Likelihood -> scores.LogLikelihood
        |> Option.map ((*) (sign choice))

    /// The same of a ridge.
    let score (choice: RidgeChoice) (point: RidgePoint) : float option =
        minimised choice {
            CvError = point.CvError
            CvAccuracy = point.CvAccuracy
            LooError = Some point.LooError
            LooAccuracy = point.LooAccuracy
            Gcv = Some point.Gcv
            LogLikelihood = point.LogLikelihood
        }

/// The grid of ridges, relative to mean(diag K): evenly spaced on a log scale, both ends included.
type RidgeSettings = { Smallest: float; Largest: float; PointsPerDecade: int; ChooseBy: RidgeChoice }

[<RequireQualifiedAccess>]
module RidgeSettings =

    /// The grid's relative ridges, smallest first.
    let grid (settings: RidgeSettings) : float[] =
        let decades = log10 settings.Largest - log10 settings.Smallest
        let steps = int (Math.Ceiling(decades * float settings.PointsPerDecade - 1e-9))

        Array.init (steps + 1) (fun k ->
            match k with
            | 0 -> settings.Smallest
            | k when k = steps -> settings.Largest
            | k -> settings.Smallest * Math.Pow(10.0, decades * float k / float steps))

    /// Beyond these, over the mean diagonal, squares of coefficients leave float64.
    let private least, most = 1e-100, 1e100

    /// Ridges are positive and of a size to compute with, and the grid holds at least one.
    let check (settings: RidgeSettings) : Result<unit, PipelineError> =
        if not (settings.Smallest > 0.0 && Double.IsFinite settings.Largest) then
            Error(
                NumbersRefused
                    $"the smallest ridge is %g{settings.Smallest}; ridges must be positive and finite"
            )
        elif settings.Smallest < least || settings.Largest > most then
            Error(
                NumbersRefused
                    $"ridges from %g{settings.Smallest} to %g{settings.Largest} × mean diagonal: they must lie between %g{least} and %g{most}"
            )
        elif settings.Largest < settings.Smallest || settings.PointsPerDecade < 1 then
            Error(
                NumbersRefused
                    $"ridges from %g{settings.Smallest} to %g{settings.Largest} with %d{settings.PointsPerDecade} points a decade are no grid"
            )
        else
            Ok()

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
