namespace NtkPipeline.Core

open System.Globalization
open FParsec

/// Reads a network's text, input side first. Grammar:
///     network := part [ '|' 'scale(' alpha ')' ] [ '|' 'centred' ]
///     part    := layer ('|' layer)*
///     layer   := 'dense' width ('w=' number | 'b=' number | 'param=' ('ntk' | 'standard'))*
///              | activation | 'layer-norm' [ '(' eps ')' ] | 'residual(' part ')' | 'repeat(' count ',' part ')'
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

    /// Runs a parser and then a check; what the check refuses is shown at the parser's start.
    let private only (check: 'a -> Result<'b, string>) (parser: Parser<'a>) : Parser<'b> =
        fun stream ->
            let start = stream.State
            let reply = parser stream

            if reply.Status <> Ok then
                Reply(reply.Status, reply.Error)
            else
                match check reply.Result with
                | Result.Ok value -> Reply(value)
                | Result.Error reason ->
                    stream.BacktrackTo start
                    Reply(FatalError, messageError reason)

    let private token (text: string) : Parser<string> = pstring text .>> spaces

    let private real: Parser<float> =
        let digits = NumberLiteralOptions.AllowFraction ||| NumberLiteralOptions.AllowExponent
        let literal = numberLiteral (digits ||| NumberLiteralOptions.AllowMinusSign) "number"

        literal .>> spaces
        |> only (fun literal ->
            match
                System.Double.TryParse(literal.String, NumberStyles.Float, CultureInfo.InvariantCulture)
            with
            | true, value when System.Double.IsFinite value -> Result.Ok value
            | _ -> Result.Error $"'%s{literal.String}' is not a number that fits 64 bits")

    let private whole: Parser<int> = pint32 <?> "whole number" .>> spaces

    let private word: Parser<string> =
        many1Satisfy2L isAsciiLower (fun c -> isAsciiLower c || isDigit c || c = '-') "layer" .>> spaces

    let private argument (parser: Parser<'t>) : Parser<'t> = between (token "(") (token ")") parser

    type private DenseSetting =
        | W of float
        | B of float
        | Param of Parameterisation

    let private denseSetting: Parser<DenseSetting> =
        choice [
            token "w=" >>. real |>> W
            token "b=" >>. real |>> B
            token "param=" >>. ((token "ntk" >>% Param Ntk) <|> (token "standard" >>% Param Standard))
        ]

    let private prior (settings: DenseSetting list) =
        let kind =
            function
            | W _ -> "w="
            | B _ -> "b="
            | Param _ -> "param="

        match settings |> List.countBy kind |> List.tryFind (fun (_, count) -> count > 1) with
        | Some(name, _) -> Result.Error $"%s{name} is given twice"
        | None ->
            let w =
                settings
                |> List.tryPick (function
                    | W w -> Some w
                    | B _
                    | Param _ -> None)

            let b =
                settings
                |> List.tryPick (function
                    | B b -> Some b
                    | W _
                    | Param _ -> None)

            let p =
                settings
                |> List.tryPick (function
                    | Param p -> Some p
                    | W _
                    | B _ -> None)

            Prior.create (defaultArg w 1.0) (defaultArg b 0.0) (defaultArg p Ntk)

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
            elif place.Depth > 0 || place.Below = Shape.Input then
                Result.Error $"%s{name} stands after the last layer of the network"
            else
                Result.Ok([], set place)

    let private dense: Parser<Step> =
        (whole |> only Width.create) .>>. (many denseSetting |> only prior) |>> (Dense >> stand)

    let private forwarded = createParserForwardedToRef<Layer list, Place>()

    let private layers: Parser<Layer list> = fst forwarded

    let private deepest = 64

    /// A part in brackets, and the shape that stood below it.
    let private part (parser: Parser<'t>) : Parser<Shape * 't> =
        let enter =
            getUserState
            |> only (fun place ->
                if place.Depth < deepest then
                    Result.Ok place
                else
                    Result.Error $"parts stand in at most %d{deepest} brackets")

        enter
        >>= fun place ->
            setUserState { place with Depth = place.Depth + 1 } >>. argument parser
            .>> updateUserState (fun inner -> { inner with Depth = place.Depth })
            |>> fun inner -> place.Below, inner

    let private residual: Parser<Step> =
        part layers
        |>> fun (below, branch) -> fun place -> stand (Residual branch) { place with Below = below }

    let private repeat: Parser<Step> =
        let count =
            whole
            |> only (fun count ->
                if count >= 1 && count <= 1000 then
                    Result.Ok count
                else
                    Result.Error $"a part is repeated 1 to 1000 times, not %d{count}")

        part (count .>> token "," .>>. layers)
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
        Activation.all
        |> List.map (fun activation ->
            let name = (Activation.print activation).Split('(')[0]

            match activation with
            | LeakyRelu _ -> name, argument real |>> LeakyRelu
            | Rbf _ -> name, argument real |>> Rbf
            | Monomial _ -> name, argument whole |>> Monomial
            | Relu
            | Abs
            | Erf
            | Gelu
            | Sin
            | Cos
            | Gaussian
            | ExpNormalised
            | Identity
            | Tanh
            | Softplus
            | Silu
            | Sigmoid -> name, preturn activation)

    let private names: Map<string, Parser<Step>> =
        Map.ofList [
            "dense", dense
            "layer-norm", (argument real <|>% 0.0) |>> (LayerNorm >> stand)
            "residual", residual
            "repeat", repeat
            "scale",
            argument real |> only (fun alpha -> Network.checkScale alpha)
            |>> fun alpha -> ending "scale" _.Scale.IsSome (fun place -> { place with Scale = Some alpha })
            "centred", preturn (ending "centred" _.IsCentred (fun place -> { place with IsCentred = true }))
            for name, parser in activations do
                name, parser |> only Activation.check |>> (Activate >> stand)
        ]

    let private named: Parser<Parser<Step>> =
        word
        |> only (fun name ->
            match Map.tryFind name names with
            | Some rest -> Result.Ok rest
            | None ->
                let known = names.Keys |> String.concat ", "
                Result.Error $"there is no layer '%s{name}'; there are %s{known}")

    /// A layer that cannot stand where it is is shown at its name.
    let private layer: Parser<Layer list> =
        named >>= id .>>. getUserState
        |> only (fun (step, place) -> step place)
        >>= fun (layers, place) -> setUserState place >>% layers

    (snd forwarded).Value <- sepBy1 layer (token "|") |>> List.concat

    /// The network that a text describes, or what is wrong with the text, with a caret under the place.
    let parse (text: string) : Result<Network, string> =
        let start = { Below = Shape.Input; Depth = 0; Scale = None; IsCentred = false }

        match runParserOnString (spaces >>. layers .>> eof) start "" text with
        | Success(layers, place, _) ->
            Network.create layers
            |> Result.bind (Network.scaled (defaultArg place.Scale 1.0))
            |> Result.map (if place.IsCentred then Network.centred else id)
        | Failure(message, _, _) -> Result.Error(message.Trim())
