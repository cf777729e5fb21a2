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

/// One step from input to output.
type Layer =
    | Dense of width: Width * prior: Prior
    | Activate of Activation
    /// (z − mean z)/√(var z + eps) over the units of a row; no trained scale or shift.
    | LayerNorm of eps: float
    /// The input plus what the branch makes of it.
    | Residual of branch: Layer list

/// What stands at one place between layers: how wide it is, and whether its units are independent centred Gaussians in
/// the limit of infinite width, which is what an activation or a layer-norm needs below it.
[<RequireQualifiedAccess>]
type Shape =
    | Input
    | Gaussian of Width
    | Activated of Width

[<RequireQualifiedAccess>]
module Shape =

    /// The shape above a layer, or the reason why the layer cannot stand there.
    let rec above (shape: Shape) (layer: Layer) : Result<Shape, string> =
        match layer, shape with
        | Dense(width, _), _ -> Ok(Shape.Gaussian width)
        | Activate _, Shape.Gaussian width -> Ok(Shape.Activated width)
        | Activate activation, _ ->
            Error $"%s{Activation.print activation} needs a dense layer right before it"
        | LayerNorm eps, Shape.Gaussian _ ->
            if eps >= 0.0 && Double.IsFinite eps then
                Ok shape
            else
                Error "the eps of layer-norm is 0 or above"
        | LayerNorm _, _ -> Error "layer-norm needs a dense layer right before it"
        | Residual _, Shape.Input -> Error "a residual needs a dense layer before it, for its input's width"
        | Residual branch, (Shape.Gaussian width | Shape.Activated width) ->
            aboveAll shape branch
            |> Result.bind (fun top ->
                match List.tryLast branch, top with
                | Some(Dense _), Shape.Gaussian last when last = width -> Ok shape
                | Some(Dense _), Shape.Gaussian last ->
                    Error
                        $"a residual's branch must be as wide as its input: %d{width.Value} units, not %d{last.Value}"
                | _ -> Error "a residual's branch must end in a dense layer of its own")

    /// The shape above several layers, one upon the other.
    and aboveAll (shape: Shape) (layers: Layer list) : Result<Shape, string> =
        layers
        |> List.fold (fun below layer -> below |> Result.bind (fun shape -> above shape layer)) (Ok shape)
