namespace NtkPipeline.Core

/// A linear map that a network draws and trains: z = σ_w/√fan_in W a + σ_b b at every row, or at every token. A dense layer is one, a
/// convolution one on its windows, and an attention has several.
type LinearMap = {
    /// The name of the seed that it is drawn from: "dense/0", "conv/2", "attention/0/values".
    Name: string
    FanIn: int
    Width: int
    Prior: Prior
    /// At how many places of a text it acts; 1 above a pool, and of rows.
    Places: int
}

/// The linear maps of a network in the order of its text, which is the order of θ.
[<RequireQualifiedAccess>]
module LinearMaps =

    /// What stands below a layer: units of a token (or of a row), tokens of a text, and how many layers of each kind came before.
    type private Place = { Units: int; Tokens: int; Before: Map<string, int> }

    let private next (kind: string) (place: Place) =
        let before = place.Before |> Map.tryFind kind |> Option.defaultValue 0
        $"%s{kind}/%d{before}", { place with Before = Map.add kind (before + 1) place.Before }

    /// Positional embeddings where there are some, a column a place; queries and keys (one map where they are tied), values, and what joins
    /// the heads. Each head has as many keys and values as there are units below.
    let private ofAttention
        (name: string)
        (places: int)
        (units: int)
        (attention: Attention)
        : LinearMap list =
        let inside = attention.Heads.Value * units

        let map part fanIn width prior = {
            Name = $"%s{name}/%s{part}"
            FanIn = fanIn
            Width = width
            Prior = prior
            Places = places
        }

        [
            if attention.Scales.Position > 0.0 then
                map "positions" places units (Attention.ofPositions attention)
            match attention.Scale with
            | ScoreScale.Linear -> map "keys" units inside Prior.unit
            | ScoreScale.Sqrt ->
                map "queries" units inside Prior.unit
                map "keys" units inside Prior.unit
            map "values" units inside (Attention.ofValues attention)
            map "output" inside units (Attention.ofOutput attention)
        ]

    let private overTokens (place: Place) (layer: TokenLayer) : Place * LinearMap list =
        match layer with
        | TokenLayer.Conv conv ->
            let name, place = next "conv" place
            let width, places = conv.Width.Value, Convolution.places place.Tokens conv

            let map = {
                Name = name
                FanIn = conv.Size * place.Units
                Width = width
                Prior = conv.Prior
                Places = places
            }

            { place with Units = width; Tokens = places }, [ map ]
        | TokenLayer.Attention attention ->
            let name, place = next "attention" place
            place, ofAttention name place.Tokens place.Units attention
        | TokenLayer.MeanPool
        | TokenLayer.SumPool -> { place with Tokens = 1 }, []
        | TokenLayer.Flatten -> { place with Units = place.Units * place.Tokens; Tokens = 1 }, []

    let rec private ofLayers (place: Place) (layers: Layer list) : Place * LinearMap list =
        ((place, []), layers)
        ||> List.fold (fun (place, found) layer ->
            let place, maps =
                match layer with
                | Dense(width, prior) ->
                    let name, after = next "dense" place

                    let map = {
                        Name = name
                        FanIn = place.Units
                        Width = width.Value
                        Prior = prior
                        Places = place.Tokens
                    }

                    { after with Units = width.Value }, [ map ]
                | Activate _
                | LayerNorm _ -> place, []
                | Residual branch -> ofLayers place branch
                | Tokens layer -> overTokens place layer

            place, found @ maps)

    /// At how many places of texts of `tokens` tokens the network has outputs; none where it makes one vector of a text.
    let outputPlaces (tokens: int) (network: Network) : int option =
        if Network.gathers network then
            None
        else
            let top, _ = ofLayers { Units = 1; Tokens = tokens; Before = Map.empty } network.Layers
            Some top.Tokens

    /// Over texts of `tokens` tokens of `features` entries; `tokens` matters to what stands on flatten alone.
    let ofTexts (features: int) (tokens: int) (network: Network) : LinearMap list =
        ofLayers { Units = features; Tokens = tokens; Before = Map.empty } network.Layers |> snd

    /// Over rows of `features` entries: the dense layers.
    let ofRows (features: int) (network: Network) : LinearMap list =
        match Network.ofRows network with
        | Ok network -> ofTexts features 1 network
        | Error reason -> invalidArg (nameof network) reason
