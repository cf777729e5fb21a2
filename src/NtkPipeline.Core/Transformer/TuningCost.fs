namespace NtkPipeline.Core

/// What fine-tuning needs, counted from the encoder's shape and the texts' lengths. Right within a factor of two.
type TuningCost = {
    /// Floating-point operations of plain float32 products that take as long.
    Flops: float
    /// Bytes of memory at the peak, beside the program's own.
    Bytes: float
    /// Bytes on disk of the checkpoints of all epochs.
    Disk: float
}

[<RequireQualifiedAccess>]
module TuningCost =

    /// Products of one pass over a batch, in passes of φ alone: backward by activations costs as much again, by weights too; a derivative
    /// along a direction, in which both W and x move, three times as much.
    let private passes (method: TuningMethod) =
        match method with
        | TuningMethod.Full -> 3.0
        | TuningMethod.Lora _ -> 2.2
        | TuningMethod.Linearised -> 6.0

    /// What is not a product (softmax, norms, gelu, copies) takes as long as this share of the products.
    let private others = 0.6

    /// Operations by which one number of the parameters is moved, at the speed of products: memory bounds them.
    let private ofStep = 200.0

    /// Operations of φ of texts of these lengths, padding included.
    let forward (shape: EncoderShape) (lengths: int[]) : float =
        let weights =
            EncoderShape.dense shape |> List.sumBy (fun (_, (rows, columns)) -> float rows * float columns)

        lengths
        |> Array.sumBy (fun length ->
            let tokens = float (TokenBatches.paddedLength length)
            let attention = 4.0 * float shape.Layers * tokens * float shape.Width
            (1.0 + others) * tokens * (2.0 * weights + attention))

    /// Of all epochs over texts of these lengths.
    let ofTraining (settings: TuningSettings) (shape: EncoderShape) (lengths: int[]) : TuningCost =
        let moved = TuningLayout.count settings.Method shape |> float
        let own = EncoderShape.count shape |> float
        let steps = settings.Epochs * TuningBatches.count settings.Batch lengths.Length |> float
        let longest = lengths |> Array.max |> TokenBatches.paddedLength |> float

        let activations =
            float settings.Batch
            * longest
            * float shape.Layers
            * (14.0 * float shape.Width + 4.0 * float shape.Inner + 4.0 * float shape.Heads * longest)

        {
            Flops =
                float settings.Epochs * passes settings.Method * forward shape lengths
                + steps * ofStep * moved
            // Measured: in full fine-tuning of MiniLM autograd and its workspaces hold three times the activations at the peak.
            Bytes = 4.0 * (2.0 * own + 10.0 * moved + 3.0 * activations)
            Disk = 4.0 * moved * (3.0 * float settings.Epochs - 2.0)
        }
