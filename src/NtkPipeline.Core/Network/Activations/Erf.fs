namespace NtkPipeline.Core

open System
open MathNet.Numerics
open TorchSharp

/// Gauss's error function (Williams 1997).
[<RequireQualifiedAccess>]
module Erf =

    let activation: Activation = {
        Text = "erf"
        Parity = Odd
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = SpecialFunctions.Erf x
                        member _.Slope x = 2.0 / sqrt Math.PI * exp (-x * x)
                        member _.Apply x = x.erf ()
                }
        Dual =
            Closed
                {
                    new IClosedDual with
                        member _.Value m = 2.0 / Math.PI * atan2 (2.0 * m.Uv) (Moments.determinant 2.0 m)
                        member _.Slope m = 4.0 / Math.PI / Moments.determinant 2.0 m

                        member _.TensorValue m =
                            torch.atan2 (PolarPair.by 2.0 m.Uv, PolarPair.determinant 2.0 m)
                            |> PolarPair.by (2.0 / Math.PI)

                        member _.TensorSlope m =
                            (PolarPair.determinant 2.0 m).reciprocal() |> PolarPair.by (4.0 / Math.PI)
                }
        Latex =
            fun pair ->
                let k, xx, zz = pair.K, pair.Xx, pair.Zz

                $@"\frac{{2}}{{\pi}}\arcsin\frac{{2%s{k}}}{{\sqrt{{\left(1+2%s{xx}\right)\left(1+2%s{zz}\right)}}}}",
                $@"\frac{{4}}{{\pi}}\left(\left(1+2%s{xx}\right)\left(1+2%s{zz}\right)-4%s{k}^2\right)^{{-1/2}}"
    }

    let entry = Plain activation
