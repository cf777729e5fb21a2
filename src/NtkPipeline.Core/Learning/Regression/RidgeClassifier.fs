namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Exact leave-one-out of the regression on every labelled row, from which the test set is predicted.
type RefitScores = {
    Rows: int
    /// Against the targets that were learnt.
    LooAccuracy: float
    /// Against the labels as given, which differ where a text stands under both.
    LooAccuracyAsGiven: float
    /// Mean squared error, against the targets.
    LooError: float
}

/// Kernel ridge regression on the training rows, with its whole path.
type KernelRegression = {
    Path: RidgePoint[]
    Chosen: RidgePoint
    /// What was learnt. Outputs are brought to where 0 is the boundary; errors are in the targets' own units.
    Targets: TargetCoding
    ChosenBy: RidgeChoice
    Folds: int
    /// mean(diag K) on the training rows.
    MeanDiagonal: float
    Certificate: Certificate
    Validation: Scores
    /// The smallest ridge of the path, for comparison: nearly ridgeless.
    SmallestRidge: float
    SmallestRidgeValidation: Scores
    /// f on the validation rows with that ridge, in their order.
    SmallestRidgeOutputs: float[]
    /// α of the chosen ridge, one a training row, for the targets as they were coded.
    Coefficients: float[]
    /// f at each training row, fitted on all the others with the chosen ridge: exact leave-one-out.
    LeftOutOutputs: float[]
    /// f on the validation rows, in their order.
    ValidationOutputs: float[]
    /// f on the test rows, refitted on all labelled rows with the chosen ridge; empty without a test set.
    TestOutputs: float[]
    /// That fit's leave-one-out; none without a test set.
    Refit: RefitScores option
}

/// What kernel ridge regression is fitted on.
type RidgeProblem = {
    /// K, training × training rows, and its eigendecomposition.
    Train: KernelMatrix
    Spectrum: Spectrum
    /// ±1 for each training row.
    Targets: float[]
    /// What is learnt for them.
    Coding: TargetCoding
    /// The cross-validation fold of each training row.
    Folds: int[]
    /// Validation × training rows.
    Validation: KernelMatrix
    ValidationTargets: float[]
}

/// Kernel ridge regression α = (K + λI)⁻¹ y on a grid of λ, its choice, its certificate and its predictions.
[<RequireQualifiedAccess>]
module RidgeClassifier =

    let private predict (kernel: KernelMatrix) (alpha: float[]) =
        use _ = torch.NewDisposeScope()
        (KernelMatrix.toTensor kernel).mv(Tensors.ofArray64 alpha) |> Tensors.toArray64

    /// The whole path, the chosen ridge and its predictions of the validation rows, from the one eigendecomposition.
    let fit (settings: RidgeSettings) (problem: RidgeProblem) : Result<KernelRegression, PipelineError> =
        if
            KernelMatrix.columns problem.Validation <> problem.Targets.Length
            || KernelMatrix.rows problem.Validation <> problem.ValidationTargets.Length
        then
            invalidArg
                (nameof problem)
                $"the validation kernel does not fit %d{problem.Targets.Length} targets"

        result {
            do! KernelMatrix.checkFinite "the kernel of the validation rows" problem.Validation

            let targets = TargetCoding.encode problem.Coding problem.Targets

            let! fit =
                RidgeSpectral.fit
                    "the kernel of the training rows"
                    (RidgeSource.Selected settings)
                    (Some problem.Folds)
                    problem.Train
                    problem.Spectrum
                    (ClassRule.Cut(ClassRule.cut targets))
                    (Matrix.create targets.Length 1 targets)

            let! meanDiagonal = KernelMatrix.meanDiagonal "the kernel of the training rows" problem.Train

            let outputs (alpha: Matrix<float>) =
                predict problem.Validation alpha.Values |> TargetCoding.decide problem.Coding

            let validation, ridgeless = outputs fit.Coefficients, outputs fit.SmallestRidgeCoefficients

            return {
                Path = fit.Points
                Chosen = fit.Chosen
                Targets = problem.Coding
                ChosenBy = settings.ChooseBy
                Folds = (Array.distinct problem.Folds).Length
                MeanDiagonal = meanDiagonal
                Certificate = fit.Certificate
                Validation = Metrics.scores problem.ValidationTargets validation
                SmallestRidge = fit.Points[0].Ridge
                SmallestRidgeValidation = Metrics.scores problem.ValidationTargets ridgeless
                SmallestRidgeOutputs = ridgeless
                Coefficients = fit.Coefficients.Values
                LeftOutOutputs = fit.LeftOut.Values |> TargetCoding.decide problem.Coding
                ValidationOutputs = validation
                TestOutputs = [||]
                Refit = None
            }
        }

    /// The same regression refitted on all labelled rows with the chosen ridge, its exact leave-one-out there, and its
    /// predictions of the test rows. `kernel`: labelled × labelled rows; `labels`: as they were given, where `targets` may
    /// differ; `test`: test × labelled rows.
    let withTest
        (kernel: KernelMatrix)
        (coding: TargetCoding)
        (targets: float[])
        (labels: float[])
        (test: KernelMatrix)
        (regression: KernelRegression)
        : Result<KernelRegression, PipelineError> =
        if KernelMatrix.columns test <> targets.Length || labels.Length <> targets.Length then
            invalidArg
                (nameof test)
                $"%d{KernelMatrix.columns test} columns and %d{labels.Length} labels for %d{targets.Length} targets"

        result {
            do! KernelMatrix.checkFinite "the kernel of the test rows" test

            let coded = TargetCoding.encode coding targets

            let! fit =
                Matrix.create coded.Length 1 coded
                |> RidgeFit.at "the kernel of all labelled rows" kernel regression.Chosen.Ridge

            let outputs = fit.LeftOut.Values |> TargetCoding.decide coding

            return {
                regression with
                    TestOutputs = predict test fit.Coefficients.Values |> TargetCoding.decide coding
                    Refit =
                        Some {
                            Rows = targets.Length
                            LooAccuracy = Metrics.accuracy targets outputs
                            LooAccuracyAsGiven = Metrics.accuracy labels outputs
                            LooError = fit.Chosen.LooError
                        }
            }
        }
