namespace NtkPipeline.Core

open System

/// f(U s) = Σ aₙ hₙ(s) in Hermite's polynomials, orthonormal for standard normal s. By Mehler's formula
/// E[f(u)g(v)] = Σ aₙ bₙ cosⁿ for a pair whose angle has this cosine, so that a pair costs a few multiplications where
/// `Quadrature` needs thousands of evaluations. (Cho & Saul 2009 and Han et al. 2022 use the same duality.)
[<NoComparison; ReferenceEquality>]
type HermiteSeries = {
    Terms: float[]
    /// Entry n bounds √(Σ over k ≥ n of aₖ²), also what lies past the last term; one more than there are terms.
    Tails: float[]
    /// √E[f(u)²]
    Norm: float
}

[<RequireQualifiedAccess>]
module HermiteSeries =

    let private most = 512

    /// Nodes of the trapezoid rule on s ≥ 0. hₙ(s)·√density stays below 1, so that densities matter down to their root.
    let private step = 0.05

    let private nodes = 261

    /// hₙ(s) · density · step at the nodes, a row an n; the node at 0 counts half, as both sides are folded into one.
    let private weighted: Lazy<float[][]> =
        lazy
            (let s k = step * float k
             let root k = exp (-0.25 * s k * s k) / Math.Pow(2.0 * Math.PI, 0.25)
             let rows = Array.init most (fun _ -> Array.zeroCreate<float> nodes)

             for k in 0 .. nodes - 1 do
                 let weight = step * root k * (if k = 0 then 0.5 else 1.0)
                 // hₙ₊₁ = (s hₙ − √n hₙ₋₁)/√(n + 1), each times √density, which neither overflows nor vanishes.
                 let mutable previous = 0.0
                 let mutable current = root k

                 for n in 0 .. most - 1 do
                     rows[n][k] <- weight * current
                     let next = (s k * current - sqrt (float n) * previous) / sqrt (float (n + 1))
                     previous <- current
                     current <- next

             rows)

    /// f's series for a variable of norm `u`; none for norms at which it converges too slowly (above pole/0.39).
    let ofNorm (f: SmoothKink) (u: float) : HermiteSeries voption =
        if not (0.39 * u <= f.Pole) then
            ValueNone
        else
            let right = Array.init nodes (fun k -> f.Function(u * step * float k))
            let left = Array.init nodes (fun k -> f.Function(-u * step * float k))
            let even, odd = Array.map2 (+) right left, Array.map2 (-) right left
            let rows = weighted.Value

            let dot (a: float[]) (b: float[]) =
                let mutable sum = 0.0

                for k in 0 .. nodes - 1 do
                    sum <- sum + a[k] * b[k]

                sum

            let squares = Array.map2 (fun a b -> a * a + b * b) right left
            // h₀ = 1.
            let square = dot rows[0] squares
            let terms = ResizeArray<float>()
            let mutable quiet = 0

            while terms.Count < most && quiet < 16 do
                let n = terms.Count
                let term = dot rows[n] (if n % 2 = 0 then even else odd)
                quiet <- if term * term <= 1e-31 * square then quiet + 1 else 0
                terms.Add term

            let unseen = square - Seq.sumBy (fun a -> a * a) terms
            let tails = Array.zeroCreate (terms.Count + 1)
            let mutable tail = max 0.0 unseen + 4e-16 * square
            tails[terms.Count] <- sqrt tail

            for n in terms.Count - 1 .. -1 .. 0 do
                tail <- tail + terms[n] * terms[n]
                tails[n] <- sqrt tail

            ValueSome { Terms = terms.ToArray(); Tails = tails; Norm = sqrt square }

    /// E[f(u)g(v)] for a pair at an angle of this cosine, cut off where Cauchy and Schwarz's bound on what follows falls below
    /// 1e-15·√(E[f(u)²]E[g(v)²]); none where it does not.
    let product (f: HermiteSeries) (g: HermiteSeries) (cos: float) : float voption =
        let count = min f.Terms.Length g.Terms.Length
        let limit = 1e-15 * f.Norm * g.Norm
        let mutable n = 0
        let mutable power = 1.0
        let mutable sum = 0.0

        while n < count && abs power * f.Tails[n] * g.Tails[n] > limit do
            sum <- sum + power * f.Terms[n] * g.Terms[n]
            power <- power * cos
            n <- n + 1

        if abs power * f.Tails[n] * g.Tails[n] <= limit then
            ValueSome sum
        else
            ValueNone
