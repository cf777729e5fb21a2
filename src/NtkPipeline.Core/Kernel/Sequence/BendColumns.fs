namespace NtkPipeline.Core

open System
open System.Numerics

/// φ(x) = a·max(x, 0) + b·min(x, 0) over blocks, several pairs of tokens at a time:
///     K ← (a² + b²)/2·K + (a − b)²/(2π)·√(pq)·(sin θ − θ cos θ),   Θ ← Θ·((a² + b²)/2·(1 − θ/π) + ab·θ/π),
/// cos θ = K/√(pq). A cosine of 1 between tokens of one norm is taken as the same token, of angle 0 exactly; where another is within
/// 1e-7 of ±1, rounding has taken digits of the angle, and the text is told to be suspect.
[<RequireQualifiedAccess>]
module BendColumns =

    let private lanes = Vector<float>.Count

    /// P/Q of asin(a) = a + a·r, r = z·P(z)/Q(z), z = a² up to ¼ (fdlibm's e_asin.c); the error is below 1e-16.
    let inline private ratio (z: Vector<float>) =
        let inline n (x: float) = Vector<float> x

        let p =
            n 1.66666666666666657415e-01
            + z
              * (n -3.25565818622400915405e-01
                 + z
                   * (n 2.01212532134862925881e-01
                      + z
                        * (n -4.00555345006794114027e-02
                           + z * (n 7.91534994289814532176e-04 + z * n 3.47933107596021167570e-05))))

        let q =
            Vector<float>.One
            + z
              * (n -2.40339491173441421878e+00
                 + z
                   * (n 2.02094576023350569471e+00
                      + z * (n -6.88283971605453293030e-01 + z * n 7.70381505559019352791e-02)))

        z * p / q

    /// arccos of cosines in [−1, 1].
    let inline acos (u: Vector<float>) : Vector<float> =
        let half = Vector<float> 0.5
        let a = Vector.Abs u
        let isSmall = Vector.LessThanOrEqual(a, half)
        let z = Vector.ConditionalSelect(isSmall, a * a, (Vector<float>.One - a) * half)
        let r = ratio z
        let root = Vector.ConditionalSelect(isSmall, a, Vector.SquareRoot z)
        let part = root + root * r
        let isNegative = Vector.LessThan(u, Vector<float>.Zero)
        let quarter = Vector<float>(Math.PI / 2.0)
        let near = Vector.ConditionalSelect(isNegative, quarter + part, quarter - part)
        let twice = part + part
        let far = Vector.ConditionalSelect(isNegative, Vector<float> Math.PI - twice, twice)
        Vector.ConditionalSelect(isSmall, near, far)

    let private edge = 1.0 - 1e-7

    /// Beyond these a product of two moments, or what is made of it, loses digits or does not fit.
    let private least, most = 1e-140, 1e140

    let isOrdinary (moment: float) : bool = moment = 0.0 || moment >= least && moment <= most

    /// Notes the texts of the columns from c on whose cosines have lost digits.
    let private suspectAt (p: float) (q: float[]) (cosines: Vector<float>) c (suspect: int -> unit) =
        for lane in 0 .. lanes - 1 do
            let cosine = abs cosines[lane]

            if cosine > edge && not (cosine >= 1.0 && p = q[c + lane]) then
                suspect (c + lane)

    /// In place. `suspect` is told columns.
    let apply
        (a: float)
        (b: float)
        (p: float[])
        (q: float[])
        (suspect: int -> unit)
        (block: TokenBlock)
        : TokenBlock =
        let width = block.Width
        let size = (a * a + b * b) / 2.0
        let bend = Vector<float>((a - b) * (a - b) / (2.0 * Math.PI))
        let half = Vector<float> size
        let turn = Vector<float>((size - a * b) / Math.PI)
        let one = Vector<float>.One
        let edge = Vector<float> edge

        for s in 0 .. block.Rows - 1 do
            if p[s] > 0.0 then
                let own = Vector<float> p[s]

                for c in 0..lanes .. width - lanes do
                    let at = s * width + c
                    let k = Vector<float>(block.K, at)
                    let norm = Vector<float>(q, c) * own |> Vector.SquareRoot
                    let isNone = Vector.Equals(norm, Vector<float>.Zero)
                    let cosine = k / Vector.ConditionalSelect(isNone, one, norm)
                    let cosine = Vector.Min(one, Vector.Max(-one, cosine))
                    let angle = acos cosine
                    let sine = (one - cosine) * (one + cosine) |> Vector.SquareRoot
                    (half * k + bend * norm * (sine - angle * cosine)).CopyTo(block.K, at)

                    if block.HasTheta then
                        if Vector.GreaterThanAny(Vector.Abs cosine, edge) then
                            suspectAt p[s] q cosine c suspect

                        (Vector<float>(block.Theta, at) * (half - turn * angle)).CopyTo(block.Theta, at)

        block
