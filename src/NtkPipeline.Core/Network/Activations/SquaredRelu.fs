namespace NtkPipeline.Core

open System
open TorchSharp

/// max(x, 0)² (So et al. 2021, Primer). With J₁ = s + (π − angle)·c and J₂ = 3sc + (π − angle)·(1 + 2c²) its dual is
/// (UV)²·J₂/2π, and that of its slope 2UV·J₁/π (Cho & Saul 2009, of degrees 2 and 1).
[<RequireQualifiedAccess>]
module SquaredRelu =

    let private dual = {
        new IClosedDual with
            member _.Value m =
                let rest = atan2 m.Sin -m.Cos
                let bent = 3.0 * m.Sin * m.Cos + rest * (1.0 + 2.0 * m.Cos * m.Cos)
                bent / (2.0 * Math.PI) * m.U * m.V * m.U * m.V

            member _.Slope m =
                let rest = atan2 m.Sin -m.Cos
                2.0 / Math.PI * (m.Sin + rest * m.Cos) * m.U * m.V

            member _.TensorValue m =
                let rest = torch.atan2 (m.Sin, m.Cos.neg ())
                let one = PolarPair.number 1.0
                let bent = PolarPair.by 3.0 (m.Sin * m.Cos) + rest * (one + PolarPair.by 2.0 (m.Cos * m.Cos))
                PolarPair.by (1.0 / (2.0 * Math.PI)) bent * m.U * m.V * m.U * m.V

            member _.TensorSlope m =
                let rest = torch.atan2 (m.Sin, m.Cos.neg ())
                PolarPair.by (2.0 / Math.PI) (m.Sin + rest * m.Cos) * m.U * m.V
    }

    let private latex (pair: PairLatex) =
        let angle = pair.Angle
        let sine, cosine, rest = $@"\sin %s{angle}", $@"\cos %s{angle}", $@"(\pi-%s{angle})"

        $@"\frac{{1}}{{2\pi}}\,%s{pair.Xx}\,%s{pair.Zz}\left(3\,%s{sine}\,%s{cosine} + %s{rest}\left(1+2\cos^2 %s{angle}\right)\right)",
        $@"\frac{{2}}{{\pi}}\,%s{pair.Norm}\left(%s{sine} + %s{rest}%s{cosine}\right)"

    let activation: Activation = {
        Text = "squared-relu"
        Parity = Neither
        Degree = ValueSome 2
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = let y = max x 0.0 in y * y
                        member _.Slope x = 2.0 * max x 0.0
                        member _.Apply x = x.relu().square()
                }
        Dual = Closed dual
        Latex = latex
    }

    let entry = Plain activation
