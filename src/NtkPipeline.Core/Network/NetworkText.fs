namespace NtkPipeline.Core

open System.Globalization

/// Networks as text, input side first: `dense 512 | relu | dense 1`. The grammar stands at `NetworkParser`.
[<RequireQualifiedAccess>]
module NetworkText =

    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

    let private setting (name: string) (usual: float) (value: float) =
        if value = usual then [] else [ $"%s{name}=%s{number value}" ]

    let private printConv (conv: Convolution) =
        String.concat " " [
            $"conv %d{conv.Width.Value} size=%d{conv.Size}"
            match conv.Padding with
            | Padding.Same -> ()
            | Padding.Valid -> "pad=valid"
            if conv.Stride <> 1 then
                $"stride=%d{conv.Stride}"
            yield! setting "w" 1.0 conv.Prior.WeightScale
            yield! setting "b" 0.0 conv.Prior.BiasScale
        ]

    let private printAttention (attention: Attention) =
        String.concat " " [
            $"attention %d{attention.Heads.Value}"
            match attention.Scale with
            | ScoreScale.Linear -> ()
            | ScoreScale.Sqrt -> "scale=sqrt"
            match attention.Scores with
            | ScoreRule.Softmax -> ()
            | ScoreRule.Identity -> "scores=identity"
            | ScoreRule.Relu -> "scores=relu"
            | ScoreRule.Abs -> "scores=abs"
            let scales = attention.Scales
            yield! setting "q" 1.0 scales.Query
            yield! setting "k" 1.0 scales.Key
            yield! setting "v" 1.0 scales.Value
            yield! setting "o" 1.0 scales.Output
            yield! setting "b" 0.0 scales.Bias
            yield! setting "position" 0.0 scales.Position
        ]

    /// A layer over tokens as networks' texts have it.
    let printTokens (layer: TokenLayer) : string =
        match layer with
        | TokenLayer.Conv conv -> printConv conv
        | TokenLayer.Attention attention -> printAttention attention
        | TokenLayer.MeanPool
        | TokenLayer.SumPool
        | TokenLayer.Flatten -> TokenLayer.name layer

    let rec private printLayers (layers: Layer list) : string =
        layers |> List.map printLayer |> String.concat " | "

    and private printLayer (layer: Layer) : string =
        match layer with
        | Dense(width, prior) ->
            String.concat " " [
                $"dense %d{width.Value}"
                yield! setting "w" 1.0 prior.WeightScale
                yield! setting "b" 0.0 prior.BiasScale
                match prior.Parameterisation with
                | Ntk -> ()
                | Standard -> "param=standard"
            ]
        | Activate activation -> Activation.print activation
        | LayerNorm 0.0 -> "layer-norm"
        | LayerNorm eps -> $"layer-norm(%s{number eps})"
        | Residual branch -> $"residual(%s{printLayers branch})"
        | Tokens layer -> printTokens layer

    /// Defaults are left out.
    let print (network: Network) : string =
        String.concat " | " [
            printLayers network.Layers
            if network.OutputScale <> 1.0 then
                $"scale(%s{number network.OutputScale})"
            if network.Centred then
                "centred"
        ]

    /// The network that a text describes, over rows or over tokens, or what is wrong with the text, with a caret under the place.
    let parseAny (text: string) : Result<Network, string> = NetworkParser.parse text

    /// Likewise of a network over rows: one whose layers take tokens together is refused.
    let parse (text: string) : Result<Network, string> = parseAny text |> Result.bind Network.ofRows

    /// Every name that a network's text may have: layers, activations, what stands at the end.
    let names: string list = NetworkParser.known

    /// What `parse` says of a text that is none, in one line, the place as a count of characters.
    let inLine (mistake: string) : string = NetworkMistake.inLine mistake
