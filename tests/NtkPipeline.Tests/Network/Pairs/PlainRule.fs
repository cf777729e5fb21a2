/// E[f(u)f(v)] by the trapezoid rule on straight lines with small steps: slow, and obviously right for norms up to 10 and
/// functions whose singularities lie no nearer than tanh's.
module NtkPipeline.Tests.PlainRule

open System
open NtkPipeline.Core

let private reach = 9.5

let private line (norm: float) =
    let step = min 0.3 (0.15 / norm)
    let count = int (ceil (reach / step))

    [|
        for k in -count .. count do
            let s = step * float k
            s, step * exp (-0.5 * s * s) / sqrt (2.0 * Math.PI)
    |]

let pair (f: float -> float) (m: Moments) : float =
    let along, across = m.V * m.Cos, m.V * m.Sin
    let inner = line across

    line (max m.U (abs along))
    |> Array.sumBy (fun (s, weight) ->
        let other = inner |> Array.sumBy (fun (t, weight) -> weight * f (along * s + across * t))
        weight * f (m.U * s) * other)
