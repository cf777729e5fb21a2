namespace NtkPipeline.Core

open TorchSharp

/// Where each part of an encoder's gradient goes, drawn once from (settings, seed, shape) alone.
[<NoEquality; NoComparison>]
type TangentSketch = {
    Shape: EncoderShape
    Settings: SketchSettings
    Columns: TangentColumns list
    /// In the order of `EncoderShape.dense`; query, key and value of a block share what projects their common input.
    Dense: KroneckerSketch[]
    /// Of the embedding sum's δ; and signs over √R, which project the unit vectors of word ids and of positions: ids × R.
    Sum: RandomProjection
    Words: torch.Tensor
    Positions: torch.Tensor
    /// Of every block's biases and norms, and of the embeddings' norm: numbers × buckets; none where they are kept as they are.
    Biases: torch.Tensor option[]
    Norms: torch.Tensor option[]
    EmbeddingNorm: torch.Tensor option
}

/// A text's gradients by all parameters, as columns whose inner products are those of the gradients in the mean over seeds.
[<RequireQualifiedAccess>]
module TangentSketch =

    /// A block's biases in all.
    let private biases (shape: EncoderShape) = 5 * shape.Width + shape.Inner

    /// Whether a matrix of these sizes is not larger than its sketch.
    let private isKept (settings: SketchSettings) (rows: int, columns: int) =
        int64 rows * int64 columns <= int64 settings.Rank * int64 settings.Block

    let private ofMatrix settings (rows, columns) =
        if isKept settings (rows, columns) then
            rows * columns
        else
            settings.Rank * settings.Block

    /// How many columns each part becomes, in the order of `TangentPart.all`.
    let columns (settings: SketchSettings) (shape: EncoderShape) : TangentColumns list =
        let blocks = settings.Rank * settings.Block

        TangentPart.all shape
        |> List.map (fun part ->
            part,
            match part.Kind with
            | TangentKind.Words
            | TangentKind.Positions -> blocks
            | TangentKind.Types -> shape.Width
            | TangentKind.Query
            | TangentKind.Key
            | TangentKind.Value
            | TangentKind.Attended -> ofMatrix settings (shape.Width, shape.Width)
            | TangentKind.Inner
            | TangentKind.Outer -> ofMatrix settings (shape.Inner, shape.Width)
            | TangentKind.Bias -> min settings.Rest (biases shape)
            | TangentKind.Norm ->
                let norms = if part.Layer.IsSome then 2 else 1
                min settings.Rest (2 * norms * shape.Width))
        |> TangentColumns.layOut

    /// A count sketch (Charikar, Chen & Farach-Colton 2002) as a matrix: one sign in each row, in a random column.
    let private buckets (settings: SketchSettings) (seed: Seed) (numbers: int) =
        if numbers <= settings.Rest then
            None
        else
            use _ = torch.NewDisposeScope()
            use generator = Seed.generator seed
            let draw bound = torch.randint (0L, bound, [| int64 numbers; 1L |], generator = generator)
            let bucket = draw (int64 settings.Rest)
            let sign = RandomProjection.signs generator [| int64 numbers; 1L |]

            torch
                .zeros([| int64 numbers; int64 settings.Rest |], dtype = torch.float64)
                .scatter_(1L, bucket, sign)
                .MoveToOuterDisposeScope()
            |> Some

    /// The sketch of an encoder of this shape, its tensors in a precision and on a device. They belong to the caller's scope.
    let draw
        (precision: torch.ScalarType)
        (device: torch.Device)
        (settings: SketchSettings)
        (seed: Seed)
        (shape: EncoderShape)
        : TangentSketch =
        use scope = torch.NewDisposeScope()
        let seedOf name = Seed.derive name seed
        let ready (t: torch.Tensor) = t.``to``(precision).``to``(device).contiguous() |> scope.MoveToOuter

        let projection name scale columns =
            let drawn =
                RandomProjection.draw (seedOf name) scale settings.Rank columns
                |> RandomProjection.toDevice precision device

            drawn.Folds |> Option.iter (fun signs -> scope.MoveToOuter signs |> ignore)
            { drawn with Frames = scope.MoveToOuter drawn.Frames }

        let idSigns name ids =
            use generator = Seed.generator (seedOf name)

            (RandomProjection.signs generator [| int64 ids; int64 settings.Rank |])
                .div_((sqrt (float settings.Rank)).ToScalar())
            |> ready

        let buckets name numbers = buckets settings (seedOf name) numbers |> Option.map ready
        let scale = KroneckerSketch.scale settings

        let dense (name: string, (rows, columns)) =
            if isKept settings (rows, columns) then
                KroneckerSketch.Exact
            else
                let input =
                    [ EncoderShape.key; EncoderShape.value ]
                    |> List.fold (fun (name: string) other -> name.Replace(other, EncoderShape.query)) name

                KroneckerSketch.Blocks(
                    settings.Block,
                    projection (name + "/output") scale rows,
                    projection (input + "/input") 1.0 columns
                )

        {
            Shape = shape
            Settings = settings
            Columns = columns settings shape
            Dense = EncoderShape.dense shape |> List.map dense |> Array.ofList
            Sum = projection "embeddings" scale shape.Width
            Words = idSigns EncoderShape.words shape.Words
            Positions = idSigns EncoderShape.positions shape.Positions
            Biases =
                Array.init shape.Layers (fun number ->
                    buckets $"%s{EncoderShape.layer number}biases" (biases shape))
            Norms =
                Array.init shape.Layers (fun number ->
                    buckets $"%s{EncoderShape.layer number}norms" (4 * shape.Width))
            EmbeddingNorm = buckets EncoderShape.embeddingNorm (2 * shape.Width)
        }
