namespace NtkPipeline.Core

/// What the exact tangent kernel of an encoder costs, counted from shapes before anything is computed.
[<RequireQualifiedAccess>]
module ExactTangentCost =

    /// Rows and columns of a tile at most, and at least if memory is short.
    let private mostSide, leastSide = 512, 8

    let private weightsOf (shape: EncoderShape) =
        EncoderShape.dense shape |> List.sumBy (fun (_, (rows, columns)) -> float rows * float columns)

    /// What texts with these numbers of tokens cost, in tiles of a side: a product of (a × b) and (b × c) is 2abc operations, a forward pass
    /// one product a weight and token, a backward pass to activations as much.
    let ofTexts
        (bytesPerNumber: int)
        (shape: EncoderShape)
        (heads: int)
        (side: int)
        (x: int[])
        (z: int[] option)
        : Cost =
        let heads, weights = float heads, weightsOf shape

        let tokens =
            Array.append x (defaultArg z [||])
            |> Array.sumBy (TokenBatches.paddedLength >> float)
            |> fun sum -> sum / float (max 1 (x.Length + (defaultArg z [||]).Length))

        let strips count = (count + side - 1) / side
        let rows = float x.Length

        // Texts that pass in all, texts whose gradients are formed in all, and pairs that are met.
        let passed, formed, pairs =
            match z with
            | Some z ->
                rows + float (strips x.Length) * float z.Length,
                float (strips z.Length) * rows + float (strips x.Length) * float z.Length,
                rows * float z.Length
            | None ->
                let tiles = strips x.Length
                let off = float (tiles - 1) / 2.0
                rows * (1.0 + off), rows * (1.0 + 2.0 * off), 0.5 * rows * (rows + float (min side x.Length))

        let activations =
            EncoderShape.dense shape
            |> List.sumBy (fun (_, (rows, columns)) -> float columns + heads * float rows)
            // Query, key and value have one input.
            |> (+) (-2.0 * float shape.Layers * float shape.Width)
            |> (+) (float (EncoderShape.norms shape).Length * float shape.Width * (1.0 + heads))

        let largest =
            EncoderShape.dense shape
            |> List.map (fun (_, (rows, columns)) -> float rows * float columns)
            |> List.max

        let held = if z.IsNone && x.Length <= side then 1.0 else 2.0
        let height = float (min side (max x.Length (z |> Option.map Array.length |> Option.defaultValue 0)))

        {
            Flops =
                2.0 * weights * tokens * passed * (1.0 + heads)
                + 2.0 * weights * tokens * formed * heads
                + 2.0 * (weights + float shape.Width * tokens * tokens) * pairs * heads
            Bytes =
                float bytesPerNumber
                * (held * height * (activations * tokens + largest) + 2.0 * float (EncoderShape.count shape))
                // Inner products stand in float64.
                + 48.0 * height * height
                // What autograd keeps of one pass.
                + 3e8
        }

    /// The largest tiles that fit into so many bytes; refused with what the smallest would need.
    let plan
        (memory: float)
        (bytesPerNumber: int)
        (shape: EncoderShape)
        (heads: int)
        (x: int[])
        (z: int[] option)
        : Result<int * Cost, PipelineError> =
        let rows = max x.Length (z |> Option.map Array.length |> Option.defaultValue 0) |> max 1

        // Strips of one size, as few as fit.
        let sides =
            Seq.initInfinite (fun k -> (rows + k) / (k + 1))
            |> Seq.takeWhile (fun side -> side > leastSide)
            |> Seq.filter (fun side -> side <= mostSide)

        let priced side = side, ofTexts bytesPerNumber shape heads side x z
        let smallest = priced (min rows leastSide)

        match
            Seq.append (Seq.map priced sides) [ smallest ]
            |> Seq.tryFind (fun (_, cost) -> cost.Bytes <= memory)
        with
        | Some found -> Ok found
        | None ->
            Error(
                MachineLacks
                    $"the exact tangent kernel needs %s{MemoryNeed.whole (snd smallest).Bytes} of memory at least, and %s{MemoryNeed.whole memory} are allowed; allow more, or take the sketch."
            )
