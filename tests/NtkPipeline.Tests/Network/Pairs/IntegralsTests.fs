module NtkPipeline.Tests.IntegralsTests

open System
open Expecto
open NtkPipeline.Core

let private integrated = Activations.examples |> List.filter Activation.isIntegrated

let private kinks (activation: Activation) =
    match activation.Dual with
    | Integrated(value, slope) -> value, slope
    | Bent _
    | Closed _ -> failtest $"%s{activation.Text} has a closed form"

let private named (activation: Activation) =
    let value, slope = kinks activation in [ "φ", value; "φ'", slope ]

let private tanh' = fst (kinks Tanh.activation)

let private angles = [ 0.0; 1e-6; 0.05; 0.7; Math.PI / 2.0; 2.2; Math.PI - 1e-6; Math.PI ]

let private at u v angle =
    // Exactly antiparallel, not nearly.
    let sin = if angle = Math.PI then 0.0 else sin angle
    Moments.ofAngle u v (cos angle) sin

/// √(E[f(u)²]E[f(v)²])
let private scale (f: SmoothKink) (m: Moments) =
    sqrt (Quadrature.pair f (Moments.same m.U) * Quadrature.pair f (Moments.same m.V))

let tests =
    testList "Integrals" [
        test "those of tanh, softplus, silu and sigmoid are among them" {
            Expect.containsAll
                integrated
                [ Tanh.activation; Softplus.activation; Silu.activation; Logistic.activation ]
                "no closed form"
        }

        for activation in integrated do
            let name = Activation.print activation

            test
                $"%s{name}: from afar it is its ramp, step and constant, and what is left is what was sampled" {
                for what, f in named activation do
                    for k in 0 .. SmoothKink.places.Length - 1 do
                        let x, weight = SmoothKink.places[k], SmoothKink.weights[k]
                        let right = weight * (f.Function x - (f.Ramp * x + f.Step + f.Constant))
                        let left = weight * (f.Function -x - f.Constant)

                        Expect.isLessThan
                            (abs (f.Rest.Value.Right[k] - right))
                            (1e-15 * weight * (1.0 + x))
                            $"%s{what} at %g{x}"

                        Expect.isLessThan
                            (abs (f.Rest.Value.Left[k] - left))
                            (1e-15 * weight)
                            $"%s{what} at -%g{x}"

                    Expect.isLessThan
                        (abs (f.Function 40.0 - (40.0 * f.Ramp + f.Step + f.Constant)))
                        1e-14
                        what

                    Expect.isLessThan (abs (f.Function -40.0 - f.Constant)) 1e-14 what
            }

            test $"%s{name}: at norms up to 6 they are the plain rule's" {
                for what, f in named activation do
                    for u, v in [ 1e-3, 1e-3; 1.0, 1.0; 0.3, 1.7; 2.0, 0.8; 5.0, 5.0; 0.2, 6.0 ] do
                        for angle in angles do
                            let m = at u v angle
                            let gap = abs (Quadrature.pair f m - PlainRule.pair f.Function m)

                            Expect.isLessThan
                                gap
                                (5e-14 * scale f m)
                                $"%s{what}, norms %g{u} and %g{v}, angle %g{angle}"
            }

            test $"%s{name}: at large norms finer steps change nothing, and the limit is the kink's" {
                for what, f in named activation do
                    for u, v in [ 30.0, 30.0; 1e3, 1e3; 1e6, 1.0; 1e9, 1e7 ] do
                        for angle in angles do
                            let m = at u v angle
                            let allowed = 1e-13 * scale f m

                            Expect.isLessThan
                                (Quadrature.error f m)
                                allowed
                                $"%s{what}, norms %g{u} and %g{v}, angle %g{angle}"

                // Of norm 1e9, the ramp is relu's, the step is arcsin's, and a bump is its mass.
                for angle in [ 0.05; 0.7; Math.PI / 2.0; 2.2 ] do
                    let m = at 1e9 1e9 angle

                    let near expected =
                        Expect.floatClose Accuracy.high (Dual.value activation m) expected name

                    let aside = (Math.PI - angle) / (2.0 * Math.PI)

                    let value, _ = kinks activation

                    if value.Ramp <> 0.0 then
                        near (value.Ramp * value.Ramp * Dual.value Relu.activation m)

                        Expect.floatClose
                            Accuracy.high
                            (Dual.slope activation m)
                            (value.Ramp * value.Ramp * aside)
                            "φ' is a step"
                    else
                        let constant = value.Constant * (value.Step + value.Constant)
                        let step = value.Step * value.Step * aside + constant

                        // Near 0 digits cancel.
                        if abs step > 0.05 then
                            near step

                        Expect.floatClose
                            Accuracy.high
                            (Dual.slope activation m * 1e18)
                            (value.Step * value.Step / (2.0 * Math.PI * sin angle))
                            "φ' is a bump, of the step's height as its mass"
            }

            test $"%s{name}: the series agree with the integrals, at any pair of norms and angle" {
                let series = Integrals.bySeries ()
                let value, slope = kinks activation

                for u, v in
                    [
                        1e-3, 1e-3
                        1.0, 1.0
                        0.3, 1.7
                        2.0, 0.8
                        3.9, 3.9
                        3.0, 0.01
                        0.0, 1.0
                        7.0, 7.0
                        20.0, 1.0
                    ] do
                    for angle in 1.2 :: angles do
                        let m = at u v angle

                        for what, quick, slow, norm in
                            [
                                "value", series.Pair value m, Dual.value activation m, Dual.norm activation
                                "slope",
                                series.Pair slope m,
                                Dual.slope activation m,
                                fun u -> sqrt (Dual.slope activation (Moments.same u))
                            ] do
                            Expect.isLessThanOrEqual
                                (abs (quick - slow))
                                (1e-13 * norm u * norm v)
                                $"%s{what}, norms %g{u} and %g{v}, angle %g{angle}"

                        Expect.equal (series.Norm value u) (Dual.norm activation u) "norm"
            }

        test "odd functions of orthogonal rows have no product at all" {
            for u, v in [ 1.0, 1.0; 0.3, 12.0; 1e5, 1e5 ] do
                Expect.equal (Dual.value Tanh.activation (Moments.ofAngle u v 0.0 1.0)) 0.0 "by quadrature"

                Expect.equal
                    ((Integrals.bySeries ()).Pair tanh' (Moments.ofAngle u v 0.0 1.0))
                    0.0
                    "by series"
        }

        test "a series is only used where its bound holds" {
            Expect.isTrue (HermiteSeries.ofNorm tanh' 4.1).IsNone "too slow"

            match HermiteSeries.ofNorm tanh' 3.9 with
            | ValueSome series ->
                Expect.isTrue
                    (HermiteSeries.product series series 1.0).IsNone
                    "at cosine 1 the tail is too long"

                Expect.isTrue (HermiteSeries.product series series 0.9).IsSome "at 0.9 it is not"
            | ValueNone -> failtest "3.9 is below 4"
        }
    ]
