namespace NtkPipeline.Core

open System
open System.Globalization

/// How many units a layer has: at least one.
[<Struct>]
type Width =
    private
    | Width of int

    member this.Value = let (Width units) = this in units

[<RequireQualifiedAccess>]
module Width =

    let one = Width 1

    let create (units: int) : Result<Width, string> =
        if units > 0 then
            Ok(Width units)
        else
            Error $"a width is positive, not %d{units}"

/// How a dense layer's weights are drawn and scaled.
type Parameterisation =
    /// z = (σ_w/√fan_in) W a + σ_b b with standard normal W and b (Jacot et al. 2018).
    | Ntk
    /// z = W a + b with W ~ N(0, σ_w²/fan_in), b ~ N(0, σ_b²) trained as they are (Sohl-Dickstein et al. 2020).
    | Standard

/// A dense layer's σ_w and σ_b. There is no bias where σ_b = 0.
type Prior = private {
    SigmaW: float
    SigmaB: float
    Parameters: Parameterisation
} with

    member this.WeightScale = this.SigmaW
    member this.BiasScale = this.SigmaB
    member this.WeightVariance = this.SigmaW * this.SigmaW
    member this.BiasVariance = this.SigmaB * this.SigmaB
    member this.HasBias = this.SigmaB > 0.0
    member this.Parameterisation = this.Parameters

[<RequireQualifiedAccess>]
module Prior =

    let private text (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

    /// σ_w = 1, no bias, NTK parameterisation.
    let unit: Prior = { SigmaW = 1.0; SigmaB = 0.0; Parameters = Ntk }

    let create
        (weightScale: float)
        (biasScale: float)
        (parameterisation: Parameterisation)
        : Result<Prior, string> =
        if not (weightScale > 0.0 && weightScale <= 1e6) then
            Error $"w is above 0 and at most 1e6, not %s{text weightScale}"
        elif not (biasScale >= 0.0 && biasScale <= 1e6) then
            Error $"b is 0 (no bias) to 1e6, not %s{text biasScale}"
        else
            Ok { SigmaW = weightScale; SigmaB = biasScale; Parameters = parameterisation }
