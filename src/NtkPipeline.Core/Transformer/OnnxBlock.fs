namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open NtkPipeline.Core.OnnxPatterns

/// One block of a BERT encoder as it stands in a graph.
[<NoComparison>]
type OnnxBlock = {
    /// The value that the block takes.
    Input: string
    Heads: int
    /// Its six dense layers by `EncoderShape`'s names.
    Dense: (string * OnnxDense) list
    /// Its two LayerNorms by `EncoderShape`'s names.
    Norms: (string * OnnxNorm) list
}

/// A block is read from its output back to its input. What is none says which value is not what it would be: a clause after a file's name.
[<RequireQualifiedAccess>]
module internal OnnxBlock =

    /// A value for a person: by the node that makes it.
    let describe (graph: OnnxGraph) (value: string) : string =
        match Map.tryFind value graph.Makers with
        | Some node -> $"what its node '%s{node.Name}' (%s{node.Operator}) gives"
        | None -> $"its value '%s{value}'"

    let expect (graph: OnnxGraph) (what: string) (value: string) (found: 'a option) : Result<'a, string> =
        match found with
        | Some found -> Ok found
        | None -> Error $"%s{describe graph value} is not %s{what}"

    /// The attention mask, through what only changes its shape and type.
    let rec private isMask graph value =
        match value with
        | "attention_mask" -> true
        | Op graph "Unsqueeze" (inner :: _)
        | Op graph "Cast" (inner :: _)
        | Op graph "Expand" (inner :: _) -> isMask graph inner
        | _ -> false

    /// (1 − mask) · a large negative number.
    let private isGap graph value =
        match value with
        | WithScalar graph "Mul" (hidden, Op graph "Sub" [ Scalar graph 1.0; mask ]) ->
            hidden <= -1000.0 && isMask graph mask
        | _ -> false

    /// The last two of four sizes, heads and the width of a head; one of them may be -1, the rest.
    let private headsOf width (sizes: int64 option list) =
        match List.rev sizes with
        | [ Some -1L; Some heads; _; _ ] when heads > 0L -> Some(heads, width / heads)
        | [ Some size; Some -1L; _; _ ] when size > 0L -> Some(width / size, size)
        | [ Some size; Some heads; _; _ ] -> Some(heads, size)
        | _ -> None
        |> Option.filter (fun (heads, size) -> heads > 0L && size > 0L && heads * size = width)

    /// The value of this width that a Reshape parts by heads, with (heads, width of a head).
    let private (|ByHead|_|) graph width value =
        let size part =
            match part with
            | Scalar graph size
            | Op graph "Unsqueeze" (Scalar graph size :: _) -> Some(int64 size)
            | _ -> None

        match value with
        | Op graph "Reshape" [ x; Wholes graph sizes ] ->
            headsOf width (List.map Some sizes) |> Option.map (fun heads -> x, heads)
        | Op graph "Reshape" [ x; Op graph "Concat" parts ] ->
            headsOf width (List.map size parts) |> Option.map (fun heads -> x, heads)
        | _ -> None

    let private (|Queries|_|) graph width value =
        match value with
        | Transpose graph [ 0L; 2L; 1L; 3L ] (ByHead graph width found) -> Some found
        | _ -> None

    let private (|Keys|_|) graph width value =
        match value with
        | Transpose graph [ 0L; 2L; 3L; 1L ] (ByHead graph width found)
        | Transpose graph [ 0L; 1L; 3L; 2L ] (Queries graph width found) -> Some found
        | _ -> None

    /// q·k times a factor, where the sum of it and of the mask's gap is taken: (factor, q, k), each with its heads.
    let private scores graph width value =
        let ofPart part =
            match part with
            | Product graph (c,
                             [ Op graph "MatMul" [ Product graph (a, [ Queries graph width q ])
                                                   Product graph (b, [ Keys graph width k ]) ] ]) ->
                Some(a * b * c, q, k)
            | _ -> None

        match value with
        | Op graph "Add" [ left; right ] when isGap graph right -> ofPart left
        | Op graph "Add" [ left; right ] when isGap graph left -> ofPart right
        | _ -> None

    /// The value that attention gives → q, k and v, which are not parted by heads, and the number of heads.
    let private attention graph width value =
        let parts =
            match value with
            | Op graph "Reshape" (Transpose graph [ 0L; 2L; 1L; 3L ] (Op graph "MatMul" [ Node graph "Softmax" softmax
                                                                                          Queries graph width v ]) :: _) ->
                match attribute softmax "axis" (OnnxAttribute.Whole -1L), softmax.Inputs with
                | OnnxAttribute.Whole(-1L | 3L), [ sum ] -> Some(sum, v)
                | _ -> None
            | _ -> None

        parts
        |> expect graph "attention: softmax of scores, times values, put together again from heads" value
        |> Result.bind (fun (sum, (v, heads)) ->
            match scores graph width sum with
            | Some(factor, (q, ofQueries), (k, ofKeys)) when ofQueries = heads && ofKeys = heads ->
                if near (factor * sqrt (float (snd heads))) 1.0 then
                    Ok(q, k, v, int (fst heads))
                else
                    Error $"%s{describe graph sum} has q·k times %g{factor}, not 1/√%d{snd heads}"
            | Some _ -> Error $"%s{describe graph sum} has other heads than its values have"
            | None ->
                Error
                    $"%s{describe graph sum} is not q·k times a number, by heads, plus a large negative number where attention_mask is 0")

    /// A dense layer plus the value that it goes around, in either order.
    let private residual graph value : Result<OnnxDense * string, string> =
        match value with
        | Op graph "Add" [ Dense graph dense; around ]
        | Op graph "Add" [ around; Dense graph dense ] -> Some(dense, around)
        | _ -> None
        |> expect graph "a dense layer's output plus what goes around it" value

    let private dense graph value : Result<OnnxDense, string> =
        match value with
        | Dense graph dense -> Some dense
        | _ -> None
        |> expect graph "that of a dense layer" value

    let norm graph value : Result<OnnxNorm, string> =
        match value with
        | Norm graph norm -> Some norm
        | _ -> None
        |> expect graph "that of a LayerNorm" value

    let private gelu graph value =
        match value with
        | Gelu graph x -> Some x
        | _ -> None
        |> expect graph "x Φ(x) with the error function" value

    let private same graph (values: string list) =
        match List.distinct values with
        | [ one ] -> Ok one
        | one :: other :: _ ->
            Error $"%s{describe graph one} and %s{describe graph other} should be one value"
        | [] -> invalidArg (nameof values) "none"

    /// The block whose second LayerNorm is this one.
    let read (graph: OnnxGraph) (outputNorm: OnnxNorm) : Result<OnnxBlock, string> =
        result {
            let width = List.fold (*) 1L outputNorm.Gain.Sizes
            let! outer, middle = residual graph outputNorm.Input
            let! inner = gelu graph outer.Input |> Result.bind (dense graph)
            let! middle = same graph [ inner.Input; middle ]
            let! attentionNorm = norm graph middle
            let! attended, around = residual graph attentionNorm.Input
            let! q, k, v, heads = attention graph width attended.Input
            let! query = dense graph q
            let! key = dense graph k
            let! value = dense graph v
            let! input = same graph [ around; query.Input; key.Input; value.Input ]

            return {
                Input = input
                Heads = heads
                Dense = [
                    EncoderShape.query, query
                    EncoderShape.key, key
                    EncoderShape.value, value
                    EncoderShape.attended, attended
                    EncoderShape.inner, inner
                    EncoderShape.outer, outer
                ]
                Norms = [
                    EncoderShape.attentionNorm, attentionNorm
                    EncoderShape.outputNorm, outputNorm
                ]
            }
        }
