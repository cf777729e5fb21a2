module NtkPipeline.Tests.SignalPropagationTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private layer activation weight bias = {
    Activation = activation
    WeightVariance = weight
    BiasVariance = bias
}

let private erf weight bias = SignalPropagation.ofLayer (layer Erf.activation weight bias)

/// q = σ_w² (2/π) arcsin(2q/(1+2q)) + σ_b², by halving: the map is concave, and above it at the largest root's left alone.
let private erfVariance weight bias =
    let excess q = weight * 2.0 / Math.PI * asin (2.0 * q / (1.0 + 2.0 * q)) + bias - q

    let rec halve low high =
        let middle = 0.5 * (low + high)

        if middle <= low || middle >= high then middle
        elif excess middle > 0.0 then halve middle high
        else halve low middle

    halve 1e-9 (weight + bias + 1.0)

let private places = [ 0.3, 0.05; 0.9, 0.05; 1.5, 0.05; 3.0, 0.0; 3.0, 0.3; 8.0, 0.05 ]
let private variance (found: Propagation) = Expect.wantSome found.Variance "q*"

let tests =
    testList "SignalPropagation" [
        testCase "erf: q* and χ are those of the closed forms"
        <| fun () ->
            for weight, bias in places do
                let found = erf weight bias
                let q = erfVariance weight bias
                let chi = weight * 4.0 / Math.PI / sqrt (1.0 + 4.0 * q)
                wantClose 1e-10 $"%g{weight}, %g{bias}" [| variance found; found.Slope |] [| q; chi |]

        testCase "relu: χ = σ_w²/2, q* = σ_b²/(1 − σ_w²/2), and none past 2"
        <| fun () ->
            let found = SignalPropagation.ofLayer (layer Relu.activation 1.2 0.1)
            wantClose 1e-10 "1.2" [| variance found; found.Slope |] [| 0.25; 0.6 |]
            Expect.equal found.Correlation (Some 1.0) "ordered"
            let past = SignalPropagation.ofLayer (layer Relu.activation 2.5 0.1)
            Expect.equal (past.Variance, past.Correlation, past.DepthScale) (None, None, None) "it grows"
            wantClose 1e-12 "χ whatever q" [| past.Slope |] [| 1.25 |]
            let edge = SignalPropagation.ofLayer (layer Relu.activation 2.0 0.0)
            wantClose 1e-12 "any q stays" [| variance edge; edge.Slope |] [| 2.0; 1.0 |]
            Expect.isNone edge.DepthScale "slower than exponential"

        testCase "χ(c) is the slope of the map of correlations, by differences"
        <| fun () ->
            for activation in [ Erf.activation; Relu.activation; Gelu.activation ] do
                let layer = layer activation 1.7 0.2
                let q = 0.8

                for c in [ -0.5; 0.0; 0.3; 0.9 ] do
                    let h = 1e-5
                    let map = SignalPropagation.correlation layer q
                    let differences = (map (c + h) - map (c - h)) / (2.0 * h)

                    wantClose 1e-8 $"%s{activation.Text} at %g{c}" [| SignalPropagation.slope layer q c |] [|
                        differences
                    |]

        testCase "correlations come to c*, by a factor e in ξ layers"
        <| fun () ->
            for weight, bias in places do
                let layer = layer Erf.activation weight bias
                let found = erf weight bias
                let q, fixedPoint = variance found, Expect.wantSome found.Correlation "c*"
                let scale = Expect.wantSome found.DepthScale "ξ"
                let next = SignalPropagation.correlation layer q
                wantClose 1e-12 "it is a fixed point" [| next fixedPoint |] [| fixedPoint |]
                Expect.equal (fixedPoint < 1.0) (found.Slope > 1.0) "chaos is c* < 1"

                // Far enough to be on the exponential, not so far that it is rounding.
                let rec far c = if abs (c - fixedPoint) > 1e-4 then far (next c) else c

                let here = far 0.6
                let ratio = (next here - fixedPoint) / (here - fixedPoint)
                wantClose 2e-3 $"%g{weight}, %g{bias}" [| -1.0 / log ratio / scale |] [| 1.0 |]

        testCase "the critical line: χ = 1 by iteration, from σ_w² = π/4 on for erf"
        <| fun () ->
            for activation in [ Erf.activation; Gelu.activation ] do
                for q in [ 0.2; 1.0; 4.0; 10.0 ] do
                    match SignalPropagation.critical activation q with
                    | None -> Expect.equal (activation, q > 3.5) (Gelu.activation, false) "small variances"
                    | Some(weight, bias) ->
                        let found = SignalPropagation.ofLayer (layer activation weight bias)
                        wantClose 1e-9 $"q = %g{q}" [| found.Slope; variance found |] [| 1.0; q |]

                        if activation = Erf.activation then
                            let closed = Math.PI / 4.0 * sqrt (1.0 + 4.0 * q)
                            wantClose 1e-10 "its closed form" [| weight |] [| closed |]

            let weight, bias = Expect.wantSome (SignalPropagation.critical Erf.activation 1e-5) "near 0"
            wantClose 1e-4 "where it leaves the axis" [| weight; bias |] [| Math.PI / 4.0; 0.0 |]

        testCase "gelu: the critical line begins where Roberts, Yaida & Hanin 2022 have its half-stable point"
        <| fun () ->
            let q = (3.0 + sqrt 17.0) / 2.0
            let critical = SignalPropagation.critical Gelu.activation
            let weight, bias = Expect.wantSome (critical (q + 1e-3)) "just above"
            wantClose 1e-4 "σ_w², σ_b²" [| weight; bias |] [| 1.98305826; 0.17292239 |]
            Expect.isNone (critical (q - 1e-2)) "below, variances leave it"

        testCase "gelu and erf: a layer's variance and χ are those of a quadrature of φ² and φ'²"
        <| fun () ->
            for activation in [ Gelu.activation; Erf.activation ] do
                let phi = Expect.wantSome (ValueOption.toOption activation.Function) "a function"
                let layer = layer activation 1.7 0.2

                for q in [ 0.05; 1.0; 6.0 ] do
                    // The trapezoid rule, which is exact but for rounding on what is smooth.
                    let mean f =
                        let step = 12.0 / 20000.0

                        Seq.init 40001 (fun k -> -12.0 + step * float k)
                        |> Seq.sumBy (fun s -> f (sqrt q * s) * exp (-0.5 * s * s))
                        |> fun sum -> sum * step / sqrt (2.0 * Math.PI)

                    wantClose 1e-11 $"%s{activation.Text}, q = %g{q}" [|
                        SignalPropagation.variance layer q
                        SignalPropagation.slope layer q 1.0
                    |] [|
                        1.7 * mean (fun z -> phi.Value z ** 2.0) + 0.2
                        1.7 * mean (fun z -> phi.Slope z ** 2.0)
                    |]

        testCase "signals that vanish have q* = 0 and no NaN"
        <| fun () ->
            let found = erf 0.5 0.0
            wantClose 1e-12 "χ at 0" [| variance found; found.Slope |] [| 0.0; 2.0 / Math.PI |]
            Expect.equal found.Correlation (Some 1.0) "ordered"

        testCase
            "critical ReLU: Θ between different inputs comes to a quarter of Θ with themselves (Xiao et al. 2020)"
        <| fun () ->
            let ratio layers =
                let text =
                    String.replicate layers "dense 1 w=1.4142135623730951 | relu | "
                    + "dense 1 w=1.4142135623730951"

                let network = Networks.parse text
                let theta m = AnalyticNtk.ntk network 4 m
                theta (Moments.ofAngle 2.0 2.0 (cos 1.2) (sin 1.2)) / theta (Moments.same 2.0)

            Expect.isLessThan (abs (ratio 400 - 0.25)) 0.01 "after 400 layers"
            Expect.isLessThan (abs (ratio 400 - 0.25)) (abs (ratio 100 - 0.25)) "and nearer than after 100"
    ]
