namespace NtkPipeline.Core

open System
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// A kernel of two inputs of one norm, tabulated as a function of their cosine c. In t = √(1 − |c|), taken apart by c's
/// sign, such a kernel has no singularity on [0, 1]: the angle is 2·asin(t/√2) or π minus that, and the duals are analytic
/// in the angle. So Chebyshev series in t converge geometrically at every depth. `Even` and `Odd` hold half the sum and half
/// the difference of the series for c ≥ 0 and c < 0: the kernel is Even(t) + sign(c)·Odd(t).
type CosineTable = {
    /// Coefficients of powers of x = 2t − 1, lowest first; both of one length.
    Even: float[]
    Odd: float[]
    /// The largest error found between the nodes, relative to the kernel's largest value.
    Error: float
}

[<RequireQualifiedAccess>]
module CosineTable =

    let private mostTerms = 96

    /// Chebyshev coefficients of f on t ∈ [0, 1] from `count` nodes.
    let private chebyshev (count: int) (f: float -> float) : float[] =
        let angle k = Math.PI * (float k + 0.5) / float count
        let values = Array.init count (fun k -> f (0.5 * (1.0 + cos (angle k))))

        Array.init count (fun n ->
            let sum = Seq.sum (seq { for k in 0 .. count - 1 -> values[k] * cos (float n * angle k) })
            (if n = 0 then 1.0 else 2.0) * sum / float count)

    /// Σ aₙ Tₙ(x) as powers of x, by Tₙ₊₁ = 2x Tₙ − Tₙ₋₁.
    let private powers (coefficients: float[]) : float[] =
        let count = coefficients.Length
        let result = Array.zeroCreate count
        let mutable previous = Array.zeroCreate count
        let mutable current = Array.zeroCreate count
        current[0] <- 1.0

        for n in 0 .. count - 1 do
            for k in 0..n do
                result[k] <- result[k] + coefficients[n] * current[k]

            let next = Array.init count (fun k -> (if k = 0 then 0.0 else 2.0 * current[k - 1]) - previous[k])

            // T₁ = x, not 2x.
            let next = if n = 0 then Array.init count (fun k -> if k = 1 then 1.0 else 0.0) else next
            previous <- current
            current <- next

        result

    /// The pair of inputs of norm 1 with c = ±(1 − t²): sin = t·√(2 − t²), without cancellation.
    let private unitPair (isNegative: bool) (t: float) : Moments =
        let cos = 1.0 - t * t
        Moments.ofAngle 1.0 1.0 (if isNegative then -cos else cos) (t * sqrt (2.0 - t * t))

    let private horner (coefficients: float[]) (x: float) =
        let mutable sum = 0.0

        for k in coefficients.Length - 1 .. -1 .. 0 do
            sum <- sum * x + coefficients[k]

        sum

    /// The kernel at c = ±(1 − t²).
    let at (table: CosineTable) (isNegative: bool) (t: float) : float =
        let x = 2.0 * t - 1.0
        let even, odd = horner table.Even x, horner table.Odd x
        if isNegative then even - odd else even + odd

    /// The table of a kernel of inputs of norm `norm`, with an error of at most `tolerance` relative to its largest value
    /// at 64 points between the nodes; none where the series needs too many terms or their powers of x lose the digits.
    let build (kernel: Moments -> float) (norm: float) (tolerance: float) : CosineTable option =
        let half isNegative t = kernel (Moments.scale norm (unitPair isNegative t))
        let series = [| half false; half true |] |> Array.map (chebyshev mostTerms)
        let scale = series |> Array.map (fun s -> s |> Array.sumBy abs) |> Array.max

        let needed =
            [
                for s in series -> s |> Array.tryFindIndexBack (fun a -> abs a > 0.02 * tolerance * scale)
            ]
            |> List.map (Option.defaultValue 0 >> (+) 1)
            |> List.max

        let positive = powers (Array.truncate needed series[0])
        let negative = powers (Array.truncate needed series[1])

        let table = {
            Even = Array.map2 (fun a b -> 0.5 * (a + b)) positive negative
            Odd = Array.map2 (fun a b -> 0.5 * (a - b)) positive negative
            Error = 0.0
        }

        let errors =
            seq {
                for k in 0..31 do
                    for isNegative in [ false; true ] do
                        let t = (float k + 0.37) / 32.0
                        abs (at table isNegative t - half isNegative t)
            }

        let error = if scale > 0.0 then Seq.max errors / scale else 0.0

        if needed < mostTerms && error <= tolerance then
            Some { table with Error = error }
        else
            None

    /// Replaces cosines by kernel values, eight at a time: `target`[k] = factor·factors[k]·h(cosines[k]) for k = 0 … 15. The
    /// result has a bit set for each k whose cosine lies so near ±1 that float32 has lost the angle.
    let evaluate16
        (
            table: CosineTable,
            cosines: Span<float32>,
            factor: float,
            factors: Span<float>,
            target: Span<float32>
        ) : uint32 =
        let c = &MemoryMarshal.GetReference cosines
        let f = &MemoryMarshal.GetReference factors
        let out = &MemoryMarshal.GetReference target
        let even = &MemoryMarshal.GetArrayDataReference table.Even
        let odd = &MemoryMarshal.GetArrayDataReference table.Odd
        let one = Vector256.Create 1.0
        let close = Vector256.Create 0.01
        let mutable near = 0u

        for step in 0..1 do
            let struct (c0, c1) = Vector256.Widen(Vector256.LoadUnsafe(&c, unativeint (8 * step)))
            let gap0, gap1 = one - Vector256.Abs c0, one - Vector256.Abs c1

            near <-
                near
                ||| ((Vector256.LessThan(gap0, close).ExtractMostSignificantBits()
                      ||| (Vector256.LessThan(gap1, close).ExtractMostSignificantBits() <<< 4))
                     <<< (8 * step))

            let t0 = Vector256.Sqrt(Vector256.Max(gap0, Vector256<float>.Zero))
            let t1 = Vector256.Sqrt(Vector256.Max(gap1, Vector256<float>.Zero))
            let x0, x1 = t0 + t0 - one, t1 + t1 - one
            let last = table.Even.Length - 1
            let mutable e0 = Vector256.Create table.Even[last]
            let mutable e1 = e0
            let mutable o0 = Vector256.Create table.Odd[last]
            let mutable o1 = o0

            for k in last - 1 .. -1 .. 0 do
                let a = Vector256.Create(System.Runtime.CompilerServices.Unsafe.Add(&even, k))
                let b = Vector256.Create(System.Runtime.CompilerServices.Unsafe.Add(&odd, k))
                e0 <- Vector256.FusedMultiplyAdd(e0, x0, a)
                e1 <- Vector256.FusedMultiplyAdd(e1, x1, a)
                o0 <- Vector256.FusedMultiplyAdd(o0, x0, b)
                o1 <- Vector256.FusedMultiplyAdd(o1, x1, b)

            let h0 = e0 + Vector256.ConditionalSelect(Vector256.LessThan(c0, Vector256<float>.Zero), -o0, o0)
            let h1 = e1 + Vector256.ConditionalSelect(Vector256.LessThan(c1, Vector256<float>.Zero), -o1, o1)
            let scale0 = Vector256.Create factor * Vector256.LoadUnsafe(&f, unativeint (8 * step))
            let scale1 = Vector256.Create factor * Vector256.LoadUnsafe(&f, unativeint (8 * step + 4))
            Vector256.StoreUnsafe(Vector256.Narrow(scale0 * h0, scale1 * h1), &out, unativeint (8 * step))

        near
