namespace NtkPipeline.Core

/// What kernels of texts cost, counted from the texts' lengths and the network's layers before anything is computed.
type SequenceCost = {
    /// Pairs of tokens that meet.
    Pairs: float
    /// Floating-point operations, a root, a quotient or a power counted as 10.
    Flops: float
    /// Bytes of moments that layers read and write: K and Θ of every pair, once each a layer.
    Passed: float
    /// Bytes of memory at the peak, of the process.
    Memory: float
}

[<RequireQualifiedAccess>]
module SequenceCost =

    /// Pairs of tokens of texts of these lengths; none for texts with themselves, of which one half is computed.
    let pairs (x: int[]) (z: int[] option) : float =
        let sum (lengths: int[]) = lengths |> Array.sumBy float

        match z with
        | Some z -> sum x * sum z
        | None -> 0.5 * (sum x * sum x + (x |> Array.sumBy (fun n -> float n * float n)))

    /// Operations a pair of tokens and passes over its moments, of a layer; `planes` is 2 for Θ, which takes K with it, else 1.
    let rec private layer (planes: float) (length: float) (layer: Layer) : float * float =
        match layer with
        | Dense _ -> 3.0 * planes, 2.0 * planes
        | Activate phi ->
            match phi.Dual with
            | Bent _ -> 70.0, 2.0 * planes
            | Closed _ -> 200.0, 2.0 * planes
            | Integrated _ -> 1000.0, 2.0 * planes
        | LayerNorm _ -> 15.0 * planes, 2.0 * planes
        | Residual branch ->
            let flops, passes = layers planes length branch
            flops + planes, passes + 3.0 * planes
        | Tokens(TokenLayer.Conv conv) -> planes * float (conv.Size + 3), 2.0 * planes
        | Tokens(TokenLayer.Attention attention) ->
            match attention.Scale with
            | ScoreScale.Linear -> planes * (4.0 * length + 3.0), 4.0 * planes
            | ScoreScale.Sqrt -> 8.0 * planes, 3.0 * planes
        | Tokens(TokenLayer.MeanPool | TokenLayer.SumPool) -> planes, planes
        | Tokens TokenLayer.Flatten -> 0.0, 0.0

    and private layers planes length (all: Layer list) : float * float =
        all
        |> List.map (layer planes length)
        |> List.fold (fun (flops, passes) (more, also) -> flops + more, passes + also) (0.0, 0.0)

    /// The layers up to the pool: above it a text is one vector, which costs nothing beside.
    let private ofTokens (network: Network) =
        network.Layers
        |> List.tryFindIndex (function
            | Tokens(TokenLayer.MeanPool | TokenLayer.SumPool | TokenLayer.Flatten) -> true
            | _ -> false)
        |> Option.map (fun pool -> List.take (pool + 1) network.Layers)
        |> Option.defaultValue network.Layers

    /// Numbers that layers ask of each token of texts of so many, noted for a text and for the columns that it stands among.
    let rec private asked (length: float) (layers: Layer list) : float =
        layers
        |> List.sumBy (function
            | Activate _
            | LayerNorm _ -> 2.0
            | Residual branch -> asked length branch
            | Tokens(TokenLayer.Attention attention) when attention.Scale = ScoreScale.Linear -> 2.0 * length
            | Dense _
            | Tokens _ -> 0.0)

    /// Cores that memory is counted for, where it suffices: then tiles are the same on machines of fewer.
    let mostCores = 64

    /// `tile` is the bytes of the largest tile, and `cores` are those that compute at once.
    let create
        (network: Network)
        kind
        (features: int)
        (x: int[])
        (z: int[] option)
        (side: int)
        (places: int)
        (cores: int)
        (tile: float)
        : SequenceCost =
        let pairs = pairs x z
        let planes = if kind = KernelKind.Ntk then 2.0 else 1.0
        let lengths = Array.append x (defaultArg z [||])
        let length = if lengths.Length = 0 then 0.0 else float (Array.max lengths)
        let flops, passes = layers planes length (ofTokens network)

        // A strip's rows as read, as texts, as rows and as panels; each text's own steps, T² where attention asks.
        let strip =
            float (min side (max x.Length 1))
            * float places
            * 8.0
            * (6.0 * float (features + 1) + asked length (ofTokens network))

        // A core's planes: K, Θ, and of each one more while a layer makes another, two for a residual.
        let group = 8.0 * max 256.0 (2.0 * length) * max 6.0 length * 2.0 * planes * 2.0

        {
            Pairs = pairs
            Flops = pairs * (2.0 * float features + flops)
            Passed = 8.0 * pairs * (1.0 + passes)
            Memory = MemoryNeed.idle + 2.0 * tile + 2.0 * strip + float cores * group
        }

    /// A core's rate in these recursions, between that of products of features, 20, and that of roots and quotients, 4 Gflop/s.
    let private flopsPerSecond = 8e9

    /// Seconds of one core.
    let seconds (cost: SequenceCost) : float = cost.Flops / flopsPerSecond

    /// "7.12e+08 pairs of tokens, 0.3 Tflop, 41 GB of moments passed, about 400 MB of memory".
    let print (cost: SequenceCost) : string =
        let flops = Cost.print { Flops = cost.Flops; Bytes = cost.Passed }
        $"%.3g{cost.Pairs} pairs of tokens, %s{flops} of moments passed, about %s{ByteSize.about cost.Memory} of memory"
