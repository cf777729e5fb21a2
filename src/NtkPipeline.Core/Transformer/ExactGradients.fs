namespace NtkPipeline.Core

open TorchSharp

/// Activations and gradients of some texts, for each head, from which their gradients by any parameter are formed when they are wanted.
[<NoEquality; NoComparison>]
type ExactGradients = {
    /// Batch by batch; nothing of it hangs on autograd's graph.
    Forward: TangentForward[]
    /// Of each batch, for each head.
    Traces: TangentTrace[][]
    /// The place that each text has in the order of the batches.
    Places: torch.Tensor
    /// Positions that the gradients by positions are filled up to.
    Tokens: int64
}

/// Passes of texts forward and backward, a batch at a time.
[<RequireQualifiedAccess>]
module ExactGradients =

    let private pass (weights: EncoderWeights) parameters (heads: torch.Tensor[]) batch =
        use scope = torch.NewDisposeScope()
        let forward = TangentTrace.forward weights.Pooling weights.Shape parameters batch
        let keep (t: torch.Tensor) = scope.MoveToOuter t

        let trace h =
            let trace = TangentTrace.backward (h = heads.Length - 1) heads[h] forward

            {
                Dense = trace.Dense |> Array.map keep
                Norms = trace.Norms |> Array.map keep
                Sum = keep trace.Sum
            }

        let traces = Array.init heads.Length trace

        {
            forward with
                Pooled = keep (forward.Pooled.detach ())
                Inputs = forward.Inputs |> Array.map keep
                Normalised = forward.Normalised |> Array.map keep
                Watched = [||]
        },
        traces

    /// The gradients of texts whose batches are no longer than `tokens`. Tensors belong to the caller's scope.
    let ofTexts
        (weights: EncoderWeights)
        (parameters: Map<string, torch.Tensor>)
        (precision: torch.ScalarType)
        (device: torch.Device)
        (heads: torch.Tensor[])
        (tokens: int)
        (texts: int[][])
        : ExactGradients =
        let batches = TangentBatches.plan texts

        let passes =
            batches
            |> Array.map (fun places ->
                places
                |> Array.map (Array.get texts)
                |> TokenBatch.create precision device
                |> pass weights parameters heads)

        let order = Array.concat batches
        let places = Array.zeroCreate<int64> texts.Length
        order |> Array.iteri (fun k i -> places[i] <- int64 k)

        {
            Forward = Array.map fst passes
            Traces = Array.map snd passes
            Places = torch.tensor(places, dtype = torch.int64).``to`` device
            Tokens = int64 tokens
        }

    /// What is made of every batch with a head's trace, one below another. It is large: only one batch's is held twice.
    let stacked
        (gradients: ExactGradients)
        (head: int)
        (make: TangentForward -> TangentTrace -> torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let all: torch.Tensor option ref = ref None
        let mutable start = 0L

        for k in 0 .. gradients.Forward.Length - 1 do
            use _ = torch.NewDisposeScope()
            let part = make gradients.Forward[k] gradients.Traces[k].[head]

            let target =
                match all.Value with
                | Some target -> target
                | None ->
                    let target =
                        torch
                            .empty(
                                [| gradients.Places.shape[0]; part.shape[1] |],
                                dtype = part.dtype,
                                device = part.device
                            )
                            .MoveToOuterDisposeScope()

                    all.Value <- Some target
                    target

            target.narrow(0L, start, part.shape[0]).copy_ part |> ignore
            start <- start + part.shape[0]

        match all.Value with
        | Some target -> target.MoveToOuterDisposeScope()
        | None -> invalidArg (nameof gradients) "of no texts"
