namespace NtkPipeline.Arrays

open System
open System.Runtime.InteropServices
open NtkPipeline.Core
open NtkPipeline.Runtime

/// By which score λ is chosen from a grid. Of equals the larger λ is taken.
type RidgeScore =
    /// The mean squared error of leaving one row out, exact.
    | LeaveOneOut = 0
    /// The share of rows whose class is right when they are left out; for targets that name classes.
    | LeaveOneOutAccuracy = 1
    /// Generalised cross-validation (Golub, Heath and Wahba 1979).
    | GeneralisedCrossValidation = 2
    /// The log marginal likelihood of y ~ N(0, K + λI).
    | Likelihood = 3

/// Kernel ridge regression of N rows with O outputs: α = (K + λI)⁻¹ y, f(z) = K(z, x) α.
type RegressionFit = {
    /// λ, as added to the kernel's diagonal.
    Ridge: float
    /// λ over the mean of the kernel's diagonal.
    RelativeRidge: float
    /// Mean squared error of each row's prediction by a fit on all others, in the targets' own units.
    LeaveOneOutError: float
    /// The share of right answers among these; null where targets name no classes.
    LeaveOneOutAccuracy: Nullable<float>
    /// Σ Λ/(Λ+λ): how many directions the fit uses.
    EffectiveDimension: float
    /// α, N × O.
    Coefficients: float[,]
    /// f on the training rows, N × O.
    Fitted: float[,]
    /// f at each training row, fitted on all others, N × O.
    LeftOut: float[,]
    /// ‖(K + λI) α − y‖ / ‖y‖: what the solve is worth.
    Residual: float
} with

    /// f at other rows, T × O; `cross` is K(other, training), T × N.
    member this.Predict(cross: float[,]) : float[,] =
        let rows, shared = Array2D.length1 cross, Array2D.length2 cross
        let outputs = Array2D.length2 this.Coefficients

        if shared <> Array2D.length1 this.Coefficients then
            Refused.because
                $"cross has %d{shared} columns, and there are %d{Array2D.length1 this.Coefficients} training rows; it is the kernel of the other rows with the training rows"

        Array2D.init rows outputs (fun i k ->
            let mutable sum = 0.0

            for j in 0 .. shared - 1 do
                sum <- sum + cross[i, j] * this.Coefficients[j, k]

            sum)

/// Kernel ridge regression on a kernel matrix, N × N, solved in float64 and certified. Targets are N numbers, or N × O.
/// What cannot be solved to be trusted is refused by a `RefusedException`.
[<AbstractClass; Sealed>]
type KernelRegression private () =

    static let choiceOf (score: RidgeScore) =
        match score with
        | RidgeScore.LeaveOneOut -> RidgeChoice.LeaveOneOut
        | RidgeScore.LeaveOneOutAccuracy -> RidgeChoice.LeaveOneOutAccuracy
        | RidgeScore.GeneralisedCrossValidation -> RidgeChoice.Gcv
        | RidgeScore.Likelihood -> RidgeChoice.Likelihood
        | other -> Refused.because $"by is %d{int other}, which names no score"

    static let fit (source: RidgeSource) (kernel: float[,]) (targets: float[,]) : RegressionFit =
        LibTorch.load ()
        let kernel = KernelMatrix.Double(Arrays.toMatrix kernel)
        let fit = RidgeFit.fit "kernel" source None kernel (Arrays.toMatrix targets) |> Refused.orValue

        {
            Ridge = fit.Chosen.Ridge
            RelativeRidge = fit.Chosen.RelativeRidge
            LeaveOneOutError = fit.Chosen.LooError
            LeaveOneOutAccuracy = Option.toNullable fit.Chosen.LooAccuracy
            EffectiveDimension = fit.Chosen.EffectiveDimension
            Coefficients = Arrays.ofMatrix fit.Coefficients
            Fitted = Arrays.ofMatrix fit.Fitted
            LeftOut = Arrays.ofMatrix fit.LeftOut
            Residual = Array.max fit.Residuals
        }

    static let chosen by smallest largest density kernel targets =
        let settings = {
            Smallest = smallest
            Largest = largest
            PointsPerDecade = density
            ChooseBy = choiceOf by
        }

        fit (RidgeSource.Selected settings) kernel targets

    /// The fit with this λ ≥ 0, as added to the kernel's diagonal.
    static member Fit(kernel: float[,], targets: float[,], ridge: float) : RegressionFit =
        fit (RidgeSource.Given ridge) kernel targets

    /// The fit with this λ ≥ 0, as added to the kernel's diagonal.
    static member Fit(kernel: float[,], targets: float[], ridge: float) : RegressionFit =
        fit (RidgeSource.Given ridge) kernel (Arrays.column targets)

    /// The fit with the best λ of a grid, which is relative to the mean of the kernel's diagonal.
    static member Choose
        (
            kernel: float[,],
            targets: float[,],
            [<Optional; DefaultParameterValue(RidgeScore.LeaveOneOut)>] by: RidgeScore,
            [<Optional; DefaultParameterValue(Defaults.SmallestRidge)>] smallest: float,
            [<Optional; DefaultParameterValue(Defaults.LargestRidge)>] largest: float,
            [<Optional; DefaultParameterValue(Defaults.PointsPerDecade)>] pointsPerDecade: int
        ) : RegressionFit =
        chosen by smallest largest pointsPerDecade kernel targets

    /// The fit with the best λ of a grid, which is relative to the mean of the kernel's diagonal.
    static member Choose
        (
            kernel: float[,],
            targets: float[],
            [<Optional; DefaultParameterValue(RidgeScore.LeaveOneOut)>] by: RidgeScore,
            [<Optional; DefaultParameterValue(Defaults.SmallestRidge)>] smallest: float,
            [<Optional; DefaultParameterValue(Defaults.LargestRidge)>] largest: float,
            [<Optional; DefaultParameterValue(Defaults.PointsPerDecade)>] pointsPerDecade: int
        ) : RegressionFit =
        chosen by smallest largest pointsPerDecade kernel (Arrays.column targets)
