namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What a group of an encoder's parameters is for. `Bias` and `Norm` are all biases, and all gains and shifts, of one block together.
[<RequireQualifiedAccess>]
type TangentKind =
    | Words
    | Positions
    | Types
    | Query
    | Key
    | Value
    | Attended
    | Inner
    | Outer
    | Bias
    | Norm

[<RequireQualifiedAccess>]
module TangentKind =

    let print (kind: TangentKind) : string =
        match kind with
        | TangentKind.Words -> "words"
        | TangentKind.Positions -> "positions"
        | TangentKind.Types -> "types"
        | TangentKind.Query -> "query"
        | TangentKind.Key -> "key"
        | TangentKind.Value -> "value"
        | TangentKind.Attended -> "attended"
        | TangentKind.Inner -> "inner"
        | TangentKind.Outer -> "outer"
        | TangentKind.Bias -> "bias"
        | TangentKind.Norm -> "norm"

    /// The weights of a block's dense layers, in the order in which they are applied.
    let dense: TangentKind list = [
        TangentKind.Query
        TangentKind.Key
        TangentKind.Value
        TangentKind.Attended
        TangentKind.Inner
        TangentKind.Outer
    ]

    let all: TangentKind list = [
        TangentKind.Words
        TangentKind.Positions
        TangentKind.Types
        yield! dense
        TangentKind.Bias
        TangentKind.Norm
    ]

    let parse (text: string) : Result<TangentKind, string> =
        PrintedUnion.parse "a kind of parameters" print all text

/// A group of an encoder's parameters: the tangent kernel is the sum of theirs.
type TangentPart = {
    /// The block, counted from 0; none: the embeddings.
    Layer: int option
    Kind: TangentKind
}

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix); RequireQualifiedAccess>]
module TangentPart =

    /// "embeddings", "layer 3".
    let printLayer (layer: int option) : string =
        match layer with
        | None -> "embeddings"
        | Some number -> $"layer %d{number}"

    /// "embeddings: words", "layer 3: query".
    let print (part: TangentPart) : string = $"%s{printLayer part.Layer}: %s{TangentKind.print part.Kind}"

    let parse (text: string) : Result<TangentPart, string> =
        let refuse () = Error $"'%s{text}' is not a part of an encoder; write layer 3: query"

        match text.Split ": " with
        | [| "embeddings"; kind |] ->
            TangentKind.parse kind |> Result.map (fun kind -> { Layer = None; Kind = kind })
        | [| layer; kind |] when layer.StartsWith "layer " ->
            match System.Int32.TryParse(layer.Substring 6) with
            | true, number when number >= 0 ->
                TangentKind.parse kind |> Result.map (fun kind -> { Layer = Some number; Kind = kind })
            | _ -> refuse ()
        | _ -> refuse ()

    /// Every part of an encoder, in the order in which its columns stand.
    let all (shape: EncoderShape) : TangentPart list = [
        for kind in
            [
                TangentKind.Words
                TangentKind.Positions
                TangentKind.Types
                TangentKind.Norm
            ] do
            { Layer = None; Kind = kind }

        for number in 0 .. shape.Layers - 1 do
            for kind in TangentKind.dense @ [ TangentKind.Bias; TangentKind.Norm ] do
                { Layer = Some number; Kind = kind }
    ]

/// Where a part's columns stand.
type TangentColumns = { Part: TangentPart; Start: int; Count: int }

[<RequireQualifiedAccess>]
module TangentColumns =

    /// Parts side by side, each with so many columns.
    let layOut (parts: (TangentPart * int) list) : TangentColumns list =
        (0, parts)
        ||> List.mapFold (fun start (part, count) ->
            { Part = part; Start = start; Count = count }, start + count)
        |> fst

    /// How many columns these are.
    let count (columns: TangentColumns list) : int = columns |> List.sumBy _.Count
