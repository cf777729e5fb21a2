namespace NtkPipeline.Core

open System

/// ‖x/‖x‖ + z/‖z‖‖ of two rows that are nearly opposite, which is 2·sin(δ/2) where δ is what their angle lacks to π. From rows
/// that were rounded to length 1 it would be good to 1e-16 alone, however small it is: half the digits at δ = 1e-8. Here the sum
/// x·‖z‖ + z·‖x‖ is formed in twice the working precision, so that all digits are good down to δ = 1e-28 or so.
/// Source: Ogita, Rump & Oishi, "Accurate sum and dot product", 2005 (TwoSum, TwoProduct by a fused multiply-add, Dot2).
[<RequireQualifiedAccess>]
module OppositeRows =

    /// What rounding lost of p + q, exactly. The same for q + p.
    let private lost (p: float) (q: float) (sum: float) =
        let back = sum - p
        (p - (sum - back)) + (q - back)

    /// The power of 2 that brings a row's largest entry to 1 … 2, so that no square overflows or vanishes.
    let private exponent (row: ReadOnlySpan<float>) =
        let mutable largest = 0.0

        for x in row do
            largest <- max largest (abs x)

        -(Math.ILogB largest)

    /// The norm of 2^shift times a row as the sum of two numbers.
    let private norm (row: ReadOnlySpan<float>) (shift: int) : struct (float * float) =
        let mutable sum = 0.0
        let mutable rest = 0.0

        for x in row do
            let x = Math.ScaleB(x, shift)
            let square = x * x
            let next = sum + square
            rest <- rest + (Math.FusedMultiplyAdd(x, x, -square) + lost sum square next)
            sum <- next

        let root = sqrt sum
        struct (root, (Math.FusedMultiplyAdd(-root, root, sum) + rest) / (2.0 * root))

    /// ‖x/‖x‖ + z/‖z‖‖ of two rows that are not zero, the same for (z, x); 0 where it is below what can be told from 0.
    let sum (x: ReadOnlySpan<float>) (z: ReadOnlySpan<float>) : float =
        let ofX, ofZ = exponent x, exponent z
        let struct (u, u') = norm x ofX
        let struct (v, v') = norm z ofZ
        let mutable squares = 0.0

        for k in 0 .. x.Length - 1 do
            let a, b = Math.ScaleB(x[k], ofX), Math.ScaleB(z[k], ofZ)
            let p, q = a * v, b * u
            let whole = p + q

            let small =
                (Math.FusedMultiplyAdd(a, v, -p) + Math.FusedMultiplyAdd(b, u, -q)) + (a * v' + b * u')

            let term = whole + (lost p q whole + small)
            squares <- squares + term * term

        let length = sqrt squares / (u * v)
        if length > 1e-30 * float x.Length then length else 0.0
