namespace NtkPipeline.Core

open System.Globalization

/// Networks as text, input side first: `dense 512 | relu | dense 1`. The grammar stands at `NetworkParser`.
[<RequireQualifiedAccess>]
module NetworkText =

    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

    let rec private printLayers (layers: Layer list) : string =
        layers |> List.map printLayer |> String.concat " | "

    and private printLayer (layer: Layer) : string =
        match layer with
        | Dense(width, prior) ->
            String.concat " " [
                $"dense %d{width.Value}"
                if prior.WeightScale <> 1.0 then
                    $"w=%s{number prior.WeightScale}"
                if prior.HasBias then
                    $"b=%s{number prior.BiasScale}"
                match prior.Parameterisation with
                | Ntk -> ()
                | Standard -> "param=standard"
            ]
        | Activate activation -> Activation.print activation
        | LayerNorm 0.0 -> "layer-norm"
        | LayerNorm eps -> $"layer-norm(%s{number eps})"
        | Residual branch -> $"residual(%s{printLayers branch})"

    /// Defaults are left out.
    let print (network: Network) : string =
        String.concat " | " [
            printLayers network.Layers
            if network.OutputScale <> 1.0 then
                $"scale(%s{number network.OutputScale})"
            if network.Centred then
                "centred"
        ]

    /// The network that a text describes, or what is wrong with the text, with a caret under the place.
    let parse (text: string) : Result<Network, string> = NetworkParser.parse text
