namespace NtkPipeline.Core

open System

/// 1/(1 + exp(−x)), "sigmoid" in a text; its dual is integrated.
[<RequireQualifiedAccess>]
module Logistic =

    let kink: SmoothKink =
        SmoothKink.create Math.PI SmoothKink.sigmoid (0.0, 1.0, 0.0) (fun x ->
            if x > 0.0 then -(SmoothKink.tail x) else SmoothKink.tail x)

    let private slope =
        let f (x: float) = let s = SmoothKink.tail x in s * (1.0 - s)
        SmoothKink.create Math.PI f (0.0, 0.0, 0.0) f

    let activation: Activation = {
        Text = "sigmoid"
        Parity = Neither
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = kink.Function x
                        member _.Slope x = slope.Function x
                        member _.Apply x = x.sigmoid ()
                }
        Dual = Integrated(kink, slope)
        Latex = PairLatex.expectation "sigmoid"
    }

    let entry = Plain activation
