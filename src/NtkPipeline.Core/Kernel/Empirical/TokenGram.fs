namespace NtkPipeline.Core

open TorchSharp

/// The empirical tangent kernel from traces of maps at rows, as `StructuredGram` has them, and of maps at tokens, whose parameters all
/// tokens share:
///     Θ̂(x, z) = Σ over maps of Σ_{s,t} (δ_{x,s} · δ_{z,t}) · (σ_w²/fan_in · a_{x,s} · a_{z,t} + σ_b²)
/// in blocks of pairs of texts, so that memory never holds all N·T × N·T products. Where a text has no token, δ is 0.
[<RequireQualifiedAccess>]
module TokenGram =

    /// Pairs of tokens that one product meets.
    let most = 4_000_000L

    /// Texts in a block of a side, so that two blocks meet in about `most` pairs.
    let private side (tokens: int64) : int64 = max 1L (int64 (sqrt (float most)) / max 1L tokens)

    let private isAtTokens (trace: LayerTrace) = trace.Input.dim () = 3L

    let private apart (traces: LayerTrace[]) = traces |> Array.partition (isAtTokens >> not)

    /// (first, count) of each block of texts.
    let private blocks (trace: LayerTrace) : (int64 * int64) list =
        let texts = trace.Input.shape[0]
        let side = side trace.Input.shape[1]
        [ for start in 0L .. side .. texts - 1L -> start, min side (texts - start) ]

    /// Tokens of a block of texts as rows.
    let private flat (start, count) (t: torch.Tensor) =
        t.narrow(0L, start, count).reshape(count * t.shape[1], t.shape[2])

    /// What one map adds to a block of pairs of texts.
    let private share
        (left: LayerTrace)
        (ofLeft: int64 * int64)
        (right: LayerTrace)
        (ofRight: int64 * int64)
        =
        use _ = torch.NewDisposeScope()
        let products (a: torch.Tensor) (b: torch.Tensor) = (flat ofLeft a).mm((flat ofRight b).t())
        let inputs = (products left.Input right.Input).mul_(left.WeightScale.ToScalar())

        if left.BiasScale <> 0.0 then
            inputs.add_ (left.BiasScale.ToScalar()) |> ignore

        let pairs = inputs.mul_ (products left.Delta right.Delta)

        pairs
            .reshape(snd ofLeft, left.Input.shape[1], snd ofRight, right.Input.shape[1])
            .sum([| 1L; 3L |])
            .MoveToOuterDisposeScope()

    let private place (target: torch.Tensor) (top, height) (start, width) =
        target.narrow(0L, top, height).narrow(1L, start, width)

    let private rowsOf (traces: LayerTrace[]) =
        if traces.Length = 0 then
            invalidArg (nameof traces) "a network has at least one linear map"

        traces[0].Input.shape[0]

    /// Writes the symmetric kernel of the traces' rows or texts into `target` (N × N); one half is computed.
    let fillSymmetric (traces: LayerTrace[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let atRows, atTokens = apart traces

        if rowsOf traces > 0L && atRows.Length > 0 then
            StructuredGram.fillSymmetric atRows target
        else
            target.zero_ () |> ignore

        for trace in atTokens do
            for top in blocks trace do
                for start in blocks trace |> List.filter (fun start -> fst start >= fst top) do
                    use _ = torch.NewDisposeScope()
                    let found = share trace top trace start

                    if start = top then
                        let upper = found.triu().add(found.triu(1L).t())
                        (place target top top).add_ upper |> ignore
                    else
                        (place target top start).add_ found |> ignore
                        (place target start top).add_(found.t ()) |> ignore

    /// Writes the kernel between two sets of rows or texts, traced under the same θ, into `target` (N × M). Texts of the two may be
    /// of different lengths.
    let fillBetween (left: LayerTrace[]) (right: LayerTrace[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let leftRows, leftTokens = apart left
        let rightRows, rightTokens = apart right

        if leftRows.Length > 0 && target.numel () > 0L then
            StructuredGram.fillBetween leftRows rightRows target
        else
            target.zero_ () |> ignore

        for left, right in Array.zip leftTokens rightTokens do
            for top in blocks left do
                for start in blocks right do
                    use _ = torch.NewDisposeScope()
                    (place target top start).add_(share left top right start) |> ignore
