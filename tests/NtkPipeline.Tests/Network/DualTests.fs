module NtkPipeline.Tests.DualTests

open System
open Expecto
open MathNet.Numerics
open MathNet.Numerics.Integration
open TorchSharp
open NtkPipeline.Core

/// Pairs of every kind: (norm, norm, angle).
let private pairs = [
    for u, v in [ 1.0, 1.0; 0.3, 1.7; 2.0, 0.8 ] do
        for angle in [ 0.05; 0.7; Math.PI / 2.0; 2.2; Math.PI - 0.05 ] do
            Moments.ofAngle u v (cos angle) (sin angle)
]

/// E[f(u)g(v)] of functions smooth but for a kink at 0 and homogeneous of degree k, in polar coordinates:
/// E[r²ᵏ]/2π · ∫ f(U cos a) g(V cos(a − angle)) da, E[r²ᵏ] = 2ᵏ k!, by Gauss's rule between the kinks.
let private aroundTheCircle (degree: int) (phi: float -> float) (m: Moments) =
    let angle = m.Angle

    let kinks =
        [ -Math.PI / 2.0; Math.PI / 2.0; angle - Math.PI / 2.0; angle + Math.PI / 2.0 ]
        |> List.map (fun a -> if a < -Math.PI / 2.0 then a + 2.0 * Math.PI else a)
        |> List.sort

    let edges = kinks @ [ 3.0 * Math.PI / 2.0 ]

    let integral =
        edges
        |> List.pairwise
        |> List.sumBy (fun (a, b) ->
            GaussLegendreRule.Integrate((fun x -> phi (m.U * cos x) * phi (m.V * cos (x - angle))), a, b, 32))

    float (pown 2 degree) * SpecialFunctions.Factorial degree * integral / (2.0 * Math.PI)

/// A second way to E[φφ] and E[φ'φ']: by angles where φ is homogeneous, and there may have a kink at 0, else by the plain rule.
let private witness (activation: Activation) (m: Moments) =
    match activation.Function, activation.Degree with
    | ValueNone, _ ->
        // s·exp(K/s − 1), exp-normalised's, is E[φφ] of φ(u) = U·exp(u/U − 1), as far as the pair (u/U, v/V) goes.
        let exponential (norm: float) = fun u -> norm * exp (u / norm - 1.0)
        let unit = { m with U = 1.0; V = 1.0 }
        let value = PlainRule.pair (exponential 1.0) unit
        m.U * m.V * value, value
    | ValueSome phi, ValueSome degree ->
        aroundTheCircle degree phi.Value m, aroundTheCircle (degree - 1) phi.Slope m
    | ValueSome phi, ValueNone -> PlainRule.pair phi.Value m, PlainRule.pair phi.Slope m

/// 4-point central difference, exact to h⁴.
let private difference (f: float -> float) (x: float) =
    let h = 1e-3
    (8.0 * (f (x + h) - f (x - h)) - (f (x + 2.0 * h) - f (x - 2.0 * h))) / (12.0 * h)

let private near (tolerance: float) actual expected message =
    let gap = abs (actual - expected)

    if not (gap <= tolerance * max 1.0 (abs expected)) then
        failtest $"%s{message}: %.17g{actual} is not %.17g{expected} (gap %g{gap})"

let private tests' = [
    let others = [
        "monomial(3)"
        "monomial(4)"
        "leaky-relu(-0.4)"
        "leaky-relu(1)"
        "rbf(0.3)"
    ]

    for activation in Activations.examples @ List.map Networks.activation others do
        let name = Activation.print activation

        testCase $"%s{name}: the dual is what integration gives"
        <| fun () ->
            for m in pairs do
                let value, slope = witness activation m
                near 1e-11 (Dual.value activation m) value $"E[φφ] at %A{m}"
                near 1e-11 (Dual.slope activation m) slope $"E[φ'φ'] at %A{m}"

        testCase $"%s{name}: the pair after the activation has the dual as its product, and one angle"
        <| fun () ->
            for m in Moments.same 1.3 :: pairs do
                let after = Dual.transport activation m
                near 1e-13 after.Uv (Dual.value activation m) $"product at %A{m}"
                near 1e-13 (after.Cos * after.Cos + after.Sin * after.Sin) 1.0 $"angle at %A{m}"
                near 1e-12 after.Uu (Dual.value activation (Moments.same m.U)) $"norm at %A{m}"

        if activation.Function.IsSome then
            testCase $"%s{name}: φ' is φ's central difference, and tensors agree with numbers"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let xs = [| -2.3; -0.7; -0.1; 0.4; 1.1; 3.0 |]
                use _ = torch.enable_grad ()
                let t = torch.tensor(xs, dtype = torch.float64).requires_grad_ true
                let applied = Activation.apply activation t
                let gradient = torch.autograd.grad([| applied.sum () |], [| t |])[0]

                xs
                |> Array.iteri (fun k x ->
                    let slope = Activation.slope activation x
                    near 1e-9 slope (difference (Activation.value activation) x) $"difference at %g{x}"
                    let k = int64 k
                    near 1e-13 (applied[k].item<float>()) (Activation.value activation x) $"φ(%g{x})"
                    near 1e-13 (gradient[k].item<float>()) slope $"autograd at %g{x}")
]

let tests =
    testList "Dual" [
        yield! tests'

        testCase "a sum of pairs keeps its angle where products would cancel"
        <| fun () ->
            // Nearly parallel vectors of ℝ³ and a common bias, in exact arithmetic: (1, 0) and (1, t), plus b in a third place.
            for t in [ 1e-3; 1e-6; 1e-9; 1e-12 ] do
                let length = sqrt (1.0 + t * t)
                let m = Moments.affine 1.0 0.5 (Moments.ofAngle 1.0 length (1.0 / length) (t / length))
                // |a × b|² = t² + b²t²; sin = |a × b|/(|a||b|).
                let sin = t * sqrt 1.25 / (sqrt 1.25 * sqrt (1.25 + t * t))
                Expect.isLessThan (abs (m.Sin / sin - 1.0)) 1e-14 $"relative error at %g{t}"

        testCase "the ReLU recursion keeps the angle of nearly equal inputs to its last digits"
        <| fun () ->
            // One layer: 1 − cos' = (1 − cos) − (sin − φ cos)/π ≈ φ²/2 − φ³/3π, so the new angle is φ·√(1 − 2φ/3π + …).
            for angle in [ 1e-4; 1e-7; 1e-10 ] do
                let m = Dual.transport Relu.activation (Moments.ofAngle 1.0 1.0 (cos angle) (sin angle))
                let expected = angle * (1.0 - angle / (3.0 * Math.PI))
                Expect.isLessThan (abs (m.Angle / expected - 1.0)) (1e-13 + angle * angle) $"at %g{angle}"
    ]
