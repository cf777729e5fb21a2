namespace NtkPipeline.Core

open FParsec

/// Reads a network's text, input side first. Grammar:
///     network := part [ '|' 'scale(' alpha ')' ] [ '|' 'centred' ]
///     part    := layer ('|' layer)*
///     layer   := 'dense' width ('w=' number | 'b=' number | 'param=' ('ntk' | 'standard'))*
///              | activation | 'layer-norm' [ '(' eps ')' ] | 'residual(' part ')' | 'repeat(' count ',' part ')'
///              | a layer over tokens: see `TokenParser`
/// `scale` and `centred` may also stand the other way round; both mean α·(y(x; θ) − y(x; θ₀)). `repeat` is a shorthand:
/// printing writes its layers out.
[<RequireQualifiedAccess>]
module internal NetworkParser =

    /// What the parser carries: the shape below the place it has reached, so that a layer that cannot stand there is refused
    /// there; how many brackets it is in; and what it has found of the network's end.
    type private Place = { Below: Shape; Depth: int; Scale: float option; IsCentred: bool }

    type private Parser<'t> = Parser<'t, Place>

    /// What a part of the text adds above a place: its layers and the new place, or the reason why it cannot stand there.
    type private Step = Place -> Result<Layer list * Place, string>

    let private stand (layer: Layer) : Step =
        fun place ->
            if place.Scale.IsSome || place.IsCentred then
                Result.Error "no layer stands after scale or centred"
            else
                Shape.above place.Below layer
                |> Result.map (fun above -> [ layer ], { place with Below = above })

    /// What is made of the whole network's output: once, after its last layer.
    let private ending (name: string) (isGiven: Place -> bool) (set: Place -> Place) : Step =
        fun place ->
            if isGiven place then
                Result.Error $"%s{name} is given twice"
            elif place.Depth > 0 || place.Below = Shape.input then
                Result.Error $"%s{name} stands after the last layer of the network"
            else
                Result.Ok([], set place)

    let private dense: Parser<Step> = DenseParser.parser |>> (Dense >> stand)

    let private forwarded = createParserForwardedToRef<Layer list, Place>()

    let private layers: Parser<Layer list> = fst forwarded

    let private deepest = 64

    /// A part in brackets, and the shape that stood below it.
    let private part (parser: Parser<'t>) : Parser<Shape * 't> =
        let enter =
            getUserState
            |> NetworkTokens.only (fun place ->
                if place.Depth < deepest then
                    Result.Ok place
                else
                    Result.Error $"parts stand in at most %d{deepest} brackets")

        enter
        >>= fun place ->
            setUserState { place with Depth = place.Depth + 1 } >>. NetworkTokens.argument parser
            .>> updateUserState (fun inner -> { inner with Depth = place.Depth })
            |>> fun inner -> place.Below, inner

    let private residual: Parser<Step> =
        part layers
        |>> fun (below, branch) -> fun place -> stand (Residual branch) { place with Below = below }

    let private repeat: Parser<Step> =
        let count =
            NetworkTokens.whole
            |> NetworkTokens.only (fun count ->
                if count >= 1 && count <= 1000 then
                    Result.Ok count
                else
                    Result.Error $"a part is repeated 1 to 1000 times, not %d{count}")

        part (count .>> NetworkTokens.token "," .>>. layers)
        |>> fun (_, (count, once)) ->
            fun place ->
                if count * once.Length > Network.mostLayers then
                    Result.Error $"a network has at most %d{Network.mostLayers} layers"
                else
                    let again = List.replicate (count - 1) once |> List.concat

                    Shape.aboveAll place.Below again
                    |> Result.map (fun above -> once @ again, { place with Below = above })

    /// The activations' names, and what follows each.
    let private activations: (string * Parser<Activation>) list =
        Activations.all
        |> List.map (fun entry ->
            match entry with
            | Plain activation -> activation.Text, preturn activation
            | OfReal(name, _, create) ->
                name, NetworkTokens.argument NetworkTokens.real |> NetworkTokens.only create
            | OfWhole(name, _, create) ->
                name, NetworkTokens.argument NetworkTokens.whole |> NetworkTokens.only create)

    let private names: Map<string, Parser<Step>> =
        Map.ofList [
            "dense", dense
            "layer-norm", (NetworkTokens.argument NetworkTokens.real <|>% 0.0) |>> (LayerNorm >> stand)
            "residual", residual
            "repeat", repeat
            "scale",
            NetworkTokens.argument NetworkTokens.real
            |> NetworkTokens.only (fun alpha -> Network.checkScale alpha)
            |>> fun alpha -> ending "scale" _.Scale.IsSome (fun place -> { place with Scale = Some alpha })
            "centred", preturn (ending "centred" _.IsCentred (fun place -> { place with IsCentred = true }))
            for name, parser in TokenParser.names do
                name, parser |>> (Tokens >> stand)
            for name, parser in activations do
                name, parser |>> (Activate >> stand)
        ]

    /// Every name that a text may have.
    let known: string list = List.ofSeq names.Keys

    let private named: Parser<Parser<Step>> =
        NetworkTokens.word
        |> NetworkTokens.only (fun name ->
            match Map.tryFind name names with
            | Some rest -> Result.Ok rest
            | None ->
                let known = names.Keys |> String.concat ", "
                let hint = Nearest.hint names.Keys name
                Result.Error $"there is no layer '%s{PlainLine.ofWords name}'%s{hint}; there are %s{known}")

    /// A layer that cannot stand where it is is shown at its name.
    let private layer: Parser<Layer list> =
        named >>= id .>>. getUserState
        |> NetworkTokens.only (fun (step, place) -> step place)
        >>= fun (layers, place) -> setUserState place >>% layers

    (snd forwarded).Value <- sepBy1 layer (NetworkTokens.token "|") |>> List.concat

    /// The network that a text describes, or what is wrong with the text, with a caret under the place.
    let parse (text: string) : Result<Network, string> =
        let start = { Below = Shape.input; Depth = 0; Scale = None; IsCentred = false }

        match runParserOnString (spaces >>. layers .>> eof) start "" text with
        | Success(layers, place, _) ->
            Network.create layers
            |> Result.bind (Network.scaled (defaultArg place.Scale 1.0))
            |> Result.map (if place.IsCentred then Network.centred else id)
        | Failure(message, error, _) ->
            Result.Error(NetworkMistake.withForm text error.Position.Index message)
