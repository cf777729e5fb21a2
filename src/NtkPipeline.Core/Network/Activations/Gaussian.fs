namespace NtkPipeline.Core

/// exp(−x²)
[<RequireQualifiedAccess>]
module Gaussian =

    let activation: Activation = {
        Text = "gaussian"
        Parity = Even
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = exp (-x * x)
                        member _.Slope x = -2.0 * x * exp (-x * x)
                        member _.Apply x = x.square().neg().exp()
                }
        Dual =
            Closed
                {
                    new IClosedDual with
                        member _.Value m = 1.0 / Moments.determinant 2.0 m

                        member _.Slope m =
                            let delta = Moments.determinant 2.0 m
                            4.0 * (m.Uv / delta) / delta / delta

                        member _.TensorValue m = (PolarPair.determinant 2.0 m).reciprocal()

                        member _.TensorSlope m =
                            let delta = PolarPair.determinant 2.0 m
                            PolarPair.by 4.0 (m.Uv / delta) / delta / delta
                }
        Latex =
            fun pair ->
                let k, xx, zz = pair.K, pair.Xx, pair.Zz
                let delta = $@"\left(1+2%s{xx}\right)\left(1+2%s{zz}\right)-4%s{k}^2"
                $@"\left(%s{delta}\right)^{{-1/2}}", $@"4%s{k}\left(%s{delta}\right)^{{-3/2}}"
    }

    let entry = Plain activation
