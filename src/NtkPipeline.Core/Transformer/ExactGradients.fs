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

/// Inner products of gradients by whole parameters, formed text by text: G = Σ_t δ_t a_tᵀ of a dense layer, out × in numbers a text.
[<RequireQualifiedAccess>]
module ExactGradients =

    let private kinds = TangentKind.dense.Length

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

    /// What is made of every batch with a head's trace, one below another.
    let private stacked
        (gradients: ExactGradients)
        head
        (make: TangentForward -> TangentTrace -> torch.Tensor)
        =
        Array.map2
            (fun forward (traces: TangentTrace[]) -> make forward traces[head])
            gradients.Forward
            gradients.Traces
        |> fun parts -> torch.cat (parts, 0L)

    let private overTokens (x: torch.Tensor) = x.sum 1L

    let private side (parts: torch.Tensor list) = torch.cat (Array.ofList parts, 1L)

    /// A part's gradients by a head, texts × parameters; not for words.
    let private rows (part: TangentPart) (gradients: ExactGradients) (head: int) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let dense kind (forward: TangentForward) (trace: TangentTrace) =
            let number = defaultArg part.Layer 0 * kinds + List.findIndex ((=) kind) TangentKind.dense
            KroneckerSketch.outer trace.Dense[number] forward.Inputs[number]

        let biases _ (trace: TangentTrace) =
            let first = defaultArg part.Layer 0 * kinds
            side [ for number in first .. first + kinds - 1 -> overTokens trace.Dense[number] ]

        let norms (forward: TangentForward) (trace: TangentTrace) =
            let numbers =
                match part.Layer with
                | None -> [ 0 ]
                | Some layer -> [ 2 * layer + 1; 2 * layer + 2 ]

            side [
                for number in numbers do
                    overTokens (trace.Norms[number] * forward.Normalised[number])
                    overTokens trace.Norms[number]
            ]

        let positions _ (trace: TangentTrace) =
            let filling = gradients.Tokens - trace.Sum.shape[1]
            torch.nn.functional.pad(trace.Sum, [| 0L; 0L; 0L; filling |]).flatten 1L

        let make =
            match part.Kind with
            | TangentKind.Words -> invalidArg (nameof part) "gradients by words are matched, not formed"
            | TangentKind.Positions -> positions
            | TangentKind.Types -> fun _ trace -> overTokens trace.Sum
            | TangentKind.Bias -> biases
            | TangentKind.Norm -> norms
            | TangentKind.Query
            | TangentKind.Key
            | TangentKind.Value
            | TangentKind.Attended
            | TangentKind.Inner
            | TangentKind.Outer -> dense part.Kind

        (stacked gradients head make).MoveToOuterDisposeScope()

    /// δ of every token that is there, with the number of its text and its word's id.
    let private tokens (gradients: ExactGradients) (head: int) =
        let isThere (forward: TangentForward) = forward.Batch.Mask.gt(0.0.ToScalar()).flatten()

        let pick (values: TangentForward -> torch.Tensor) =
            gradients.Forward
            |> Array.map (fun forward -> (values forward).masked_select(isThere forward))
            |> torch.cat

        let starts =
            gradients.Forward |> Array.scan (fun start forward -> start + forward.Batch.Ids.shape[0]) 0L

        let owners =
            gradients.Forward
            |> Array.mapi (fun k forward ->
                let texts, tokens = forward.Batch.Ids.shape[0], forward.Batch.Ids.shape[1]

                torch
                    .arange(
                        starts[k],
                        starts[k] + texts,
                        dtype = torch.int64,
                        device = forward.Batch.Ids.device
                    )
                    .repeat_interleave(tokens)
                    .masked_select(isThere forward))
            |> torch.cat

        let deltas =
            stacked gradients head (fun forward trace ->
                trace.Sum.flatten(0L, 1L).index_select(0L, (isThere forward).nonzero().flatten()))

        let ofTexts = torch.nn.functional.one_hot(owners, Array.last starts).t().``to`` deltas.dtype

        pick _.Batch.Ids.flatten(), ofTexts, deltas

    /// Σ over the pairs of tokens with one word of δ·δ'.
    let private matched (x: ExactGradients) (z: ExactGradients) (head: int) =
        use _ = torch.NewDisposeScope()
        let idsX, textsX, deltaX = tokens x head
        let idsZ, textsZ, deltaZ = tokens z head
        let areOne = idsX.unsqueeze(1L).eq(idsZ.unsqueeze 0L)
        let products = deltaX.mm(deltaZ.t ()).mul_ areOne
        textsX.mm(products).mm(textsZ.t ()).MoveToOuterDisposeScope()

    /// The tangent kernel of one part between texts, the mean over heads, in the order of the texts: those of x × those of z. A `z` that is x
    /// itself is formed once.
    let kernel (part: TangentPart) (x: ExactGradients) (z: ExactGradients) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let heads = x.Traces[0].Length

        let ofHead head =
            match part.Kind with
            | TangentKind.Words -> matched x z head
            | _ ->
                use _ = torch.NewDisposeScope()
                let above = rows part x head
                let left = if obj.ReferenceEquals(x, z) then above else rows part z head
                above.mm(left.t ()).MoveToOuterDisposeScope()

        let sum = [ 0 .. heads - 1 ] |> List.map ofHead |> List.reduce (fun sum next -> sum.add_ next)

        sum
            .div_((float heads).ToScalar())
            .index_select(0L, x.Places)
            .index_select(1L, z.Places)
            .MoveToOuterDisposeScope()
