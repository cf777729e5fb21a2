namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// What kernel ridge regression is fitted on.
type RidgeProblem = {
    /// K, training × training rows, and its eigendecomposition.
    Train: KernelMatrix
    Spectrum: Spectrum
    /// ±1 for each training row.
    Targets: float[]
    /// The cross-validation fold of each training row.
    Folds: int[]
    /// Validation × training rows.
    Validation: KernelMatrix
    ValidationTargets: float[]
}

/// Kernel ridge regression α = (K + λI)⁻¹ y on a grid of λ, its choice, its certificate and its predictions.
[<RequireQualifiedAccess>]
module RidgeRegression =

    let private trainName = "the kernel of the training rows"

    let private meanSquare (values: float[]) = values |> Array.averageBy (fun x -> x * x)

    let private point
        (path: RidgePath)
        (heldOut: Matrix<float>)
        meanDiagonal
        (targets: float[])
        p
        : RidgePoint =
        let fitted = Array.map2 (-) targets
        let cv, loo = RidgePath.column p heldOut, RidgePath.leaveOneOut p path

        {
            Ridge = path.Ridges[p]
            RelativeRidge = path.Ridges[p] / meanDiagonal
            EffectiveDimension = path.EffectiveDimension[p]
            TrainAccuracy = Metrics.accuracy targets (fitted (RidgePath.residuals p path))
            CvAccuracy = Metrics.accuracy targets (fitted cv)
            CvF1 = Metrics.f1 targets (fitted cv)
            CvError = meanSquare cv
            LooAccuracy = Metrics.accuracy targets (fitted loo)
            LooError = meanSquare loo
            Gcv = path.Gcv[p]
            LogLikelihood = path.LogLikelihood[p]
        }

    /// The best point of a path; of equals, the one with the larger ridge.
    let private choose choice (points: RidgePoint[]) =
        Seq.rev (Seq.indexed points) |> Seq.minBy (snd >> RidgeChoice.score choice) |> fst

    let private predict (kernel: KernelMatrix) (alpha: float[]) =
        use _ = torch.NewDisposeScope()
        (KernelMatrix.toTensor kernel).mv(Tensors.ofArray64 alpha) |> Tensors.toArray64

    let private checkShapes (problem: RidgeProblem) =
        let n = problem.Targets.Length

        if
            KernelMatrix.rows problem.Train <> n
            || problem.Spectrum.Rows <> n
            || KernelMatrix.columns problem.Validation <> n
            || KernelMatrix.rows problem.Validation <> problem.ValidationTargets.Length
        then
            invalidArg (nameof problem) $"kernel, spectrum and validation rows do not fit %d{n} targets"

    /// The whole path, the chosen ridge and its predictions of the validation rows, from the one eigendecomposition.
    let fit (settings: RidgeSettings) (problem: RidgeProblem) : Result<KernelRegression, PipelineError> =
        checkShapes problem

        result {
            do! RidgeSettings.check settings
            do! KernelMatrix.check trainName problem.Train
            do! KernelMatrix.checkFinite "the kernel of the validation rows" problem.Validation
            do! Trust.checkTargets problem.Targets
            let meanDiagonal = KernelMatrix.diagonal problem.Train |> Array.average

            if not (meanDiagonal > 0.0) then
                return!
                    Error(
                        NumbersRefused
                            $"%s{trainName}: the mean of its diagonal is %g{meanDiagonal}, not positive"
                    )

            let ridges = RidgeSettings.grid settings |> Array.map (fun relative -> relative * meanDiagonal)
            let values = Spectrum.values problem.Spectrum
            do! Trust.checkDigits trainName values ridges[0]
            let path = RidgePath.along problem.Spectrum problem.Targets ridges
            let residuals = Trust.residuals problem.Train path problem.Targets
            do! Trust.checkResiduals trainName path residuals
            let! heldOut = CrossValidation.residuals problem.Spectrum path problem.Folds
            let points = ridges |> Array.mapi (fun p _ -> point path heldOut meanDiagonal problem.Targets p)
            let chosen = choose settings.ChooseBy points
            let outputs p = RidgePath.column p path.Coefficients |> predict problem.Validation
            let validation = outputs chosen
            let digits = Trust.digitsLost values ridges[chosen]

            return {
                Path = points
                Chosen = points[chosen]
                ChosenBy = RidgeChoice.print settings.ChooseBy
                Folds = (Array.distinct problem.Folds).Length
                MeanDiagonal = meanDiagonal
                Certificate = {
                    Residual = residuals[chosen]
                    ConditionNumber = Math.Pow(10.0, digits)
                    DigitsLost = digits
                    Clipped = Spectrum.clipped problem.Spectrum
                    MostNegative = Spectrum.mostNegative problem.Spectrum
                }
                Validation = Metrics.scores problem.ValidationTargets validation
                SmallestRidge = ridges[0]
                SmallestRidgeValidation = Metrics.scores problem.ValidationTargets (outputs 0)
                ValidationOutputs = validation
                TestOutputs = [||]
            }
        }

    /// The same regression refitted on all labelled rows with the chosen ridge, and its predictions of the test rows.
    /// `kernel`: labelled × labelled rows; `test`: test × labelled rows.
    let withTest
        (kernel: KernelMatrix)
        (targets: float[])
        (test: KernelMatrix)
        (regression: KernelRegression)
        : Result<KernelRegression, PipelineError> =
        if KernelMatrix.columns test <> targets.Length then
            invalidArg (nameof test) $"%d{KernelMatrix.columns test} columns for %d{targets.Length} targets"

        result {
            do! KernelMatrix.checkFinite "the kernel of the test rows" test

            let! alpha =
                DirectSolve.ridge "the kernel of all labelled rows" kernel regression.Chosen.Ridge targets

            return { regression with TestOutputs = predict test alpha }
        }
