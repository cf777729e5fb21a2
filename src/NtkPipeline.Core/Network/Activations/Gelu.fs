namespace NtkPipeline.Core

open System
open MathNet.Numerics
open TorchSharp

/// x·(1 + erf(x/√2))/2, exact (Tsuchida et al. 2021).
[<RequireQualifiedAccess>]
module Gelu =

    let private normalCdf (x: float) = 0.5 * SpecialFunctions.Erfc(-x / sqrt 2.0)
    let private normalDensity (x: float) = exp (-0.5 * x * x) / sqrt (2.0 * Math.PI)

    let private phi = {
        new IActivationFunction with
            member _.Value x = x * normalCdf x
            member _.Slope x = normalCdf x + x * normalDensity x
            member _.Apply x = torch.nn.functional.gelu x
    }

    let private dual = {
        new IClosedDual with
            member _.Value m =
                let delta = Moments.determinant 1.0 m
                let across = m.U * m.V * m.Sin

                let shares =
                    m.Uu / (1.0 + m.Uu) * m.V * m.Cos / delta * m.V * m.Cos
                    + m.Vv / (1.0 + m.Vv) * m.U * m.Cos / delta * m.U * m.Cos

                m.Uv * (0.25 + atan2 m.Uv delta / (2.0 * Math.PI))
                + (across * (across / delta) + shares) / (2.0 * Math.PI)

            member _.Slope m =
                let delta = Moments.determinant 1.0 m
                let uv = m.Uv / delta
                let shares = 1.0 / (1.0 + m.Uu) + 1.0 / (1.0 + m.Vv) + 1.0 / delta / delta
                0.25 + (atan2 m.Uv delta + uv * shares) / (2.0 * Math.PI)

            member _.TensorValue m =
                let delta = PolarPair.determinant 1.0 m
                let across = m.U * m.V * m.Sin
                let one = PolarPair.number 1.0

                let shares =
                    m.Uu / (one + m.Uu) * m.V * m.Cos / delta * m.V * m.Cos
                    + m.Vv / (one + m.Vv) * m.U * m.Cos / delta * m.U * m.Cos

                m.Uv
                * (PolarPair.number 0.25 + PolarPair.by (1.0 / (2.0 * Math.PI)) (torch.atan2 (m.Uv, delta)))
                + PolarPair.by (1.0 / (2.0 * Math.PI)) (across * (across / delta) + shares)

            member _.TensorSlope m =
                let delta = PolarPair.determinant 1.0 m
                let uv = m.Uv / delta
                let one = PolarPair.number 1.0

                let shares =
                    (one + m.Uu).reciprocal() + (one + m.Vv).reciprocal() + (delta * delta).reciprocal()

                PolarPair.number 0.25
                + PolarPair.by (1.0 / (2.0 * Math.PI)) (torch.atan2 (m.Uv, delta) + uv * shares)
    }

    let private latex (pair: PairLatex) =
        let k, xx, zz = pair.K, pair.Xx, pair.Zz
        let delta = $@"\left(1+%s{xx}\right)\left(1+%s{zz}\right)-%s{k}^2"
        let shares = $@"\frac{{1}}{{1+%s{xx}}}+\frac{{1}}{{1+%s{zz}}}"
        let arc = $@"\frac{{1}}{{4}}+\frac{{1}}{{2\pi}}\arcsin\frac{{%s{k}}}{{\sqrt{{(1+%s{xx})(1+%s{zz})}}}}"

        $@"%s{k}\left(%s{arc}\right)+\frac{{%s{xx}%s{zz}-%s{k}^2+%s{k}^2\left(%s{shares}\right)}}{{2\pi\sqrt{{\Delta}}}},\quad \Delta=%s{delta}",
        $@"%s{arc}+\frac{{%s{k}}}{{2\pi\sqrt{{\Delta}}}}\left(%s{shares}+\frac{{1}}{{\Delta}}\right)"

    let activation: Activation = {
        Text = "gelu"
        Parity = Neither
        Degree = ValueNone
        Function = ValueSome phi
        Dual = Closed dual
        Latex = latex
    }

    let entry = Plain activation
