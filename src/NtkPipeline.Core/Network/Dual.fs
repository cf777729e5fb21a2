namespace NtkPipeline.Core

/// What an activation does to a kernel: E[φ(u)φ(v)] and E[φ'(u)φ'(v)] for a centred Gaussian pair (u, v). Closed forms are
/// exact to rounding; what has none is left to `Integrals` (see `Quadrature` for the accuracy).
/// Sources: Cho & Saul 2009, Williams 1997, Tsuchida 2021, Han et al. 2022.
[<RequireQualifiedAccess>]
module Dual =

    /// E[φ(u)φ(v)], with integrals as given.
    let valueBy (integrals: Integrals) (activation: Activation) (m: Moments) : float =
        match activation.Dual with
        | Bent(right, left) -> (Bend.transport right left m).Uv
        | Closed dual -> dual.Value m
        | Integrated(value, _) -> integrals.Pair value m

    /// E[φ'(u)φ'(v)], with integrals as given.
    let slopeBy (integrals: Integrals) (activation: Activation) (m: Moments) : float =
        match activation.Dual with
        | Bent(right, left) -> Bend.slope right left m
        | Closed dual -> dual.Slope m
        | Integrated(_, slope) -> integrals.Pair slope m

    /// √E[φ(u)²] for u of norm `u`, with integrals as given.
    let normBy (integrals: Integrals) (activation: Activation) (u: float) : float =
        match activation.Dual with
        | Bent(right, left) -> Bend.norm right left u
        | Closed dual -> sqrt (dual.Value(Moments.same u))
        | Integrated(value, _) -> integrals.Norm value u

    /// The moments of (φ(u), φ(v)), with integrals as given. Parallel pairs stay exactly parallel where φ keeps them so.
    let transportBy (integrals: Integrals) (activation: Activation) (m: Moments) : Moments =
        match activation.Dual with
        | Bent(right, left) -> Bend.transport right left m
        | Closed _
        | Integrated _ ->
            let u, v = normBy integrals activation m.U, normBy integrals activation m.V
            let inLine = m.Sin = 0.0 && (m.U = m.V || activation.Degree.IsSome)

            match activation.Parity with
            | _ when inLine && m.Cos > 0.0 -> Moments.ofAngle u v 1.0 0.0
            | Even when inLine -> Moments.ofAngle u v 1.0 0.0
            | Odd when inLine -> Moments.ofAngle u v -1.0 0.0
            | Even
            | Odd
            | Neither -> Moments.ofProduct u v (valueBy integrals activation m)

    /// E[φ(u)φ(v)].
    let value (activation: Activation) (m: Moments) : float = valueBy Integrals.byQuadrature activation m

    /// E[φ'(u)φ'(v)].
    let slope (activation: Activation) (m: Moments) : float = slopeBy Integrals.byQuadrature activation m

    /// √E[φ(u)²] for u of norm `u`.
    let norm (activation: Activation) (u: float) : float = normBy Integrals.byQuadrature activation u

    /// The moments of (φ(u), φ(v)).
    let transport (activation: Activation) (m: Moments) : Moments =
        transportBy Integrals.byQuadrature activation m
