namespace NtkPipeline.Core

open System.Collections.Generic
open TorchSharp

/// One forward pass of an encoder over a batch, watched where parameters meet activations. Its tensors hang on autograd's graph.
[<NoEquality; NoComparison>]
type TangentForward = {
    Batch: TokenBatch
    /// φ: texts × width.
    Pooled: torch.Tensor
    /// a, what each dense layer is given, in the order of `EncoderShape.dense`: texts × tokens × in.
    Inputs: torch.Tensor[]
    /// x̂, what each LayerNorm multiplies by its gain, in the order of `EncoderShape.norms`: texts × tokens × width.
    Normalised: torch.Tensor[]
    /// What gradients are taken with respect to: the outputs of the dense layers, of the norms, and the sum of the embeddings.
    Watched: torch.Tensor[]
}

/// The gradients δ of f = w·φ(x), for each text of a batch, in the orders of `TangentForward`; 0 at tokens that only fill up.
[<NoEquality; NoComparison>]
type TangentTrace = {
    /// ∂f/∂(output of a dense layer): texts × tokens × out.
    Dense: torch.Tensor[]
    /// ∂f/∂(output of a norm): texts × tokens × width.
    Norms: torch.Tensor[]
    /// ∂f/∂(sum of the word, position and type embeddings): texts × tokens × width.
    Sum: torch.Tensor
}

/// From a batch to activations and gradients, of which the gradient by any parameter is made: by the weights of a dense layer
/// Σ_t δ_t a_tᵀ, by its bias Σ_t δ_t, by a norm's gain Σ_t δ_t ∘ x̂_t, by its shift Σ_t δ_t, by the embedding of a word, position or
/// type the sum of δ_t over its tokens.
[<RequireQualifiedAccess>]
module TangentTrace =

    /// No parameter needs a gradient: the graph begins at the sum of the embeddings. Tensors belong to the caller's scope.
    let forward
        (pooling: Pooling)
        (shape: EncoderShape)
        (parameters: Map<string, torch.Tensor>)
        (batch: TokenBatch)
        : TangentForward =
        use scope = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let plain = BertEncoder.layers shape parameters
        let inputs = Dictionary<string, torch.Tensor>()
        let outputs = Dictionary<string, torch.Tensor>()
        let sum = ref None

        let watched = {
            Embed =
                fun batch ->
                    let embedded = (plain.Embed batch).detach().requires_grad_ true
                    sum.Value <- Some embedded
                    embedded
            Dense =
                fun name x ->
                    let y = plain.Dense name x
                    inputs[name] <- x.detach ()
                    outputs[name] <- y
                    y
            Norm =
                fun name x ->
                    let y = plain.Norm name x

                    inputs[name] <-
                        torch.nn.functional.layer_norm (
                            x.detach (),
                            [| int64 shape.Width |],
                            eps = shape.Epsilon
                        )

                    outputs[name] <- y
                    y
        }

        let pooled = BertEncoder.embed pooling shape watched batch
        let dense = EncoderShape.dense shape |> List.map fst |> Array.ofList
        let norms = EncoderShape.norms shape |> Array.ofList
        let keep (t: torch.Tensor) = scope.MoveToOuter t

        {
            Batch = batch
            Pooled = keep pooled
            Inputs = dense |> Array.map (fun name -> keep inputs[name])
            Normalised = norms |> Array.map (fun name -> keep inputs[name])
            Watched = [|
                for name in Array.append dense norms do
                    keep outputs[name]
                yield! Option.toArray sum.Value |> Array.map keep
            |]
        }

    /// δ for a head w (width), one backward pass for the whole batch, as texts do not interact. The graph is gone after the last.
    let backward (isLast: bool) (head: torch.Tensor) (forward: TangentForward) : TangentTrace =
        use scope = torch.NewDisposeScope()
        use _ = torch.enable_grad ()

        let gradients =
            torch.autograd.grad (
                [| forward.Pooled.matmul(head).sum() |],
                forward.Watched,
                retain_graph = not isLast
            )
            |> Seq.map (fun gradient -> scope.MoveToOuter gradient)
            |> Array.ofSeq

        let dense = forward.Inputs.Length

        {
            Dense = gradients[.. dense - 1]
            Norms = gradients[dense .. gradients.Length - 2]
            Sum = Array.last gradients
        }
