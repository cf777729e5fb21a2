namespace NtkPipeline.Core

/// What a sketched tangent kernel needs: operations, bytes of memory at the peak, and bytes of features that are kept on disk.
type TangentCost = { Flops: float; Bytes: float; Disk: float }

/// Counted from shapes before anything is computed: a product of (a × b) and (b × c) is 2abc operations.
[<RequireQualifiedAccess>]
module TangentCost =

    /// What a pass takes beside its products, and what they fall short of a large one's speed: a guess, not yet held against a quiet machine.
    let private overhead = 1.6

    /// A token passes forward, for each head backward, and its activations and gradients are projected.
    let private perToken (settings: SketchSettings) (shape: EncoderShape) heads =
        let dense = EncoderShape.dense shape |> List.map snd
        let weights = dense |> List.sumBy (fun (rows, columns) -> float rows * float columns)
        let folded width = float width / float (RandomProjection.folds settings.Rank width)
        let left = dense |> List.sumBy (fun (rows, _) -> folded rows)
        // Query, key and value have one input.
        let right =
            dense
            |> List.sumBy (fun (_, columns) -> folded columns)
            |> (+) (-2.0 * float shape.Layers * folded shape.Width)

        2.0 * weights * (1.0 + heads) + 2.0 * float settings.Rank * (left * heads + right)

    /// The features of texts with these numbers of tokens by so many heads, in chunks of a size, and, if it is wanted, their kernel.
    let ofTexts
        (settings: SketchSettings)
        (shape: EncoderShape)
        (heads: int)
        (chunk: int)
        (hasKernel: bool)
        (lengths: int[])
        : TangentCost =
        let count, heads = float lengths.Length, float heads
        let tokens = lengths |> Array.sumBy (TokenBatches.paddedLength >> float)
        let columns = TangentSketch.columns settings shape |> TangentColumns.count |> float
        let rows = min count (float chunk)

        {
            Flops =
                overhead * tokens * perToken settings shape heads
                + (if hasKernel then columns * heads * count * (count + rows) else 0.0)
            Bytes =
                // Parameters, what projects, and what one pass keeps; a chunk of float16; two chunks in float32.
                4.0 * float (EncoderShape.count shape) * 2.0
                + 4.0 * float settings.Rank * float shape.Words
                + 4e8
                + rows * columns * heads * (2.0 * 2.0 + 2.0 * 4.0)
            Disk = 2.0 * count * columns * heads
        }
