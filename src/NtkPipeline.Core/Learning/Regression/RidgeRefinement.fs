namespace NtkPipeline.Core

open System
open MathNet.Numerics.RootFinding
open TorchSharp

/// Going on from the best ridge of a grid to where its score is stationary, by the score's slope.
[<RequireQualifiedAccess>]
module RidgeRefinement =

    let private negative (score: ScoreSlope) = {
        Value = -score.Value
        ByRidge = -score.ByRidge
        ByScale = -score.ByScale
    }

    /// What is minimised; none where it has no derivative, as a share of right answers, or none is known here, as of folds.
    let private score (choice: RidgeChoice) : (RidgeSlopes -> ScoreSlope) option =
        match choice with
        | RidgeChoice.LeaveOneOut -> Some _.LooError
        | RidgeChoice.Gcv -> Some _.Gcv
        | RidgeChoice.Likelihood -> Some(fun slopes -> negative slopes.LogLikelihood)
        | RidgeChoice.CrossValidation
        | RidgeChoice.CrossValidationAccuracy
        | RidgeChoice.LeaveOneOutAccuracy -> None

    /// Whether a score can be refined.
    let isPossible (choice: RidgeChoice) : bool = (score choice).IsSome

    /// ln λ is known to so much.
    let private accuracy = 1e-12

    /// Two places between which the score, falling from `near` towards `far`, where it is no better, turns: its slope has the one sign
    /// at one and the other at the other. Halving keeps one such interval.
    let rec private bracket (at: float -> ScoreSlope) (far: float) (near: float) =
        let fallsInwards place = (at place).ByRidge * (near - far) <= 0.0
        let middle = (far + near) / 2.0

        if fallsInwards far then Some(far, near)
        elif abs (near - far) < accuracy then None
        elif fallsInwards middle then Some(middle, near)
        elif (at middle).Value <= (at near).Value then bracket at far middle
        else bracket at middle near

    /// By Brent's method, on slopes by ln λ over the greater of the two at the ends; none where it does not settle.
    let private stationary (at: float -> ScoreSlope) (one: float, other: float) =
        let slope log = (at log).ByRidge * Math.Exp log
        let scale = max (abs (slope one)) (abs (slope other))

        match
            Brent.TryFindRoot((fun log -> slope log / scale), min one other, max one other, accuracy, 100)
        with
        | true, root -> Some(Math.Exp root)
        | _ -> None

    /// The ridge near `ridges[best]`, the best of a grid of ascending ones, at which the score is stationary: between it and that neighbour
    /// towards which the score falls. None at the grid's end, and where the best is stationary itself. Targets are N × outputs.
    let beside
        (choice: RidgeChoice)
        (spectrum: Spectrum)
        (targets: Matrix<float>)
        (ridges: float[])
        (best: int)
        : float option =
        score choice
        |> Option.bind (fun score ->
            use _ = torch.NewDisposeScope()
            let slopes = RidgeGradient.along spectrum targets
            let at log = slopes 1.0 (Math.Exp log) |> score
            let near = Math.Log ridges[best]
            let rise = (at near).ByRidge

            match (if rise > 0.0 then best - 1 else best + 1) with
            | neighbour when rise <> 0.0 && neighbour >= 0 && neighbour < ridges.Length ->
                bracket at (Math.Log ridges[neighbour]) near |> Option.bind (stationary at)
            | _ -> None)
