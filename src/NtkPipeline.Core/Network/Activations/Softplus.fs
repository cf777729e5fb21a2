namespace NtkPipeline.Core

open System
open TorchSharp

/// log(1 + exp x), whose slope is the sigmoid; its dual is integrated.
[<RequireQualifiedAccess>]
module Softplus =

    /// log(1 + e), good to the last digits for small e too (Kahan's way).
    let private logOnePlus (e: float) =
        let sum = 1.0 + e
        if sum = 1.0 then e else log sum * e / (sum - 1.0)

    let private kink =
        let rest (x: float) = logOnePlus (exp -(abs x))
        SmoothKink.create Math.PI (fun x -> max x 0.0 + rest x) (1.0, 0.0, 0.0) rest

    let activation: Activation = {
        Text = "softplus"
        Parity = Neither
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = kink.Function x
                        member _.Slope x = Logistic.kink.Function x
                        member _.Apply x = torch.logaddexp (x, torch.zeros_like x)
                }
        Dual = Integrated(kink, Logistic.kink)
        Latex = PairLatex.expectation "softplus"
    }

    let entry = Plain activation
