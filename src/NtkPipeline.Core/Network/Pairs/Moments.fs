namespace NtkPipeline.Core

open System

/// The second moments of a centred Gaussian pair (u, v), in polar form: two norms and an angle. Rounding then costs the
/// same at every angle, where E[u²]E[v²] − E[uv]² would lose half the digits of nearly parallel pairs, and no norm up to
/// 1e150 overflows. `Cos` and `Sin` are always those of one angle in [0, π]; a zero vector has angle 0 by convention.
[<Struct>]
type Moments = {
    /// √E[u²] and √E[v²].
    U: float
    V: float
    Cos: float
    Sin: float
} with

    member this.Uu = this.U * this.U
    member this.Uv = this.U * this.V * this.Cos
    member this.Vv = this.V * this.V

    /// 1 − cos, without cancellation.
    member this.Versine =
        if this.Cos > 0.0 then
            this.Sin * this.Sin / (1.0 + this.Cos)
        else
            1.0 - this.Cos

    /// 1 + cos, without cancellation.
    member this.Vercosine =
        if this.Cos < 0.0 then
            this.Sin * this.Sin / (1.0 - this.Cos)
        else
            1.0 + this.Cos

    /// E[(u − v)²].
    member this.Gap = (this.U - this.V) * (this.U - this.V) + 2.0 * this.U * this.V * this.Versine

    /// E[(u + v)²].
    member this.Sum = (this.U - this.V) * (this.U - this.V) + 2.0 * this.U * this.V * this.Vercosine

    /// The angle in [0, π].
    member this.Angle = atan2 this.Sin this.Cos

/// Building and adding moments.
[<RequireQualifiedAccess>]
module Moments =

    let ofAngle (u: float) (v: float) (cos: float) (sin: float) : Moments = {
        U = u
        V = v
        Cos = cos
        Sin = sin
    }

    /// u and v are one variable of norm u.
    let same (u: float) : Moments = ofAngle u u 1.0 0.0

    /// From the norms and E[uv]. Near the angles 0 and π the angle is only good to 1e-8: half the digits.
    let ofProduct (u: float) (v: float) (uv: float) : Moments =
        if u = 0.0 || v = 0.0 then
            ofAngle u v 1.0 0.0
        else
            let cos = Math.Clamp(uv / u / v, -1.0, 1.0)
            ofAngle u v cos (sqrt ((1.0 - cos) * (1.0 + cos)))

    let scale (factor: float) (m: Moments) : Moments = { m with U = factor * m.U; V = factor * m.V }

    /// The moments of (u + p, v + q) for independent pairs (u, v) and (p, q). With a, b, c, d the shares of the norms,
    /// cos = ac·cos₁ + bd·cos₂ and, by Lagrange's identity,
    /// sin² = (ac·sin₁)² + (bd·sin₂)² + (ad − bc)² + 2·ad·bc·(1 − cos₁cos₂).
    let add (first: Moments) (second: Moments) : Moments =
        let u = Double.Hypot(first.U, second.U)
        let v = Double.Hypot(first.V, second.V)

        if u = 0.0 || v = 0.0 then
            ofAngle u v 1.0 0.0
        elif second.U = 0.0 && second.V = 0.0 then
            first
        else
            let a, b = first.U / u, second.U / u
            let c, d = first.V / v, second.V / v
            let cos = a * c * first.Cos + b * d * second.Cos
            let s, t = a * c * first.Sin, b * d * second.Sin
            let crossed = a * d - b * c
            let apart = first.Versine + first.Cos * second.Versine
            let sin = sqrt (max 0.0 (s * s + t * t + crossed * crossed + 2.0 * a * d * b * c * apart))
            // One angle again: rounding has moved each by an ulp.
            let length = Double.Hypot(cos, sin)
            ofAngle u v (cos / length) (sin / length)

    /// The moments of (σ_w u + σ_b β, σ_w v + σ_b β) with one standard normal β.
    let affine (weight: float) (bias: float) (m: Moments) : Moments =
        if bias = 0.0 then scale weight m else add (scale weight m) (same bias)

    /// Δ = √(1 + αU² + αV² + (αUVs)²), the root of det(I + αK), without overflow.
    let determinant (alpha: float) (m: Moments) : float =
        let a = sqrt alpha
        Double.Hypot(Double.Hypot(1.0, a * m.U), Double.Hypot(a * m.V, alpha * m.U * m.V * m.Sin))
