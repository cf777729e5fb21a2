namespace NtkPipeline.Core

open System

/// Which models compete, and on what.
type SelectionProblem = {
    Networks: Network list
    Kinds: KernelKind list
    X: Matrix<float>
    /// One number for each row; above 0 is the positive class.
    Targets: float[]
}

type SelectionSettings = {
    /// The grid of ridges, relative to mean(diag K), and the score by which everything is ranked.
    Ridges: RidgeSettings
    /// Training times, in units of N/Λ_max: early stopping instead of a ridge.
    Times: float[]
    Folds: int
    /// The share of the rows that no choice sees; 0 for none.
    HoldOut: float
    Seed: Seed
    /// Kernels in float32.
    IsSingle: bool
}

/// What keeps a kernel from fitting noise.
[<RequireQualifiedAccess>]
type Regularisation =
    | Ridge of relative: float
    /// In units of N/Λ_max.
    | Time of units: float

/// A network, a kernel, and the best of its ridges or of its times.
type Candidate = {
    Network: Network
    Kind: KernelKind
    Regularisation: Regularisation
    /// By the score of the settings; least is best.
    Score: float
    EffectiveDimension: float
    /// None where the score of ridges knows no classes.
    TrainAccuracy: float option
    /// Of ridges exact. Of times exact where it ranked few rows, else an estimate, or none where nothing was left to learn.
    LooError: float option
    LooAccuracy: float option
    IsLooEstimate: bool
    Gcv: float option
    /// Of ridges only.
    LogLikelihood: float option
    /// Of ridges, and of times that it ranked.
    CvError: float option
    CvAccuracy: float option
    /// α of the fitted rows: f(x) = Σ αᵢ K(x, xᵢ).
    Coefficients: float[]
}

[<RequireQualifiedAccess>]
module Candidate =

    /// Without accuracies where targets are numbers, which name no classes.
    let known (rule: ClassRule) (candidate: Candidate) : Candidate =
        if rule = ClassRule.Numbers then
            { candidate with TrainAccuracy = None; LooAccuracy = None; CvAccuracy = None }
        else
            candidate

/// What the winner is worth on rows that had no part in the choice.
type HeldOut = {
    Rows: int
    Error: float
    /// None where targets are numbers.
    Accuracy: float option
    /// Then the accuracy says nothing of the other class.
    IsOneClass: bool
}

type Selection = {
    /// Best first.
    Candidates: Candidate[]
    /// Rows that were fitted and chosen on.
    Rows: int
    HeldOut: HeldOut option
}

[<RequireQualifiedAccess>]
module SelectionSettings =

    let private mostHeldOut, mostPoints = 0.9, 100

    /// Every mistake in the settings, each after the name of its setting.
    let mistakes (settings: SelectionSettings) : string list = [
        match RidgeSettings.check settings.Ridges with
        | Error mistake -> $"ridges: %s{mistake.Sentence}"
        | Ok() -> ()

        if settings.Ridges.PointsPerDecade > mostPoints then
            $"ridges: %d{settings.Ridges.PointsPerDecade} points a decade are too many; at most %d{mostPoints}"

        if settings.Times.Length > 0 && not (TimeSelection.isPossible settings.Ridges.ChooseBy) then
            "times: a training time has no likelihood; rank by loo, loo-accuracy, gcv, cv or cv-accuracy"

        for time in settings.Times do
            if not (time > 0.0 && Double.IsFinite time) then
                $"times: %g{time} is none; a training time is positive and finite"

        if settings.Folds < 2 then
            $"folds %d{settings.Folds}: at least 2"

        if not (settings.HoldOut >= 0.0 && settings.HoldOut <= mostHeldOut) then
            $"hold-out %g{settings.HoldOut}: it lies between 0 and %g{mostHeldOut}"
    ]

/// Checking what competes before anything is computed.
[<RequireQualifiedAccess>]
module SelectionProblem =

    /// How the targets stand for two classes, or that they are numbers.
    let classes (problem: SelectionProblem) : ClassRule =
        problem.Targets |> Matrix.create problem.Targets.Length 1 |> ClassRule.ofTargets

    let private ranksByAccuracy choice =
        match choice with
        | RidgeChoice.LeaveOneOutAccuracy
        | RidgeChoice.CrossValidationAccuracy -> true
        | RidgeChoice.LeaveOneOut
        | RidgeChoice.Gcv
        | RidgeChoice.Likelihood
        | RidgeChoice.CrossValidation -> false

    let check (settings: SelectionSettings) (problem: SelectionProblem) : Result<unit, PipelineError> =
        let refuse reason = Error(NumbersRefused $"select: %s{reason}")

        if problem.X.Rows <> problem.Targets.Length then
            refuse $"there are %d{problem.Targets.Length} targets for %d{problem.X.Rows} rows of inputs"
        elif problem.Networks.IsEmpty || problem.Kinds.IsEmpty then
            invalidArg (nameof problem) "nothing competes"
        elif classes problem = ClassRule.Numbers && ranksByAccuracy settings.Ridges.ChooseBy then
            refuse
                $"targets of other than two values are numbers and name no classes, so %s{RidgeChoice.print settings.Ridges.ChooseBy} cannot rank; loo, gcv, likelihood and cv can"
        else
            match SelectionSettings.mistakes settings with
            | mistake :: _ -> refuse mistake
            | [] -> Ok()
