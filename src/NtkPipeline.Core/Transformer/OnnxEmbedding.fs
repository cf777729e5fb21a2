namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open NtkPipeline.Core.OnnxPatterns

/// The sum of word, position and type embeddings as it stands in a graph.
[<NoComparison>]
type OnnxEmbedding = { Words: OnnxTensor; Positions: OnnxTensor; Types: OnnxTensor }

/// What is no sum of the three says what is missing or unknown: a clause after a file's name.
[<RequireQualifiedAccess>]
module internal OnnxEmbedding =

    /// By what a table's rows are taken.
    [<RequireQualifiedAccess>]
    type private Index =
        | Words
        | Positions
        | Types
        | Unknown

    /// The numbers of a constant, or of its beginning.
    let private (|Start|_|) graph value =
        match value with
        | Wholes graph numbers
        | Op graph "Slice" (Wholes graph numbers :: Wholes graph [ 0L ] :: _)
        | Op graph "Slice" (Wholes graph numbers :: Wholes graph [ 0L; 0L ] :: _) -> Some numbers
        | _ -> None

    /// Positions are 0, 1, 2 … whatever the text is; types are given, or 0.
    let rec private indexOf graph value =
        match value with
        | "input_ids" -> Index.Words
        | "token_type_ids" -> Index.Types
        | Op graph "Unsqueeze" (inner :: _)
        | Op graph "Cast" (inner :: _)
        | Op graph "Expand" (inner :: _)
        | Op graph "Reshape" (inner :: _) -> indexOf graph inner
        | Op graph "Range" [ Scalar graph 0.0; _; Scalar graph 1.0 ] -> Index.Positions
        | Start graph (first :: others) ->
            if first = 0L && List.forall ((=) 0L) others then Index.Types
            elif first :: others = [ 0L .. int64 others.Length ] then Index.Positions
            else Index.Unknown
        | _ -> Index.Unknown

    let rec private terms graph value =
        match value with
        | Op graph "Add" [ left; right ] -> terms graph left @ terms graph right
        | other -> [ other ]

    let private table graph value =
        match value with
        | Node graph "Gather" ({ Inputs = [ Constant graph table; index ] } as node) when
            attribute node "axis" (OnnxAttribute.Whole 0L) = OnnxAttribute.Whole 0L
            ->
            match indexOf graph index with
            | Index.Unknown ->
                Error
                    $"rows of '%s{table.Name}' are taken by %s{OnnxBlock.describe graph index}, which is neither input_ids nor token_type_ids nor 0, 1, 2 …"
            | known -> Ok(known, table)
        | _ -> OnnxBlock.expect graph "rows of a table, by which an encoder's embeddings are added" value None

    /// The tables whose rows' sum a value is.
    let read (graph: OnnxGraph) (sum: string) : Result<OnnxEmbedding, string> =
        result {
            let! tables = terms graph sum |> List.traverseResultM (table graph)

            let one index =
                match tables |> List.filter (fun (other, _) -> other = index) with
                | [ _, table ] -> Some table
                | _ -> None

            match one Index.Words, one Index.Positions, one Index.Types with
            | Some words, Some positions, Some types when tables.Length = 3 ->
                return { Words = words; Positions = positions; Types = types }
            | _ ->
                return!
                    OnnxBlock.expect
                        graph
                        "the sum of three embeddings: words, positions and token types"
                        sum
                        None
        }

    /// Whether a value is, or begins as, rows of tables.
    let isSum (graph: OnnxGraph) (value: string) : bool =
        terms graph value
        |> List.exists (fun term ->
            match term with
            | Op graph "Gather" _ -> true
            | _ -> false)
