namespace NtkPipeline.Core

open TorchSharp

/// f(x) = w·φ(x) + b over an encoder, as a function of the numbers that training moves.
[<NoEquality; NoComparison>]
type Tunable = {
    /// f of each text of a batch; no graph.
    Outputs: TokenBatch -> torch.Tensor
    /// f of each text of a batch, no graph, and the function r ↦ Jᵀr by the tensors of `TuningLayout.parameters`, to be called once.
    PullBack: TokenBatch -> torch.Tensor * (torch.Tensor -> torch.Tensor[])
}

/// f and its gradients by the encoder's own parameters.
[<RequireQualifiedAccess>]
module TunableEncoder =

    /// w·φ + b of rows φ.
    let head (parameters: Map<string, torch.Tensor>) (phi: torch.Tensor) : torch.Tensor =
        phi.matmul parameters[TuningLayout.headWeights] + parameters[TuningLayout.headBias]

    /// f of each text of a batch, by any layers.
    let outputs
        (weights: EncoderWeights)
        (parameters: Map<string, torch.Tensor>)
        (layers: EncoderLayers)
        (batch: TokenBatch)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()

        (BertEncoder.embed weights.Pooling weights.Shape layers batch |> head parameters)
            .MoveToOuterDisposeScope()

    /// The words' gradient from that of each token's own copy: Σ over the tokens of a word, as a product with the matrix that says
    /// which token is which word, so that the order of its sums is always the same.
    let private ofWords (words: torch.Tensor) (ids: int64[]) (tokens: torch.Tensor) =
        let known = Array.distinct ids
        let device: torch.Device = words.device
        let tensor (values: int64[]) = torch.tensor (values, device = device)

        let isWord = ((tensor known).unsqueeze(1L).eq((tensor ids).unsqueeze 0L)).``to`` words.dtype
        (torch.zeros_like words).index_copy_(0L, tensor known, isWord.matmul tokens)

    /// The same for every token at once, each with a row of its own in the table of words.
    let private unshared (ids: torch.Tensor) =
        torch.arange(ids.numel (), device = ids.device).reshape ids.shape

    /// f of each text of a batch, and r ↦ Jᵀr by the named parameters, through layers that these parameters give.
    let pullBack
        (weights: EncoderWeights)
        (parameters: Map<string, torch.Tensor>)
        (moved: string[])
        (layers: Map<string, torch.Tensor> -> EncoderLayers)
        (batch: TokenBatch)
        : torch.Tensor * (torch.Tensor -> torch.Tensor[]) =
        let leaf (t: torch.Tensor) = t.detach().requires_grad_ true
        let rows = parameters[EncoderShape.words].detach().index_select(0L, batch.Ids.flatten ())

        let leaves =
            (Map.add EncoderShape.words rows parameters, moved)
            ||> Array.fold (fun leaves name -> Map.add name (leaf leaves[name]) leaves)

        use _ = torch.enable_grad ()

        let f =
            BertEncoder.embed weights.Pooling weights.Shape (layers leaves) {
                batch with
                    Ids = unshared batch.Ids
            }
            |> head leaves

        f.detach (),
        fun r ->
            let gradients =
                torch.autograd.grad ([| f |], (moved |> Array.map (fun name -> leaves[name])), [| r |])

            Array.map2
                (fun name (gradient: torch.Tensor) ->
                    if name = EncoderShape.words then
                        let ids = batch.Ids.flatten().cpu().data<int64>().ToArray()
                        ofWords parameters[name] ids gradient
                    else
                        gradient)
                moved
                (Array.ofSeq gradients)

    /// Every parameter is moved.
    let full (weights: EncoderWeights) (parameters: Map<string, torch.Tensor>) : Tunable =
        let shape = weights.Shape
        let moved = TuningLayout.parameters TuningMethod.Full shape |> List.map fst |> Array.ofList

        {
            Outputs = outputs weights parameters (BertEncoder.layers shape parameters)
            PullBack = pullBack weights parameters moved (BertEncoder.layers shape)
        }
