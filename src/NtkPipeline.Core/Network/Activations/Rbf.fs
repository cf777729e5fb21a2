namespace NtkPipeline.Core

open System
open TorchSharp

/// √2·sin(√(2γ)·x + π/4), whose dual is exp(−γ·E[(u−v)²]).
[<RequireQualifiedAccess>]
module Rbf =

    let private phi (gamma: float) = {
        new IActivationFunction with
            member _.Value x = sqrt 2.0 * sin (sqrt (2.0 * gamma) * x + Math.PI / 4.0)
            member _.Slope x = 2.0 * sqrt gamma * cos (sqrt (2.0 * gamma) * x + Math.PI / 4.0)

            member _.Apply x =
                let turned = x.mul((sqrt (2.0 * gamma)).ToScalar()).add((Math.PI / 4.0).ToScalar())
                turned.sin().mul((sqrt 2.0).ToScalar())
    }

    let private dual (gamma: float) = {
        new IClosedDual with
            member _.Value m = exp (-gamma * m.Gap)
            member _.Slope m = 2.0 * gamma * exp (-gamma * m.Gap)
            member _.TensorValue m = (PolarPair.by -gamma m.Gap).exp()
            member _.TensorSlope m = PolarPair.by (2.0 * gamma) ((PolarPair.by -gamma m.Gap).exp())
    }

    let private latex (gamma: float) (pair: PairLatex) =
        let decay = $@"e^{{-%s{PairLatex.number gamma}\left(%s{pair.Xx}+%s{pair.Zz}-2%s{pair.K}\right)}}"
        decay, $@"%s{PairLatex.number (2.0 * gamma)}\,%s{decay}"

    let private ofGamma (gamma: float) : Activation = {
        Text = $"rbf(%s{Activation.number gamma})"
        Parity = Neither
        Degree = ValueNone
        Function = ValueSome(phi gamma)
        Dual = Closed(dual gamma)
        Latex = latex gamma
    }

    let create (gamma: float) : Result<Activation, string> =
        if gamma > 0.0 && gamma <= 1e6 then
            Ok(ofGamma gamma)
        else
            Error $"the argument of rbf is above 0 and at most 1e6, not %s{Activation.number gamma}"

    let entry = OfReal("rbf", ofGamma 1.0, create)
