namespace NtkPipeline.Core

/// Several systems (K + λᵢ I) αᵢ = yᵢ of one kernel; an array of N numbers for each.
type RidgeSystems = { Ridges: float[]; Targets: float[][] }

/// Where conjugate gradients stand after a step: all that going on needs.
type GradientsState = {
    Iteration: int
    Solutions: float[][]
    /// y − (K + λ)α, by recursion.
    Residuals: float[][]
    Directions: float[][]
    /// r·P⁻¹r of each system.
    Rho: float[]
    /// After each step, the largest ‖residual‖/‖y‖ of all systems.
    Trace: float[]
}

/// Solutions and what vouches for them.
type GradientsSolution = {
    Solutions: float[][]
    /// ‖y − (K + λ)α‖/‖y‖ of each system, computed anew at the end.
    TrueResiduals: float[]
    Iterations: int
    Trace: float[]
}

/// How far to go.
type GradientsSettings = {
    /// ‖y − (K + λ)α‖/‖y‖ to reach.
    Tolerance: float
    MostSteps: int
}
