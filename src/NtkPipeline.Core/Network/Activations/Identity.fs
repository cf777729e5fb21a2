namespace NtkPipeline.Core

/// x
[<RequireQualifiedAccess>]
module Identity =

    let activation: Activation = {
        Text = "identity"
        Parity = Odd
        Degree = ValueSome 1
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = x
                        member _.Slope _ = 1.0
                        member _.Apply x = x
                }
        Dual = Bent(1.0, 1.0)
        Latex = fun pair -> pair.K, "1"
    }

    let entry = Plain activation
