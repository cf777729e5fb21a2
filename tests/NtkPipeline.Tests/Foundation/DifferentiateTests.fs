module NtkPipeline.Tests.DifferentiateTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core

let private vector (values: float list) = torch.tensor (Array.ofList values, dtype = torch.float64)
let private scalar (value: float) = torch.tensor (value, dtype = torch.float64)
let private by (factor: float) (t: torch.Tensor) = t.mul (factor.ToScalar())

let private near tolerance (actual: torch.Tensor) (expected: torch.Tensor) what =
    Expect.sequenceEqual actual.shape expected.shape $"%s{what}: shape"
    let gap = (actual.detach () - expected.detach ()).abs().max().item<float>()
    Expect.isLessThan gap tolerance what

/// ℝ³ → ℝ²: (x₀·x₁ + sin x₂, exp(x₀ − x₂)·x₁²).
let private f (x: torch.Tensor) =
    torch.stack [| x[0] * x[1] + x[2].sin(); (x[0] - x[2]).exp() * x[1].square() |]

/// ℝ³ → ℝ: log(1 + x·x) + x₀·x₁·x₂.
let private g (x: torch.Tensor) = (x.square().sum().log1p()) + x[0] * x[1] * x[2]

let private point () = vector [ 0.3; -1.2; 0.7 ]
let private direction () = vector [ -0.4; 0.9; 1.3 ]

/// Central difference along v, exact to h⁴.
let private along (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) =
    let h = 1e-3
    let at step = f (x + by step v)
    by (1.0 / (12.0 * h)) (by 8.0 (at h - at -h) - (at (2.0 * h) - at (-2.0 * h)))

let private axes (x: torch.Tensor) =
    let unit = torch.eye (x.numel (), dtype = torch.float64)
    [| for k in 0L .. x.numel () - 1L -> unit[k].reshape x.shape |]

let private case name body =
    testCase name
    <| fun () ->
        use _ = torch.NewDisposeScope()
        body ()

let tests =
    testList "Differentiate" [
        case "every derivative is its central difference"
        <| fun () ->
            let x, v = point (), direction ()
            let columns = axes x |> Array.map (along f x)
            near 1e-10 (Differentiate.jacobian f x) (torch.stack (columns, 1L)) "jacobian"
            near 1e-10 (Differentiate.jacobianv f x v) (along f x v) "jacobianv"
            near 1e-10 (Differentiate.grad g x) (torch.stack (axes x |> Array.map (along g x))) "grad"
            near 1e-10 (Differentiate.gradv g x v) (along g x v) "gradv"
            near 1e-10 (Differentiate.hessianv g x v) (along (Differentiate.grad g) x v) "hessianv"
            let t = scalar 0.4
            let curve (t: torch.Tensor) = torch.stack [| t.sin (); t.square () |]
            near 1e-10 (Differentiate.diff curve t) (along curve t (scalar 1.0)) "diff"

        case "the derivatives agree with one another"
        <| fun () ->
            let x, v, u = point (), direction (), vector [ 0.6; -1.1 ]
            let jacobian = Differentiate.jacobian f x
            near 1e-14 (Differentiate.jacobianv f x v) (jacobian.mv v) "J v"
            near 1e-14 (Differentiate.jacobianTv f x u) (jacobian.t().mv u) "Jᵀ u"
            near 1e-14 (Differentiate.gradv g x v) (Differentiate.grad g x |> _.dot(v)) "∇g·v"
            let hessian = Differentiate.hessian g x
            near 1e-14 hessian (hessian.t ()) "H is symmetric"
            near 1e-14 (Differentiate.hessianv g x v) (hessian.mv v) "H v"

            near
                1e-14
                (Differentiate.jacobian (fun x -> (g x).reshape 1L) x |> _.reshape(3L))
                (Differentiate.grad g x)
                "∇"

        case "the twins give the value too"
        <| fun () ->
            let x, v = point (), direction ()

            let both (value: torch.Tensor) (derivative: torch.Tensor) (a, b) what =
                near 1e-15 a value $"%s{what}: value"
                near 1e-15 b derivative $"%s{what}: derivative"

            both (g x) (Differentiate.grad g x) (Differentiate.fgrad g x) "fgrad"
            both (g x) (Differentiate.gradv g x v) (Differentiate.fgradv g x v) "fgradv"
            both (f x) (Differentiate.jacobian f x) (Differentiate.fjacobian f x) "fjacobian"
            both (f x) (Differentiate.jacobianv f x v) (Differentiate.fjacobianv f x v) "fjacobianv"
            let u = vector [ 0.6; -1.1 ]
            both (f x) (Differentiate.jacobianTv f x u) (Differentiate.fjacobianTv f x u) "fjacobianTv"
            both (g x) (Differentiate.hessian g x) (Differentiate.fhessian g x) "fhessian"
            both (g x) (Differentiate.hessianv g x v) (Differentiate.fhessianv g x v) "fhessianv"
            let t = scalar 0.4
            both (t.sin ()) (Differentiate.diff _.sin() t) (Differentiate.fdiff _.sin() t) "fdiff"
            both (t.sin ()) (-t.cos()) (Differentiate.fdiffn 3 _.sin() t) "fdiffn"
            let batch = torch.stack [| x; v |]
            let rows (x: torch.Tensor) = torch.stack ([| for i in 0L .. x.shape[0] - 1L -> f x[i] |], 0L)

            both
                (rows batch)
                (Differentiate.jacobianOfRows rows batch)
                (Differentiate.fjacobianOfRows rows batch)
                "fjacobianOfRows"

        case "they nest: sin's derivatives go round"
        <| fun () ->
            let t = scalar 0.8
            let expected = [ t.sin (); t.cos (); -t.sin(); -t.cos() ]

            for n in 0..6 do
                near 1e-14 (Differentiate.diffn n _.sin() t) expected[n % 4] $"order %d{n}"

        case "an inner variable is not the outer one, even at the same point"
        <| fun () ->
            // d/dx [x · d/dy (x + y) at y = x] = d/dx x = 1; confusing the two gives 2.
            let f (x: torch.Tensor) = x * Differentiate.diff (fun y -> x + y) x
            near 1e-15 (Differentiate.diff f (scalar 3.0)) (scalar 1.0) "DiffSharp's classic"
            // d/dx [d/dy (x²·y³) at y = x] = d/dx 3x⁴ = 12x³.
            let f (x: torch.Tensor) = Differentiate.diff (fun y -> x.square () * y * y * y) x
            near 1e-13 (Differentiate.diff f (scalar 2.0)) (scalar 96.0) "both depend on x"

        case "a mixed derivative through a closure"
        <| fun () ->
            let x, v = point (), direction ()
            // ∂/∂a of ∇ₓ[a·g(x)]·v is ∇g·v.
            let f (a: torch.Tensor) = Differentiate.gradv (fun x -> a * g x) x v
            near 1e-14 (Differentiate.diff f (scalar 0.3)) (Differentiate.gradv g x v) "by a"

        case "what does not depend on x has derivative zero"
        <| fun () ->
            let x, v = point (), direction ()
            let constant (_: torch.Tensor) = vector [ 1.0; 2.0 ]

            near
                1e-300
                (Differentiate.jacobian constant x)
                (torch.zeros ([| 2L; 3L |], dtype = torch.float64))
                "jacobian"

            near 1e-300 (Differentiate.jacobianv constant x v) (vector [ 0.0; 0.0 ]) "jacobianv"
            near 1e-300 (Differentiate.grad (fun x -> x[0]) x) (vector [ 1.0; 0.0; 0.0 ]) "one entry"

            near
                1e-300
                (Differentiate.hessian (fun x -> x.sum ()) x)
                (torch.zeros ([| 3L; 3L |], dtype = torch.float64))
                "flat"

        case "rows of a batch each have their Jacobian"
        <| fun () ->
            let batch = torch.stack [| point (); direction () |]
            let rows (x: torch.Tensor) = torch.stack ([| for i in 0L .. x.shape[0] - 1L -> f x[i] |], 0L)
            let each = Differentiate.jacobianOfRows rows batch
            near 1e-15 each[0] (Differentiate.jacobian f (point ())) "row 0"
            near 1e-15 each[1] (Differentiate.jacobian f (direction ())) "row 1"

        case "shapes that do not fit are a bug"
        <| fun () ->
            let throws body = Expect.throwsT<ArgumentException> (fun () -> body () |> ignore) "refused"
            throws (fun () -> Differentiate.grad f (point ()))
            throws (fun () -> Differentiate.jacobianv f (point ()) (vector [ 1.0; 2.0 ]))
            throws (fun () -> Differentiate.diff f (point ()))
    ]
