namespace NtkPipeline.Core

/// What the exact tangent kernel of an encoder costs, counted from shapes before anything is computed.
[<RequireQualifiedAccess>]
module ExactTangentCost =

    /// Rows and columns of a tile at most.
    let private mostSide = 256

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
            Array.append x (defaultArg z [||]) |> Array.averageBy (TokenBatches.paddedLength >> float)

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
                * (held * height * (activations * tokens + 2.0 * largest)
                   + 2.0 * float (EncoderShape.count shape)
                   + 3.0 * height * height)
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
        let priced =
            [ mostSide; 128; 64; 32; 16; 8 ]
            |> List.map (fun side -> side, ofTexts bytesPerNumber shape heads side x z)

        match priced |> List.tryFind (fun (_, cost) -> cost.Bytes <= memory) with
        | Some found -> Ok found
        | None ->
            let _, smallest = List.last priced

            Error(
                MachineLacks
                    $"the exact tangent kernel needs %s{ByteSize.print smallest.Bytes} of memory at least, and %s{ByteSize.print memory} are allowed; allow more, or take the sketch."
            )
