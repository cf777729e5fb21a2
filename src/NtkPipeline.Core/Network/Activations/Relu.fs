namespace NtkPipeline.Core

/// max(x, 0)
[<RequireQualifiedAccess>]
module Relu =

    let activation: Activation = {
        Text = "relu"
        Parity = Neither
        Degree = ValueSome 1
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = max x 0.0
                        member _.Slope x = if x > 0.0 then 1.0 else 0.0
                        member _.Apply x = x.relu ()
                }
        Dual = Bent(1.0, 0.0)
        Latex =
            fun pair ->
                let angle = pair.Angle

                $@"\frac{{1}}{{2\pi}}\,%s{pair.Norm}\left(\sin %s{angle} + (\pi-%s{angle})\cos %s{angle}\right)",
                $@"\frac{{\pi-%s{angle}}}{{2\pi}}"
    }

    let entry = Plain activation
