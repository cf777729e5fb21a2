namespace NtkPipeline.Core

open System

/// What an activation does to a kernel: E[φ(u)φ(v)] and E[φ'(u)φ'(v)] for a centred Gaussian pair (u, v). In the
/// formulas U, V are the norms, c and s the cosine and sine of the pair's angle. Closed forms are exact to rounding; tanh,
/// softplus, silu and sigmoid have none and are left to `Integrals` (see `Quadrature` for the accuracy).
/// Sources: Cho & Saul 2009, Williams 1997, Tsuchida 2021, Han et al. 2022.
[<RequireQualifiedAccess>]
module Dual =

    /// Δ = √(1 + αU² + αV² + (αUVs)²), the root of det(I + αK), without overflow.
    let private root (alpha: float) (m: Moments) =
        let a = sqrt alpha
        Double.Hypot(Double.Hypot(1.0, a * m.U), Double.Hypot(a * m.V, alpha * m.U * m.V * m.Sin))

    /// sin x − x cos x, by its series where the difference would cancel.
    let private lune (x: float) =
        if x > 0.4 then
            sin x - x * cos x
        else
            let y = x * x

            x
            * y
            * (1.0 / 3.0
               - y
                 * (1.0 / 30.0
                    - y * (1.0 / 840.0 - y * (1.0 / 45360.0 - y * (1.0 / 3991680.0 - y / 518918400.0)))))

    /// By n and k: n!² / (k! · ((n−k)/2)!² · 2ⁿ⁻ᵏ) where k ≡ n (mod 2), else 0.
    let private isserlisTable: float[][] =
        let factorial (n: int) = MathNet.Numerics.SpecialFunctions.Factorial n

        Array.init 17 (fun n ->
            Array.init (n + 1) (fun k ->
                if (n - k) % 2 <> 0 then
                    0.0
                else
                    let half = (n - k) / 2
                    let ways = factorial n / factorial half / pown 2.0 half
                    ways * ways / factorial k))

    /// The coefficients of E[uⁿvⁿ]/(UV)ⁿ in powers of the cosine, lowest first; n is 0 to 16 (Isserlis 1918).
    let isserlis (power: int) : float[] = isserlisTable[power]

    /// E[uⁿvⁿ]/(UV)ⁿ, a polynomial in the cosine (Isserlis 1918).
    let private monomial (power: int) (cos: float) =
        let coefficients = isserlis power
        let mutable sum = 0.0

        for k in power .. -1 .. 0 do
            sum <- sum * cos + coefficients[k]

        sum

    /// The angle after φ(x) = a·max(x, 0) + b·min(x, 0), which scales both norms by √((a² + b²)/2). With
    /// r = 2ab/(a² + b²) and g(x) = sin x − x cos x the new cosine is c + (1−r)·g(angle)/π = r·c + (1−r)·g(π − angle)/π:
    /// the first form for c ≥ 0, the second below, and 1 ∓ cosine from the same terms, so that no digits are lost at 0 or π.
    let private bend (a: float) (b: float) (m: Moments) : Moments =
        let size = a * a + b * b
        let r = 2.0 * a * b / size
        let share = (1.0 - r) / Math.PI
        let factor = sqrt (size / 2.0)

        let struct (cos, below, above) =
            if m.Cos >= 0.0 then
                let g = share * lune m.Angle
                struct (m.Cos + g, m.Versine - g, m.Vercosine + g)
            else
                let g = share * lune (atan2 m.Sin -m.Cos)
                let apart = m.Vercosine
                struct (r * m.Cos + g, (1.0 + r) - r * apart - g, (1.0 - r) + r * apart + g)

        let sin = sqrt (max 0.0 (below * above))
        Moments.ofAngle (factor * m.U) (factor * m.V) (Math.Clamp(cos, -1.0, 1.0)) (min sin 1.0)

    /// E[φ(u)φ(v)], with integrals as given.
    let valueBy (integrals: Integrals) (activation: Activation) (m: Moments) : float =
        match activation with
        | Relu -> (bend 1.0 0.0 m).Uv
        | LeakyRelu slope -> (bend 1.0 slope m).Uv
        | Abs -> (bend 1.0 -1.0 m).Uv
        | Identity -> m.Uv
        | Erf -> 2.0 / Math.PI * atan2 (2.0 * m.Uv) (root 2.0 m)
        | Gelu ->
            let delta = root 1.0 m
            let across = m.U * m.V * m.Sin

            let shares =
                m.Uu / (1.0 + m.Uu) * m.V * m.Cos / delta * m.V * m.Cos
                + m.Vv / (1.0 + m.Vv) * m.U * m.Cos / delta * m.U * m.Cos

            m.Uv * (0.25 + atan2 m.Uv delta / (2.0 * Math.PI))
            + (across * (across / delta) + shares) / (2.0 * Math.PI)
        // e^(−(U²+V²)/2)·sinh(UVc) and the like, as differences of exponentials where sinh would overflow.
        | Sin ->
            if abs m.Uv < 1.0 then
                exp (-0.5 * (m.Uu + m.Vv)) * sinh m.Uv
            else
                0.5 * (exp (-0.5 * m.Gap) - exp (-0.5 * m.Sum))
        | Cos -> 0.5 * (exp (-0.5 * m.Gap) + exp (-0.5 * m.Sum))
        | Gaussian -> 1.0 / root 2.0 m
        | Rbf gamma -> exp (-gamma * m.Gap)
        | ExpNormalised -> m.U * m.V * exp -m.Versine
        | Monomial power -> pown (m.U * m.V) power * monomial power m.Cos
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> integrals.Value activation m

    /// E[φ'(u)φ'(v)], with integrals as given.
    let slopeBy (integrals: Integrals) (activation: Activation) (m: Moments) : float =
        let linear a b =
            // (π − angle), good to the last digit near π too.
            let rest = atan2 m.Sin -m.Cos
            ((a * a + b * b) * rest + 2.0 * a * b * m.Angle) / (2.0 * Math.PI)

        match activation with
        | Relu -> linear 1.0 0.0
        | LeakyRelu slope -> linear 1.0 slope
        | Abs -> linear 1.0 -1.0
        | Identity -> 1.0
        | Erf -> 4.0 / Math.PI / root 2.0 m
        | Gelu ->
            let delta = root 1.0 m
            let uv = m.Uv / delta
            let shares = 1.0 / (1.0 + m.Uu) + 1.0 / (1.0 + m.Vv) + 1.0 / delta / delta
            0.25 + (atan2 m.Uv delta + uv * shares) / (2.0 * Math.PI)
        | Sin -> 0.5 * (exp (-0.5 * m.Gap) + exp (-0.5 * m.Sum))
        | Cos ->
            if abs m.Uv < 1.0 then
                exp (-0.5 * (m.Uu + m.Vv)) * sinh m.Uv
            else
                0.5 * (exp (-0.5 * m.Gap) - exp (-0.5 * m.Sum))
        | Gaussian ->
            let delta = root 2.0 m
            4.0 * (m.Uv / delta) / delta / delta
        | Rbf gamma -> 2.0 * gamma * exp (-gamma * m.Gap)
        | ExpNormalised -> exp -m.Versine
        | Monomial power -> float (power * power) * pown (m.U * m.V) (power - 1) * monomial (power - 1) m.Cos
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> integrals.Slope activation m

    /// √E[φ(u)²] for u of norm `u`, with integrals as given.
    let normBy (integrals: Integrals) (activation: Activation) (u: float) : float =
        match Activation.linearPieces activation with
        | ValueSome(struct (a, b)) -> u * sqrt ((a * a + b * b) / 2.0)
        | ValueNone when (SmoothKink.value activation).IsSome -> integrals.Norm activation u
        | ValueNone -> sqrt (valueBy integrals activation (Moments.same u))

    /// The moments of (φ(u), φ(v)), with integrals as given. Parallel pairs stay exactly parallel where φ keeps them so.
    let transportBy (integrals: Integrals) (activation: Activation) (m: Moments) : Moments =
        match Activation.linearPieces activation with
        | ValueSome(struct (a, b)) -> bend a b m
        | ValueNone ->
            let u, v = normBy integrals activation m.U, normBy integrals activation m.V
            let inLine = m.Sin = 0.0 && (m.U = m.V || Activation.isHomogeneous activation)

            match Activation.parity activation with
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
