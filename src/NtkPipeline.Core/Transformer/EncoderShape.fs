namespace NtkPipeline.Core

/// How a model's vectors of a text's tokens become one.
[<RequireQualifiedAccess>]
type Pooling =
    /// Their mean.
    | Mean
    /// The first one, that of [CLS].
    | Cls

/// The sizes of a BERT encoder (Devlin et al. 2019, without the pooler).
type EncoderShape = {
    Layers: int
    /// Columns of a token's vector.
    Width: int
    Heads: int
    /// Columns between the two dense layers of a block.
    Inner: int
    /// Word pieces, positions and token types that have an embedding.
    Words: int
    Positions: int
    Types: int
    /// What a LayerNorm adds to the variance.
    Epsilon: float
}

/// The parameters of an encoder, by the names that Hugging Face gives them, dense weights as (out, in).
[<RequireQualifiedAccess>]
module EncoderShape =

    let words = "embeddings.word_embeddings.weight"
    let positions = "embeddings.position_embeddings.weight"
    let types = "embeddings.token_type_embeddings.weight"
    let embeddingNorm = "embeddings.LayerNorm"

    /// "encoder.layer.3.".
    let layer (number: int) : string = $"encoder.layer.%d{number}."

    /// The dense layers of a block, each with its kind, in the order in which they are applied.
    let query, key, value = "attention.self.query", "attention.self.key", "attention.self.value"

    let attended, outer, inner = "attention.output.dense", "output.dense", "intermediate.dense"
    let attentionNorm, outputNorm = "attention.output.LayerNorm", "output.LayerNorm"

    /// The dense layers of the whole encoder with (out, in), first block first.
    let dense (shape: EncoderShape) : (string * (int * int)) list = [
        for number in 0 .. shape.Layers - 1 do
            for name in [ query; key; value; attended ] do
                layer number + name, (shape.Width, shape.Width)

            layer number + inner, (shape.Inner, shape.Width)
            layer number + outer, (shape.Width, shape.Inner)
    ]

    /// The LayerNorms of the whole encoder, in the order in which they are applied.
    let norms (shape: EncoderShape) : string list = [
        embeddingNorm

        for number in 0 .. shape.Layers - 1 do
            layer number + attentionNorm
            layer number + outputNorm
    ]

    /// Every parameter with its dimensions, in one fixed order.
    let parameters (shape: EncoderShape) : (string * int64[]) list = [
        let width = int64 shape.Width
        words, [| int64 shape.Words; width |]
        positions, [| int64 shape.Positions; width |]
        types, [| int64 shape.Types; width |]

        for name in norms shape do
            name + ".weight", [| width |]
            name + ".bias", [| width |]

        for name, (rows, columns) in dense shape do
            name + ".weight", [| int64 rows; int64 columns |]
            name + ".bias", [| int64 rows |]
    ]

    /// How many numbers the parameters are.
    let count (shape: EncoderShape) : int64 =
        parameters shape |> List.sumBy (fun (_, sizes) -> Array.fold (*) 1L sizes)

/// An encoder: its sizes, and its parameters row by row.
[<NoEquality; NoComparison>]
type EncoderWeights = {
    Shape: EncoderShape
    Pooling: Pooling
    /// One array for each of `EncoderShape.parameters`, by name.
    Values: Map<string, float32[]>
}
