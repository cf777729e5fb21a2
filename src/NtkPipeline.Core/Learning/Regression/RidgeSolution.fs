namespace NtkPipeline.Core

/// What a solve of (K + λI) α = y is worth.
type Certificate = {
    /// ‖(K + λI) α − y‖ / ‖y‖, in float64.
    Residual: float
    /// (Λ_max + λ) / (Λ_min + λ).
    ConditionNumber: float
    /// log10 of the condition number: the decimal digits of 16 that may be lost.
    DigitsLost: float
    /// Eigenvalues that rounding had made negative and that were set to 0.
    Clipped: int
    /// The most negative of them, 0 where none was.
    MostNegative: float
}

/// α = (K + λI)⁻¹ y.
type RidgeSolution = {
    /// α, N × outputs.
    Coefficients: Matrix<float>
    /// ‖(K + λI) α − y‖ / ‖y‖ of each output.
    Residuals: float[]
    Certificate: Certificate
}
