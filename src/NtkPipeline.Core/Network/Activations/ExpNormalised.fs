namespace NtkPipeline.Core

/// Acts on kernels only: K → s·exp(K/s − 1), s = √(K_xx K_zz).
[<RequireQualifiedAccess>]
module ExpNormalised =

    let activation: Activation = {
        Text = "exp-normalised"
        Parity = Neither
        Degree = ValueNone
        Function = ValueNone
        Dual =
            Closed
                {
                    new IClosedDual with
                        member _.Value m = m.U * m.V * exp -m.Versine
                        member _.Slope m = exp -m.Versine
                        member _.TensorValue m = m.U * m.V * m.Versine.neg().exp()
                        member _.TensorSlope m = m.Versine.neg().exp()
                }
        Latex =
            fun pair ->
                let decay = $@"e^{{%s{pair.K}/%s{pair.Norm}-1}}"
                $@"%s{pair.Norm}\,%s{decay}", decay
    }

    let entry = Plain activation
