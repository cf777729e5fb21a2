namespace NtkPipeline.Core

/// |x|
[<RequireQualifiedAccess>]
module Abs =

    let activation: Activation = {
        Text = "abs"
        Parity = Even
        Degree = ValueSome 1
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = abs x
                        member _.Slope x = float (sign x)
                        member _.Apply x = x.abs ()
                }
        Dual = Bent(1.0, -1.0)
        Latex = PairLatex.bend 1.0 -1.0
    }

    let entry = Plain activation
