namespace NtkPipeline.Core

/// What BERT's encoder is made of, over values of one kind: tensors, or tensors with their derivatives.
[<NoEquality; NoComparison>]
type EncoderParts<'v> = {
    /// The sum of a batch's word, position and type embeddings.
    Embedded: 'v
    /// x Wᵀ + b of the dense layer of this name.
    Dense: string -> 'v -> 'v
    /// The LayerNorm of this name.
    Norm: string -> 'v -> 'v
    /// Attention of queries, keys and values, head by head.
    Attend: 'v -> 'v -> 'v -> 'v
    Gelu: 'v -> 'v
    Add: 'v -> 'v -> 'v
    /// Runs a block on what it takes: as it is, or so that only what it gives is kept.
    Run: ('v -> 'v) -> 'v -> 'v
}

/// The one description of BERT's encoder (Devlin et al. 2019; Vaswani et al. 2017, with LayerNorm after each sum):
/// x ← LN(x + O·attention(Qx, Kx, Vx)), x ← LN(x + F₂ gelu(F₁ x)).
[<RequireQualifiedAccess>]
module EncoderWalk =

    let private block (parts: EncoderParts<'v>) (number: int) (x: 'v) : 'v =
        let dense name = parts.Dense(EncoderShape.layer number + name)
        let norm name = parts.Norm(EncoderShape.layer number + name)
        let q, k, v = dense EncoderShape.query x, dense EncoderShape.key x, dense EncoderShape.value x

        let x =
            norm EncoderShape.attentionNorm (parts.Add x (dense EncoderShape.attended (parts.Attend q k v)))

        let inner = parts.Gelu(dense EncoderShape.inner x)
        norm EncoderShape.outputNorm (parts.Add x (dense EncoderShape.outer inner))

    /// Every token's value after the last block.
    let states (shape: EncoderShape) (parts: EncoderParts<'v>) : 'v =
        [ 0 .. shape.Layers - 1 ]
        |> List.fold
            (fun x number -> parts.Run (block parts number) x)
            (parts.Norm EncoderShape.embeddingNorm parts.Embedded)
