namespace NtkPipeline.Core

open System

/// x·sigmoid x, also called swish; its dual is integrated.
[<RequireQualifiedAccess>]
module Silu =

    let private kink =
        SmoothKink.create Math.PI (fun x -> x * SmoothKink.sigmoid x) (1.0, 0.0, 0.0) (fun x ->
            -(abs x) * SmoothKink.tail x)

    /// s + x s(1 − s), s = sigmoid x; for x > 0 it is 1 minus its value at −x.
    let private slope =
        let below (x: float) = let s = SmoothKink.tail x in s - abs x * s * (1.0 - s)

        SmoothKink.create
            Math.PI
            (fun x -> if x >= 0.0 then 1.0 - below x else below x)
            (0.0, 1.0, 0.0)
            (fun x -> if x > 0.0 then -(below x) else below x)

    let activation: Activation = {
        Text = "silu"
        Parity = Neither
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = kink.Function x
                        member _.Slope x = slope.Function x
                        member _.Apply x = x.mul (x.sigmoid ())
                }
        Dual = Integrated(kink, slope)
        Latex = PairLatex.expectation "silu"
    }

    let entry = Plain activation
