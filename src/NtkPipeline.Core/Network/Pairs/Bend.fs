namespace NtkPipeline.Core

open System

/// What φ(x) = a·max(x, 0) + b·min(x, 0) makes of a pair (Cho & Saul 2009, of degree 1).
[<RequireQualifiedAccess>]
module Bend =

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

    /// √E[φ(u)²] for u of norm `u`.
    let norm (a: float) (b: float) (u: float) : float = u * sqrt ((a * a + b * b) / 2.0)

    /// The pair (φ(u), φ(v)). Both norms are scaled by √((a² + b²)/2). With
    /// r = 2ab/(a² + b²) and g(x) = sin x − x cos x the new cosine is c + (1−r)·g(angle)/π = r·c + (1−r)·g(π − angle)/π:
    /// the first form for c ≥ 0, the second below, and 1 ∓ cosine from the same terms, so that no digits are lost at 0 or π.
    let transport (a: float) (b: float) (m: Moments) : Moments =
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

    /// E[φ'(u)φ'(v)].
    let slope (a: float) (b: float) (m: Moments) : float =
        if a = b then
            a * a
        else
            // (π − angle), good to the last digit near π too.
            let rest = atan2 m.Sin -m.Cos
            ((a * a + b * b) * rest + 2.0 * a * b * m.Angle) / (2.0 * Math.PI)
