namespace NtkPipeline.Core

open TorchSharp

/// e^(−(U²+V²)/2)·sinh(UVc) and cosh(UVc), the odd and the even part of E[e^(iu)e^(−iv)]: differences of exponentials where
/// sinh would overflow, else sinh itself, which keeps the digits of small UVc.
[<RequireQualifiedAccess>]
module private WaveParts =

    let odd (m: Moments) : float =
        if abs m.Uv < 1.0 then
            exp (-0.5 * (m.Uu + m.Vv)) * sinh m.Uv
        else
            0.5 * (exp (-0.5 * m.Gap) - exp (-0.5 * m.Sum))

    let even (m: Moments) : float = 0.5 * (exp (-0.5 * m.Gap) + exp (-0.5 * m.Sum))

    let private by = PolarPair.by

    let oddTensor (m: PolarPair) : torch.Tensor =
        let uv = m.Uv
        let isSmall = uv.abs().lt(1.0.ToScalar())
        let small = (m.Uu + m.Vv |> by -0.5).exp() * (torch.where (isSmall, uv, torch.zeros_like uv)).sinh()
        let large = by 0.5 ((by -0.5 m.Gap).exp() - (by -0.5 m.Sum).exp())
        torch.where (isSmall, small, large)

    let evenTensor (m: PolarPair) : torch.Tensor = by 0.5 ((by -0.5 m.Gap).exp() + (by -0.5 m.Sum).exp())

    let latex (pair: PairLatex) (what: string) : string =
        $@"e^{{-(%s{pair.Xx}+%s{pair.Zz})/2}}\%s{what} %s{pair.K}"

[<RequireQualifiedAccess>]
module Sin =

    let activation: Activation = {
        Text = "sin"
        Parity = Odd
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = sin x
                        member _.Slope x = cos x
                        member _.Apply x = x.sin ()
                }
        Dual =
            Closed
                {
                    new IClosedDual with
                        member _.Value m = WaveParts.odd m
                        member _.Slope m = WaveParts.even m
                        member _.TensorValue m = WaveParts.oddTensor m
                        member _.TensorSlope m = WaveParts.evenTensor m
                }
        Latex = fun pair -> WaveParts.latex pair "sinh", WaveParts.latex pair "cosh"
    }

    let entry = Plain activation

[<RequireQualifiedAccess>]
module Cos =

    let activation: Activation = {
        Text = "cos"
        Parity = Even
        Degree = ValueNone
        Function =
            ValueSome
                {
                    new IActivationFunction with
                        member _.Value x = cos x
                        member _.Slope x = -(sin x)
                        member _.Apply x = x.cos ()
                }
        Dual =
            Closed
                {
                    new IClosedDual with
                        member _.Value m = WaveParts.even m
                        member _.Slope m = WaveParts.odd m
                        member _.TensorValue m = WaveParts.evenTensor m
                        member _.TensorSlope m = WaveParts.oddTensor m
                }
        Latex = fun pair -> WaveParts.latex pair "cosh", WaveParts.latex pair "sinh"
    }

    let entry = Plain activation
