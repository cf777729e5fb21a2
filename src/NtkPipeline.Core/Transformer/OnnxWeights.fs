namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// The encoder that an ONNX file holds, read by what its graph does, never by its names, numbers or order: exporters lose the names of
/// weights and store them transposed. Every part is checked (gelu, scale of the scores, mask, heads, positions), and what is not
/// BERT's (Devlin et al. 2019) is refused with its place.
[<RequireQualifiedAccess>]
module OnnxWeights =

    /// The blocks below a LayerNorm, first block first, and the LayerNorm of the embeddings.
    let rec private blocks graph (norm: OnnxNorm) (above: OnnxBlock list) =
        result {
            if OnnxEmbedding.isSum graph norm.Input then
                return norm, above
            else
                let! block = OnnxBlock.read graph norm
                let! below = OnnxBlock.norm graph block.Input
                return! blocks graph below (block :: above)
        }

    /// Operators of files that are no float32 networks as they were trained.
    let private changed (node: OnnxNode) =
        if node.Operator.StartsWith "com.microsoft." then
            Some "put together by ONNX Runtime's optimiser"
        elif
            node.Operator.Contains "Integer" || node.Operator.Contains "Linear" && node.Operator <> "Linear"
        then
            Some "quantised"
        else
            None

    /// The output that a LayerNorm gives.
    let private outputNorm (graph: OnnxGraph) =
        match
            graph.Nodes |> List.tryPick (fun node -> changed node |> Option.map (fun how -> node, how)),
            graph.Outputs |> List.map (OnnxBlock.norm graph)
        with
        | Some(node, how), _ ->
            Error
                $"it is %s{how} (its node '%s{node.Name}' is %s{node.Operator}), and the float32 original is wanted"
        | None, [] -> Error "its graph has no output"
        | None, first :: others -> first :: others |> List.tryFind Result.isOk |> Option.defaultValue first

    let private dimensions (sizes: int64 list) = String.Join(" × ", sizes)

    let private parameter sizes (name, (tensor: OnnxTensor), isTransposed) =
        let wanted = Map.find name sizes |> List.ofArray
        let stored = if isTransposed then List.rev wanted else wanted

        if tensor.Sizes <> stored then
            Error
                $"its '%s{tensor.Name}' is %s{dimensions tensor.Sizes}, and as %s{name} it should be %s{dimensions stored}"
        else
            OnnxTensor.reals tensor
            |> Result.bind (fun values ->
                match values |> Array.tryFind (Single.IsFinite >> not) with
                | Some _ -> Error $"its '%s{tensor.Name}' holds a number that is not finite"
                | None when isTransposed ->
                    let rows, columns = int wanted[0], int wanted[1]
                    Ok(name, Array.init values.Length (fun k -> values[(k % columns) * rows + k / columns]))
                | None -> Ok(name, values))

    /// A weight that two layers share has one gradient, not two.
    let private firstShared (blocks: OnnxBlock list) =
        blocks
        |> List.collect _.Dense
        |> List.countBy (fun (_, dense) -> dense.Weight.Name)
        |> List.tryFind (fun (_, count) -> count > 1)

    let private size place (tensor: OnnxTensor) =
        match List.tryItem place tensor.Sizes with
        | Some size -> int size
        | None -> 0

    let private ofGraph (graph: OnnxGraph) =
        result {
            let! last = outputNorm graph
            let! first, blocks = blocks graph last []
            let! embedding = OnnxEmbedding.read graph first.Input

            let norms = [
                EncoderShape.embeddingNorm, first
                for number, block in List.indexed blocks do
                    for name, norm in block.Norms do
                        EncoderShape.layer number + name, norm
            ]

            let dense = [
                for number, block in List.indexed blocks do
                    for name, dense in block.Dense do
                        EncoderShape.layer number + name, dense
            ]

            let! heads =
                match blocks |> List.map _.Heads |> List.distinct, firstShared blocks with
                | _, Some(name, count) -> Error $"%d{count} dense layers share the weight '%s{name}'"
                | [ heads ], None -> Ok heads
                | [], None -> Error "it has embeddings and no block after them"
                | several, None -> Error $"its blocks have different numbers of heads, %A{several}"

            let! epsilon =
                match norms |> List.map (fun (_, norm) -> norm.Epsilon) |> List.distinct with
                | [ epsilon ] -> Ok epsilon
                | several -> Error $"its LayerNorms add different numbers to the variance, %A{several}"

            let shape = {
                Layers = blocks.Length
                Width = size 1 embedding.Words
                Heads = heads
                Inner =
                    dense
                    |> List.tryFind (fun (name, _) -> name.EndsWith EncoderShape.inner)
                    |> Option.map (fun (_, inner) -> size 0 inner.Bias)
                    |> Option.defaultValue 0
                Words = size 0 embedding.Words
                Positions = size 0 embedding.Positions
                Types = size 0 embedding.Types
                Epsilon = epsilon
            }

            let sizes = Map.ofList (EncoderShape.parameters shape)

            let! values =
                [
                    EncoderShape.words, embedding.Words, false
                    EncoderShape.positions, embedding.Positions, false
                    EncoderShape.types, embedding.Types, false
                    for name, norm in norms do
                        name + ".weight", norm.Gain, false
                        name + ".bias", norm.Shift, false
                    for name, dense in dense do
                        name + ".weight", dense.Weight, dense.InFirst
                        name + ".bias", dense.Bias, false
                ]
                |> List.traverseResultM (parameter sizes)

            return shape, Map.ofList values
        }

    let private mostOfClause = 800

    /// The encoder in a file's bytes; `name` is the file, for refusals (`DataRefused`). How its vectors are pooled no graph says.
    let read (name: string) (pooling: Pooling) (bytes: byte[]) : Result<EncoderWeights, PipelineError> =
        OnnxGraph.read bytes
        |> Result.bind ofGraph
        |> Result.map (fun (shape, values) -> { Shape = shape; Pooling = pooling; Values = values })
        |> Result.mapError (fun clause ->
            // It may hold names of the graph, which are as long as they like.
            let clause =
                if clause.Length <= mostOfClause then
                    clause
                else
                    clause[.. mostOfClause - 1] + "…"

            DataRefused $"%s{name}: it cannot be read as a BERT encoder with parameters: %s{clause}.")
