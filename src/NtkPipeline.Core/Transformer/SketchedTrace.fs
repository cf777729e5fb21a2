namespace NtkPipeline.Core

open TorchSharp

/// What of a batch all heads share: the activations, projected.
[<NoEquality; NoComparison>]
type SketchedForward = {
    Forward: TangentForward
    /// Q a of each dense layer, in the order of `EncoderShape.dense`: texts × tokens × R.
    Inputs: torch.Tensor[]
    /// The signs of each token's word and of its position: texts × tokens × R.
    Words: torch.Tensor
    Positions: torch.Tensor
}

/// From activations and gradients to a text's columns.
[<RequireQualifiedAccess>]
module SketchedTrace =

    let private kinds = TangentKind.dense.Length

    /// Query, key and value have one input, which is projected once.
    let private shared number = if number % kinds < 3 then number - number % kinds else number

    /// What the heads share of a batch that was passed forward. Tensors belong to the caller's scope.
    let prepare (sketch: TangentSketch) (forward: TangentForward) : SketchedForward =
        use _ = torch.no_grad ()
        let ids = forward.Batch.Ids
        let texts, tokens = ids.shape[0], ids.shape[1]

        let projected =
            forward.Inputs
            |> Array.mapi (fun number a ->
                lazy
                    (match sketch.Dense[number] with
                     | KroneckerSketch.Exact -> a
                     | KroneckerSketch.Blocks(_, _, right) -> RandomProjection.apply right a))

        {
            Forward = forward
            Inputs = Array.init projected.Length (fun number -> projected[shared number].Force())
            Words = sketch.Words.index_select(0L, ids.flatten ()).reshape(texts, tokens, -1L)
            Positions = sketch.Positions.narrow(0L, 0L, tokens).unsqueeze(0L).expand(texts, -1L, -1L)
        }

    let private intoBuckets (buckets: torch.Tensor option) (parts: torch.Tensor list) =
        let numbers = torch.cat (Array.ofList parts, 1L)

        match buckets with
        | None -> numbers
        | Some buckets -> numbers.matmul buckets

    let private overTokens (x: torch.Tensor) = x.sum 1L

    /// The columns of a batch's texts, texts × columns, in the order of `TangentSketch.columns`.
    let rows (sketch: TangentSketch) (forward: SketchedForward) (trace: TangentTrace) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()

        let dense number =
            let delta, input = trace.Dense[number], forward.Inputs[number]

            match sketch.Dense[number] with
            | KroneckerSketch.Exact -> KroneckerSketch.outer delta input
            | KroneckerSketch.Blocks(block, left, _) ->
                KroneckerSketch.contract block (RandomProjection.apply left delta) input

        let norms buckets numbers =
            intoBuckets buckets [
                for number in numbers do
                    overTokens (trace.Norms[number] * forward.Forward.Normalised[number])
                    overTokens trace.Norms[number]
            ]

        let sum = RandomProjection.apply sketch.Sum trace.Sum
        let embedded = KroneckerSketch.contract sketch.Settings.Block sum

        let columns = [|
            embedded forward.Words
            embedded forward.Positions
            overTokens trace.Sum
            norms sketch.EmbeddingNorm [ 0 ]

            for layer in 0 .. sketch.Shape.Layers - 1 do
                let first = layer * kinds

                for number in first .. first + kinds - 1 do
                    dense number

                intoBuckets sketch.Biases[layer] [
                    for number in first .. first + kinds - 1 do
                        overTokens trace.Dense[number]
                ]

                norms sketch.Norms[layer] [ 2 * layer + 1; 2 * layer + 2 ]
        |]

        torch.cat(columns, 1L).MoveToOuterDisposeScope()
