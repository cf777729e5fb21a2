namespace NtkPipeline.Core

open System

/// The hyperbolic tangent; its dual is integrated.
[<RequireQualifiedAccess>]
module Tanh =

    let private kink =
        SmoothKink.create (Math.PI / 2.0) Math.Tanh (0.0, 2.0, -1.0) (fun x ->
            if x > 0.0 then
                -2.0 * SmoothKink.tail (2.0 * x)
            else
                2.0 * SmoothKink.tail (2.0 * x))

    /// 1 − tanh² = 4s(1 − s), s = sigmoid(2x).
    let private slope =
        let f (x: float) = let s = SmoothKink.tail (2.0 * x) in 4.0 * s * (1.0 - s)
        SmoothKink.create (Math.PI / 2.0) f (0.0, 0.0, 0.0) f

    let activation: Activation = {
        Text = "tanh"
        Parity = Odd
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = kink.Function x
                        member _.Slope x = slope.Function x
                        member _.Apply x = x.tanh ()
                }
        Dual = Integrated(kink, slope)
        Latex = PairLatex.expectation "tanh"
    }

    let entry = Plain activation
