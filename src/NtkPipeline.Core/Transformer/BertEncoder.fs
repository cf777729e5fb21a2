namespace NtkPipeline.Core

open TorchSharp

/// Texts of one batch, filled up to one number of tokens.
[<NoEquality; NoComparison>]
type TokenBatch = {
    /// texts × tokens, int64; 0 where it is filled up.
    Ids: torch.Tensor
    /// texts × tokens, 1 for a token and 0 for what is filled up, in the precision of the encoder.
    Mask: torch.Tensor
}

[<RequireQualifiedAccess>]
module TokenBatch =

    /// The texts' ids, filled up to the least multiple of four that holds the longest.
    let create (precision: torch.ScalarType) (device: torch.Device) (texts: int[][]) : TokenBatch =
        let tokens = texts |> Array.map _.Length |> Array.max |> TokenBatches.paddedLength
        let shape = [| int64 texts.Length; int64 tokens |]

        let fill (entry: int[] -> int -> int64) =
            Array.init (texts.Length * tokens) (fun k -> entry texts[k / tokens] (k % tokens))

        let tensor (values: int64[]) =
            torch.frombuffer(values, torch.ScalarType.Int64).reshape(shape).clone().``to``(device)

        {
            Ids = tensor (fill (fun ids j -> if j < ids.Length then int64 ids[j] else 0L))
            Mask = (tensor (fill (fun ids j -> if j < ids.Length then 1L else 0L))).``to``(precision)
        }

/// How the parts of an encoder that have parameters are applied: as they stand, watched, or changed.
[<NoEquality; NoComparison>]
type EncoderLayers = {
    /// The sum of a batch's word, position and type embeddings: texts × tokens × width.
    Embed: TokenBatch -> torch.Tensor
    /// x Wᵀ + b of the dense layer of this name.
    Dense: string -> torch.Tensor -> torch.Tensor
    /// The LayerNorm of this name.
    Norm: string -> torch.Tensor -> torch.Tensor
}

/// BERT's encoder on tensors: a differentiable function of its input and of its parameters.
[<RequireQualifiedAccess>]
module BertEncoder =

    /// What is added to the scores of tokens that only fill up: so much that their weight is exactly 0.
    let private hidden = -10000.0

    /// The parameters as tensors of a precision, on a device. They belong to the caller.
    let tensors
        (precision: torch.ScalarType)
        (device: torch.Device)
        (weights: EncoderWeights)
        : Map<string, torch.Tensor> =
        EncoderShape.parameters weights.Shape
        |> List.map (fun (name, sizes) ->
            name,
            torch
                .frombuffer(weights.Values[name], torch.ScalarType.Float32)
                .reshape(sizes)
                .clone()
                .``to``(device)
                .``to``(precision))
        |> Map.ofList

    /// The layers with these parameters, as they stand.
    let layers (shape: EncoderShape) (parameters: Map<string, torch.Tensor>) : EncoderLayers =
        let embed (batch: TokenBatch) =
            let texts, tokens = batch.Ids.shape[0], batch.Ids.shape[1]
            let words = parameters[EncoderShape.words].index_select(0L, batch.Ids.flatten ())
            let positions = parameters[EncoderShape.positions].narrow(0L, 0L, tokens)
            words.reshape (texts, tokens, -1L) + positions + parameters[EncoderShape.types].narrow(0L, 0L, 1L)

        {
            Embed = embed
            Dense =
                fun name x ->
                    torch.nn.functional.linear (x, parameters[name + ".weight"], parameters[name + ".bias"])
            Norm =
                fun name x ->
                    torch.nn.functional.layer_norm (
                        x,
                        [| int64 shape.Width |],
                        parameters[name + ".weight"],
                        parameters[name + ".bias"],
                        shape.Epsilon
                    )
        }

    /// texts × tokens × width → texts × heads × tokens × width of a head.
    let internal byHead (shape: EncoderShape) (x: torch.Tensor) : torch.Tensor =
        x.reshape(x.shape[0], x.shape[1], int64 shape.Heads, -1L).transpose(1, 2)

    /// The way back.
    let internal together (x: torch.Tensor) : torch.Tensor =
        x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1L)

    /// q·k/√(width of a head) of queries and keys by head: texts × heads × tokens × tokens.
    let internal scores (q: torch.Tensor) (k: torch.Tensor) : torch.Tensor =
        q.matmul (k.transpose (2, 3)) / (sqrt (float q.shape[3])).ToScalar()

    /// Softmax of scores over the tokens that are there.
    let internal attention (mask: torch.Tensor) (scores: torch.Tensor) : torch.Tensor =
        let gap = ((1.0).ToScalar() - mask) * hidden.ToScalar()
        (scores + gap.unsqueeze(1).unsqueeze(1)).softmax -1L

    let private walk run (shape: EncoderShape) (layers: EncoderLayers) (batch: TokenBatch) : torch.Tensor =
        let attend q k v =
            let weights = scores (byHead shape q) (byHead shape k) |> attention batch.Mask
            together (weights.matmul (byHead shape v))

        EncoderWalk.states shape {
            Embedded = layers.Embed batch
            Dense = layers.Dense
            Norm = layers.Norm
            Attend = attend
            Gelu = torch.nn.functional.gelu
            Add = (+)
            Run = run
        }

    /// Every token's vector after the last block: texts × tokens × width. All that is computed on the way stays in the caller's scope.
    let states (shape: EncoderShape) (layers: EncoderLayers) (batch: TokenBatch) : torch.Tensor =
        walk (fun block x -> block x) shape layers batch

    /// φ of each text: its tokens' vectors pooled, not normalised; texts × width.
    let pool (pooling: Pooling) (batch: TokenBatch) (states: torch.Tensor) : torch.Tensor =
        match pooling with
        | Pooling.Cls -> states.select (1L, 0L)
        | Pooling.Mean -> (states * batch.Mask.unsqueeze -1L).sum(1L) / batch.Mask.sum (1L, keepdim = true)

    /// φ of each text of a batch.
    let embed
        (pooling: Pooling)
        (shape: EncoderShape)
        (layers: EncoderLayers)
        (batch: TokenBatch)
        : torch.Tensor =
        states shape layers batch |> pool pooling batch

    /// Every token's vector after the last block, without a graph: what a block computes on its way is freed when it is done.
    let inferStates (shape: EncoderShape) (layers: EncoderLayers) (batch: TokenBatch) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()

        let freeing block (x: torch.Tensor) =
            use _ = torch.NewDisposeScope()
            let y: torch.Tensor = block x
            y.MoveToOuterDisposeScope()

        (walk freeing shape layers batch).MoveToOuterDisposeScope()

    /// φ of each text of a batch, likewise.
    let infer
        (pooling: Pooling)
        (shape: EncoderShape)
        (layers: EncoderLayers)
        (batch: TokenBatch)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        (inferStates shape layers batch |> pool pooling batch).MoveToOuterDisposeScope()
