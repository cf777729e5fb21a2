namespace NtkPipeline.Core

open System
open System.Runtime.Intrinsics

/// φ(x) = a·max(x, 0) + b·min(x, 0) over blocks, several pairs of tokens at a time:
///     K ← (a² + b²)/2·K + (a − b)²/(2π)·√(pq)·(sin θ − θ cos θ),   Θ ← Θ·((a² + b²)/2·(1 − θ/π) + ab·θ/π),
/// cos θ = K/√(pq). A cosine of 1 between tokens of one norm is taken as the same token, of angle 0 exactly; where another is within
/// 1e-7 of ±1, rounding has taken digits of the angle, and the text is told to be suspect.
[<RequireQualifiedAccess>]
module BendColumns =

    /// P/Q of asin(a) = a + a·r, r = z·P(z)/Q(z), z = a² up to ¼ (fdlibm's e_asin.c); the error is below 1e-16.
    let inline private ratio (z: Vector512<float>) =
        let inline n (x: float) = Vector512.Create x

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
            Vector512<float>.One
            + z
              * (n -2.40339491173441421878e+00
                 + z
                   * (n 2.02094576023350569471e+00
                      + z * (n -6.88283971605453293030e-01 + z * n 7.70381505559019352791e-02)))

        z * p / q

    /// arccos of cosines in [−1, 1].
    let inline acos (u: Vector512<float>) : Vector512<float> =
        let half = Vector512.Create 0.5
        let a = Vector512.Abs u
        let isSmall = Vector512.LessThanOrEqual(a, half)
        let z = Vector512.ConditionalSelect(isSmall, a * a, (Vector512<float>.One - a) * half)
        let r = ratio z
        let root = Vector512.ConditionalSelect(isSmall, a, Vector512.Sqrt z)
        let part = root + root * r
        let isNegative = Vector512.LessThan(u, Vector512<float>.Zero)
        let quarter = Vector512.Create(Math.PI / 2.0)
        let near = Vector512.ConditionalSelect(isNegative, quarter + part, quarter - part)
        let twice = part + part
        let far = Vector512.ConditionalSelect(isNegative, Vector512.Create Math.PI - twice, twice)
        Vector512.ConditionalSelect(isSmall, near, far)

    let private edge = 1.0 - 1e-7

    /// Beyond these a product of two moments, or what layers make of it, loses digits or does not fit.
    let private least, most = 1e-140, 1e140

    let isOrdinary (moment: float) : bool = moment = 0.0 || moment >= least && moment <= most

    /// Notes the texts of the columns from c on whose cosines have lost digits.
    let private suspectAt (p: float) (q: float[]) (cosines: Vector512<float>) c (suspect: int -> unit) =
        for lane in 0 .. TokenColumns.unit - 1 do
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
        let bend = Vector512.Create((a - b) * (a - b) / (2.0 * Math.PI))
        let half = Vector512.Create size
        let turn = Vector512.Create((size - a * b) / Math.PI)
        let one = Vector512<float>.One
        let edge = Vector512.Create edge
        let roots = q |> Array.map sqrt

        for s in 0 .. block.Rows - 1 do
            if p[s] > 0.0 then
                let root = sqrt p[s]

                for c in 0 .. TokenColumns.unit .. width - TokenColumns.unit do
                    let at = s * width + c
                    let k = Vector512.LoadUnsafe &block.K[at]

                    let norm =
                        TokenBlock.norms
                            p[s]
                            root
                            (Vector512.LoadUnsafe &q[c])
                            (Vector512.LoadUnsafe &roots[c])

                    let isNone = Vector512.Equals(norm, Vector512<float>.Zero)
                    let cosine = k / Vector512.ConditionalSelect(isNone, one, norm)
                    let cosine = Vector512.MinNative(one, Vector512.MaxNative(-one, cosine))
                    let angle = acos cosine
                    let sine = Vector512.Sqrt((one - cosine) * (one + cosine))
                    Vector512.StoreUnsafe(half * k + bend * norm * (sine - angle * cosine), &block.K[at])

                    if block.HasTheta then
                        if Vector512.GreaterThanAny(Vector512.Abs cosine, edge) then
                            suspectAt p[s] q cosine c suspect

                        let theta = Vector512.LoadUnsafe &block.Theta[at]
                        Vector512.StoreUnsafe(theta * (half - turn * angle), &block.Theta[at])

        block
