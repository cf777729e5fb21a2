namespace NtkPipeline.Core

open System
open TorchSharp

/// x for x > 0, slope·x below.
[<RequireQualifiedAccess>]
module LeakyRelu =

    let private ofSlope (slope: float) : Activation = {
        Text = $"leaky-relu(%s{Activation.number slope})"
        Parity = Neither
        Degree = ValueSome 1
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = if x > 0.0 then x else slope * x
                        member _.Slope x = if x > 0.0 then 1.0 else slope
                        member _.Apply x = torch.nn.functional.leaky_relu (x, slope)
                }
        Dual = Bent(1.0, slope)
        Latex = PairLatex.bend 1.0 slope
    }

    let create (slope: float) : Result<Activation, string> =
        if not (Double.IsFinite slope) || abs slope > 1e6 then
            Error $"the slope of leaky-relu lies between -1e6 and 1e6, not at %s{Activation.number slope}"
        else
            Ok(ofSlope slope)

    let entry = OfReal("leaky-relu", ofSlope 0.1, create)
