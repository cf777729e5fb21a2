namespace NtkPipeline.Core

open TorchSharp

/// Inner products of gradients by whole parameters, formed text by text: G = Σ_t δ_t a_tᵀ of a dense layer, out × in numbers a text.
[<RequireQualifiedAccess>]
module ExactKernel =

    let private kinds = TangentKind.dense.Length

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

        (ExactGradients.stacked gradients head make).MoveToOuterDisposeScope()

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
            Array.map2
                (fun forward (traces: TangentTrace[]) ->
                    traces[head].Sum.flatten(0L, 1L).index_select(0L, (isThere forward).nonzero().flatten()))
                gradients.Forward
                gradients.Traces
            |> torch.cat

        let ofTexts = torch.nn.functional.one_hot(owners, Array.last starts).t().``to`` deltas.dtype

        pick _.Batch.Ids.flatten(), ofTexts, deltas

    /// Σ over the pairs of tokens with one word of δ·δ'.
    let private matched (x: ExactGradients) (z: ExactGradients) (head: int) =
        use _ = torch.NewDisposeScope()
        let idsX, textsX, deltaX = tokens x head
        let idsZ, textsZ, deltaZ = tokens z head
        let areOne = idsX.unsqueeze(1L).eq(idsZ.unsqueeze 0L)
        let products = deltaX.mm(deltaZ.t ()).mul_ areOne
        textsX.mm(products).mm(textsZ.t ()).``to``(torch.float64).MoveToOuterDisposeScope()

    /// Over how many numbers a product sums in float32. Over all 590,000 of a large matrix rounding takes 7·10⁻⁵ of a diagonal entry.
    let private mostSummed = 4096L

    /// above · leftᵀ in float64, from products of so many columns each.
    let private product (above: torch.Tensor) (left: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let columns = above.shape[1]

        let sum =
            torch.zeros ([| above.shape[0]; left.shape[0] |], dtype = torch.float64, device = above.device)

        for start in 0L .. mostSummed .. columns - 1L do
            use _ = torch.NewDisposeScope()
            let some (t: torch.Tensor) = t.narrow (1L, start, min mostSummed (columns - start))
            sum.add_ ((some above).mm((some left).t())) |> ignore

        sum.MoveToOuterDisposeScope()

    /// The same to the last bit on both sides of the diagonal.
    let private mirrored (kernel: torch.Tensor) = kernel.triu () + kernel.triu(1L).t()

    /// The tangent kernel of one part between texts in float64, the mean over heads, in the order of the texts: those of x × those of z. A
    /// `z` that is x itself is formed once.
    let ofPart (part: TangentPart) (x: ExactGradients) (z: ExactGradients) : torch.Tensor =
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
                (product above left).MoveToOuterDisposeScope()

        let sum = [ 0 .. heads - 1 ] |> List.map ofHead |> List.reduce (fun sum next -> sum.add_ next)

        let ordered = sum.div_((float heads).ToScalar()).index_select(0L, x.Places).index_select(1L, z.Places)

        (if obj.ReferenceEquals(x, z) then mirrored ordered else ordered).MoveToOuterDisposeScope()
