namespace NtkPipeline.Core

open System.Globalization
open FParsec

/// Networks as text, input side first: `dense 512 | relu | dense 1`. Grammar:
///     network := layer ('|' layer)*
///     layer   := 'dense' width ('w=' number | 'b=' number | 'param=' ('ntk' | 'standard'))*
///              | activation | 'layer-norm' [ '(' eps ')' ] | 'residual(' network ')' | 'repeat(' count ',' network ')'
/// `repeat` is a shorthand: printing writes its layers out.
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
    let print (network: Network) : string = printLayers network.Layers

    // The parser carries the shape below the place it has reached, so that a layer that cannot stand there is refused there.
    type private Parser<'t> = Parser<'t, Shape>

    /// Runs a parser and then a check; what the check refuses is shown at the parser's start.
    let private refusing
        (check: 'a -> Shape -> Result<'b * Shape, string>)
        (parser: Parser<'a>)
        : Parser<'b> =
        fun stream ->
            let start = stream.State
            let reply = parser stream

            if reply.Status <> Ok then
                Reply(reply.Status, reply.Error)
            else
                match check reply.Result stream.UserState with
                | Result.Ok(value, shape) ->
                    stream.UserState <- shape
                    Reply(value)
                | Result.Error reason ->
                    stream.BacktrackTo start
                    Reply(FatalError, messageError reason)

    /// A check that leaves the shape as it is.
    let private only (check: 'a -> Result<'b, string>) (parser: Parser<'a>) : Parser<'b> =
        parser |> refusing (fun value shape -> check value |> Result.map (fun value -> value, shape))

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

    let private stand (layer: Layer) (shape: Shape) =
        Shape.above shape layer |> Result.map (fun above -> [ layer ], above)

    let private dense: Parser<Layer list> =
        (whole |> only Width.create) .>>. (many denseSetting |> only prior) |>> Dense |> refusing stand

    let private layers, private layersRef = createParserForwardedToRef<Layer list, Shape>()

    /// The branch is parsed above the residual's input, then checked as a whole.
    let private residual: Parser<Layer list> =
        let enter: Parser<Shape> =
            getUserState
            |> only (function
                | Shape.Input ->
                    Result.Error "a residual needs a dense layer before it, for its input's width"
                | shape -> Result.Ok shape)

        pipe2 enter (argument layers) (fun shape branch -> shape, Residual branch)
        |> refusing (fun (below, layer) _ -> stand layer below)

    let private repeat: Parser<Layer list> =
        let count =
            whole
            |> only (fun count ->
                if count >= 1 && count <= 1000 then
                    Result.Ok count
                else
                    Result.Error $"a part is repeated 1 to 1000 times, not %d{count}")

        argument (count .>> token "," .>>. layers)
        |> refusing (fun (count, part) shape ->
            if count * part.Length > Network.mostLayers then
                Result.Error $"a network has at most %d{Network.mostLayers} layers"
            else
                let again = List.replicate (count - 1) part |> List.concat

                (Result.Ok shape, again)
                ||> List.fold (fun below layer ->
                    below |> Result.bind (fun shape -> Shape.above shape layer))
                |> Result.map (fun above -> part @ again, above))

    let private activate (parser: Parser<Activation>) : Parser<Layer list> =
        parser |> only Activation.check |>> Activate |> refusing stand

    /// What follows each activation's name.
    let private activationNames: (string * Parser<Activation>) list =
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

    let private names: Map<string, Parser<Layer list>> =
        Map.ofList [
            "dense", dense
            "layer-norm", (argument real <|>% 0.0) |>> LayerNorm |> refusing stand
            "residual", residual
            "repeat", repeat
            for name, parser in activationNames do
                name, activate parser
        ]

    let private layer: Parser<Layer list> =
        fun stream ->
            let start = stream.State
            let reply = word stream

            if reply.Status <> Ok then
                Reply(reply.Status, reply.Error)
            else
                match Map.tryFind reply.Result names with
                | Some rest ->
                    let body = rest stream

                    // A layer that cannot stand here is shown at its name.
                    if body.Status = FatalError && stream.State = start then
                        stream.BacktrackTo start

                    body
                | None ->
                    stream.BacktrackTo start
                    let known = names.Keys |> String.concat ", "

                    Reply(
                        FatalError,
                        messageError $"there is no layer '%s{reply.Result}'; there are %s{known}"
                    )

    layersRef.Value <- sepBy1 layer (token "|") |>> List.concat

    /// The network that a text describes, or what is wrong with the text, with a caret under the place.
    let parse (text: string) : Result<Network, string> =
        match runParserOnString (spaces >>. layers .>> eof) Shape.Input "" text with
        | Success(layers, _, _) -> Network.create layers
        | Failure(message, _, _) -> Result.Error(message.Trim())
