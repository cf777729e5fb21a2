namespace NtkPipeline.Core

open System

/// How far one eigendirection has learnt, as functions of one number that lose no digits near 0: (1 − decay)/s, which is what a
/// coefficient is made of, tends to a limit where an eigenvalue is 0 and never to NaN.
[<RequireQualifiedAccess>]
module SpectralFilter =

    /// eˣ − 1 and ln(1 + x), exact near 0 (Kahan's way; .NET's own ExpM1 and LogP1 lose all digits there).
    let private expMinusOne x =
        let e = Math.Exp x

        if abs x > 0.5 then e - 1.0
        elif e = 1.0 then x
        else (e - 1.0) * x / Math.Log e

    let private logOnePlus x =
        let sum = 1.0 + x
        if sum = 1.0 then x else Math.Log sum * x / (sum - 1.0)

    /// (1 − e^{−s})/s: 1 at s = 0.
    let flowed (s: float) : float = if s = 0.0 then 1.0 else -(expMinusOne -s) / s

    /// (1 − (1 − u)^k)/u: k at u = 0.
    let descended (u: float) (k: float) : float =
        if u = 0.0 then k
        elif u < 0.5 then -(expMinusOne (k * logOnePlus -u)) / u
        else (1.0 - Math.Pow(1.0 - u, k)) / u

    /// So many steps are simply taken.
    let private fewSteps = 4096L

    let private stepByStep (u: float) (beta: float) (steps: int64) =
        let mutable learnt, velocity = 0.0, 0.0

        for _ in 1L .. steps do
            velocity <- beta * velocity + 1.0 - u * learnt
            learnt <- learnt + velocity

        learnt

    /// V_k = (r₁ᵏ − r₂ᵏ)/(r₁ − r₂) for the roots r of r² − 2cr + β, complex or close together; `discriminant` is (r₁ − r₂)². On the
    /// negative side the angle is counted from −1, so that none loses digits near the double roots.
    let private spread (centre: float) (discriminant: float) (beta: float) (k: float) =
        let half = sqrt (abs discriminant) / 2.0
        let log = 0.5 * (k - 1.0) * Math.Log beta
        let sign = if centre < 0.0 && k % 2.0 = 0.0 then -1.0 else 1.0

        if discriminant = 0.0 then
            sign * k * Math.Exp log
        elif discriminant < 0.0 then
            let angle = Math.Atan2(half, abs centre)
            sign * Math.Exp log * Math.Sin(k * angle) / Math.Sin angle
        else
            let rate = Math.Atanh(half / abs centre)
            sign * Math.Exp(log + k * rate) * -(expMinusOne (-2.0 * k * rate)) / (2.0 * Math.Sinh rate)

    /// (1 − e_k)/u for heavy-ball momentum β, e_{k+1} = (1 + β − u) e_k − β e_{k−1}, e₀ = 1, e₁ = 1 − u, 0 < β < 1 (Polyak 1964).
    /// With the roots 1 − δ₋ and 1 − δ₊ of r² − (1 + β − u) r + β, far apart, it is
    /// [(1 − δ₋) (1 − (1 − δ₋)^k)/δ₋ + (δ₊ − 1) (1 − (1 − δ₊)^k)/δ₊] / (δ₊ − δ₋); where they nearly meet or are complex,
    /// e_k = (1 − u) V_k − β V_{k−1}.
    let heavyBall (u: float) (beta: float) (steps: int64<step>) : float =
        let k = int64 steps
        let sum = 1.0 - beta + u
        let discriminant = sum * sum - 4.0 * u

        if k <= fewSteps then
            stepByStep u beta k
        elif discriminant < 1e-4 * sum * sum then
            let spread = spread ((1.0 + beta - u) / 2.0) discriminant beta
            (1.0 - (1.0 - u) * spread (float k) + beta * spread (float (k - 1L))) / u
        else
            let root = sqrt discriminant
            let larger = (sum + root) / 2.0
            let smaller = u / larger

            ((1.0 - smaller) * descended smaller (float k) + (larger - 1.0) * descended larger (float k))
            / root
