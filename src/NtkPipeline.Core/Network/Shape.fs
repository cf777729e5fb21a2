namespace NtkPipeline.Core

open System

/// What the units at one place between layers are.
[<RequireQualifiedAccess>]
type Units =
    /// The network's inputs.
    | Given
    /// Independent centred Gaussians in the limit of infinite width, which is what an activation or a layer-norm needs below it.
    | Gaussian
    | Activated

/// What has become of a text's tokens at one place between layers. Inputs that are rows are as texts of one token.
[<RequireQualifiedAccess>]
type TokenPlaces =
    | AllThere
    /// A convolution has moved them together.
    | Fewer
    /// Pooled or flattened: one vector a text.
    | Gathered

/// What stands at one place between layers.
type Shape = {
    /// None where it depends on the inputs.
    Width: Width option
    Units: Units
    Places: TokenPlaces
}

[<RequireQualifiedAccess>]
module Shape =

    let input: Shape = { Width = None; Units = Units.Given; Places = TokenPlaces.AllThere }

    let private overTokens (shape: Shape) (layer: TokenLayer) : Result<Shape, string> =
        match layer with
        | _ when shape.Places = TokenPlaces.Gathered ->
            Error $"%s{TokenLayer.name layer} needs tokens below it, and a pool or flatten has left none"
        | TokenLayer.Conv conv ->
            Ok {
                Width = Some conv.Width
                Units = Units.Gaussian
                Places = if Convolution.keepsTokens conv then shape.Places else TokenPlaces.Fewer
            }
        | TokenLayer.Attention _ -> Ok { shape with Units = Units.Gaussian }
        | TokenLayer.MeanPool
        | TokenLayer.SumPool -> Ok { shape with Places = TokenPlaces.Gathered }
        | TokenLayer.Flatten ->
            // Units of unlike tokens are not alike, so no activation stands upon them.
            let units = if shape.Units = Units.Given then Units.Given else Units.Activated
            Ok { Width = None; Units = units; Places = TokenPlaces.Gathered }

    let private before = "a dense layer right before it, or conv or attention"

    /// The shape above a layer, or the reason why the layer cannot stand there.
    let rec above (shape: Shape) (layer: Layer) : Result<Shape, string> =
        match layer, shape.Units, shape.Width with
        | Dense(width, _), _, _ -> Ok { shape with Width = Some width; Units = Units.Gaussian }
        | Activate _, Units.Gaussian, _ -> Ok { shape with Units = Units.Activated }
        | Activate activation, _, _ -> Error $"%s{Activation.print activation} needs %s{before}"
        | LayerNorm eps, Units.Gaussian, _ ->
            if eps >= 0.0 && Double.IsFinite eps then
                Ok shape
            else
                Error "the eps of layer-norm is 0 or above"
        | LayerNorm _, _, _ -> Error $"layer-norm needs %s{before}"
        | Residual branch, (Units.Gaussian | Units.Activated), Some width -> residual shape width branch
        | Residual _, _, _ -> Error "a residual needs a dense layer before it, for its input's width"
        | Tokens layer, _, _ -> overTokens shape layer

    and private residual (shape: Shape) (width: Width) (branch: Layer list) : Result<Shape, string> =
        let start =
            match shape.Places with
            | TokenPlaces.Fewer -> { shape with Places = TokenPlaces.AllThere }
            | TokenPlaces.AllThere
            | TokenPlaces.Gathered -> shape

        aboveAll start branch
        |> Result.bind (fun top ->
            match List.tryLast branch, top.Width with
            | _ when top.Places <> start.Places ->
                Error
                    "a residual's branch keeps every token at its place: no pool, flatten, stride or pad=valid in it"
            | Some(Dense _ | Tokens(TokenLayer.Conv _ | TokenLayer.Attention _)), Some last when last = width ->
                Ok shape
            | Some(Dense _ | Tokens(TokenLayer.Conv _ | TokenLayer.Attention _)), Some last ->
                Error
                    $"a residual's branch must be as wide as its input: %d{width.Value} units, not %d{last.Value}"
            | _ -> Error "a residual's branch must end in a dense layer of its own, or in conv or attention")

    /// The shape above several layers, one upon the other.
    and aboveAll (shape: Shape) (layers: Layer list) : Result<Shape, string> =
        layers
        |> List.fold (fun below layer -> below |> Result.bind (fun shape -> above shape layer)) (Ok shape)
