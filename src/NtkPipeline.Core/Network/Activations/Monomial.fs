namespace NtkPipeline.Core

open System
open MathNet.Numerics
open TorchSharp

/// xⁿ, with E[uⁿvⁿ]/(UV)ⁿ a polynomial in the cosine (Isserlis 1918).
[<RequireQualifiedAccess>]
module Monomial =

    /// By n and k: n!² / (k! · ((n−k)/2)!² · 2ⁿ⁻ᵏ) where k ≡ n (mod 2), else 0.
    let private table: Lazy<float[][]> =
        lazy
            (let factorial (n: int) = SpecialFunctions.Factorial n

             Array.init 17 (fun n ->
                 Array.init (n + 1) (fun k ->
                     if (n - k) % 2 <> 0 then
                         0.0
                     else
                         let half = (n - k) / 2
                         let ways = factorial n / factorial half / pown 2.0 half
                         ways * ways / factorial k)))

    /// E[uⁿvⁿ]/(UV)ⁿ by Horner's rule.
    let private polynomial (power: int) (cos: float) =
        let coefficients = table.Value[power]
        let mutable sum = 0.0

        for k in power .. -1 .. 0 do
            sum <- sum * cos + coefficients[k]

        sum

    let private tensorPolynomial (power: int) (cos: torch.Tensor) =
        table.Value[power]
        |> Array.rev
        |> Array.fold
            (fun (sum: torch.Tensor) coefficient -> sum * cos + PolarPair.number coefficient)
            (torch.zeros_like cos)

    let private raised (x: torch.Tensor) (power: int) = x.pow ((float power).ToScalar())

    let private phi (power: int) = {
        new IActivationFunction with
            member _.Value x = pown x power
            member _.Slope x = float power * pown x (power - 1)
            member _.Apply x = raised x power
    }

    let private dual (power: int) = {
        new IClosedDual with
            member _.Value m = pown (m.U * m.V) power * polynomial power m.Cos

            member _.Slope m =
                float (power * power) * pown (m.U * m.V) (power - 1) * polynomial (power - 1) m.Cos

            member _.TensorValue m = raised (m.U * m.V) power * tensorPolynomial power m.Cos

            member _.TensorSlope m =
                raised (m.U * m.V) (power - 1) * tensorPolynomial (power - 1) m.Cos
                |> PolarPair.by (float (power * power))
    }

    /// n!² / (j!·((n−j)/2)!²·2ⁿ⁻ʲ)·K^j·(K_xx K_zz)^((n−j)/2), summed over j.
    let private sum (power: int) (pair: PairLatex) =
        let raised (what: string) (exponent: int) =
            match exponent with
            | 0 -> ""
            | 1 -> what
            | _ -> $"%s{what}^{{%d{exponent}}}"

        table.Value[power]
        |> Array.mapi (fun j coefficient -> j, coefficient)
        |> Array.rev
        |> Array.filter (fun (_, coefficient) -> coefficient <> 0.0)
        |> Array.map (fun (j, coefficient) ->
            let half = (power - j) / 2
            let moments = raised pair.Xx half + raised pair.Zz half + raised pair.K j

            if moments = "" then PairLatex.number coefficient
            elif coefficient = 1.0 then moments
            else PairLatex.number coefficient + @"\," + moments)
        |> String.concat " + "

    let private latex (power: int) (pair: PairLatex) =
        let inner = sum (power - 1) pair
        let inner = if inner.Contains " + " then $@"\left(%s{inner}\right)" else inner
        sum power pair, PairLatex.times (float (power * power)) + inner

    let private ofPower (power: int) : Activation = {
        Text = $"monomial(%d{power})"
        Parity = if power % 2 = 0 then Even else Odd
        Degree = ValueSome power
        Function = ValueSome(phi power)
        Dual = Closed(dual power)
        Latex = latex power
    }

    let create (power: int) : Result<Activation, string> =
        if power < 1 || power > 16 then
            Error $"the power of a monomial is 1 to 16, not %d{power}"
        else
            Ok(ofPower power)

    let entry = OfWhole("monomial", ofPower 2, create)
