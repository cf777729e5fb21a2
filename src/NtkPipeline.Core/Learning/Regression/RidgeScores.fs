namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// The ridges of a grid, what each is worth, and the one chosen.
type RidgeScores = {
    Points: RidgePoint[]
    Path: RidgePath
    /// The chosen one's place in both.
    Chosen: int
    MeanDiagonal: float
    /// Of the chosen ridge.
    Certificate: Certificate
}

/// Choosing the ridge on the training rows alone.
[<RequireQualifiedAccess>]
module RidgeScores =

    let private meanSquare (values: float[]) = values |> Array.averageBy (fun x -> x * x)

    let private point
        (path: RidgePath)
        (heldOut: Matrix<float>)
        meanDiagonal
        (targets: float[])
        p
        : RidgePoint =
        // Residuals turn into predictions, which is the same subtraction; then the boundary between classes goes to 0.
        let cut = ClassRule.cut targets
        let labels = targets |> Array.map (fun y -> y - cut)
        let fitted = Array.map2 (-) labels
        let cv, loo = RidgePath.column p heldOut, RidgePath.leaveOneOut p path

        {
            Ridge = path.Ridges[p]
            RelativeRidge = path.Ridges[p] / meanDiagonal
            EffectiveDimension = path.EffectiveDimension[p]
            TrainAccuracy = Metrics.accuracy labels (fitted (RidgePath.residuals p path))
            CvAccuracy = Metrics.accuracy labels (fitted cv)
            CvF1 = Metrics.f1 labels (fitted cv)
            CvError = meanSquare cv
            LooAccuracy = Metrics.accuracy labels (fitted loo)
            LooError = meanSquare loo
            Gcv = path.Gcv[p]
            LogLikelihood = path.LogLikelihood[p]
        }

    /// The best point of a path; of equals, the one with the larger ridge.
    let private choose choice (points: RidgePoint[]) =
        Seq.rev (Seq.indexed points) |> Seq.minBy (snd >> RidgeChoice.score choice) |> fst

    /// Every ridge of the grid, from the one eigendecomposition. `name` says in refusals which kernel it was; `folds` names
    /// each row's fold, from 0.
    let select
        (name: string)
        (settings: RidgeSettings)
        (kernel: KernelMatrix)
        (spectrum: Spectrum)
        (targets: float[])
        (folds: int[])
        : Result<RidgeScores, PipelineError> =
        if KernelMatrix.rows kernel <> targets.Length || spectrum.Rows <> targets.Length then
            invalidArg (nameof targets) $"kernel and spectrum do not fit %d{targets.Length} targets"

        result {
            do! RidgeSettings.check settings
            do! KernelMatrix.check name kernel
            do! SolveTrust.checkTargets targets
            let! meanDiagonal = KernelMatrix.meanDiagonal name kernel
            let ridges = RidgeSettings.grid settings |> Array.map (fun relative -> relative * meanDiagonal)
            let values = Spectrum.values spectrum
            do! SolveTrust.checkDigits name values ridges[0]
            let path = RidgePath.along spectrum targets ridges
            let residuals = SolveTrust.residuals kernel path targets
            do! SolveTrust.checkResiduals name path residuals
            let! heldOut = CrossValidation.residuals spectrum path folds
            let points = ridges |> Array.mapi (fun p _ -> point path heldOut meanDiagonal targets p)
            let chosen = choose settings.ChooseBy points

            return {
                Points = points
                Path = path
                Chosen = chosen
                MeanDiagonal = meanDiagonal
                Certificate = SolveTrust.certificate spectrum spectrum.Rows ridges[chosen] residuals[chosen]
            }
        }
