namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// Texts → their gradients by all parameters of an encoder, sketched: for a head w those of f(x) = w·φ(x). The head's own part of the
/// kernel, φ·φ' and that of a constant, is not among them.
[<RequireQualifiedAccess>]
module TangentFeatures =

    /// Rounds a batch's rows into the array of all; a number that float16 does not hold is refused.
    let private keep (target: Half[]) (places: int[]) (rows: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let columns = int rows.shape[1]
        let half = rows.``to``(torch.float16).cpu()
        let isLost = half.isfinite().all(1L).logical_not()

        if isLost.any().item<bool>() then
            let lost = int (isLost.``to``(torch.int64).argmax().item<int64>())
            let isFinite = rows.select(0L, int64 lost).isfinite().all().item<bool>()

            let reason =
                if isFinite then
                    "a gradient is larger than float16 holds (65,504), for a head of norm about 1"
                else
                    "the encoder's gradients are no finite numbers"

            Error(NumbersRefused $"tangent kernel: of text %d{places[lost]} (counted from 0) %s{reason}.")
        else
            let values = Array.zeroCreate<Half>(places.Length * columns)

            torch.frombuffer(values, torch.ScalarType.Float16).reshape(half.shape).copy_ half |> ignore

            places
            |> Array.iteri (fun k place -> Array.Copy(values, k * columns, target, place * columns, columns))

            Ok()

    let private empty columns scale texts : TangentRows =
        let count = TangentColumns.count columns

        if int64 texts * int64 count > int64 Array.MaxLength then
            invalidArg (nameof texts) $"%d{texts} texts of %d{count} columns are more than one array holds"

        {
            Columns = columns
            Scale = scale
            Values = Matrix.create texts count (Array.zeroCreate (texts * count))
        }

    /// Texts pass in batches; `draw` gives, for float32 and a device, what makes a batch's columns of activations, and then of each head's
    /// gradients.
    let private ofPasses
        (device: Device)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (columns: TangentColumns list)
        (draw: torch.ScalarType -> torch.Device -> TangentForward -> TangentTrace -> torch.Tensor)
        (advance: int -> unit)
        (texts: int[][])
        : Result<TangentRows[], PipelineError> =
        result {
            do! EncodeTexts.check weights.Shape texts
            do! TangentHeads.check weights.Shape heads
            let! device = Device.resolve device
            use _ = torch.NewDisposeScope()
            let precision = torch.ScalarType.Float32
            let parameters = BertEncoder.tensors precision device weights
            let sketch = draw precision device
            let scales = Array.init heads.Rows (TangentHeads.scale heads)

            let directions =
                scales |> Array.mapi (fun h scale -> TangentHeads.tensor precision device heads scale h)

            let found = scales |> Array.map (fun scale -> empty columns scale texts.Length)

            let pass places =
                use _ = torch.NewDisposeScope()
                use _ = torch.no_grad ()
                let batch = TokenBatch.create precision device (places |> Array.map (Array.get texts))
                let forward = TangentTrace.forward weights.Pooling weights.Shape parameters batch
                let rows = sketch forward

                [ 0 .. heads.Rows - 1 ]
                |> List.traverseResultM (fun h ->
                    use _ = torch.NewDisposeScope()

                    TangentTrace.backward (h = heads.Rows - 1) directions[h] forward
                    |> rows
                    |> keep found[h].Values.Values places)
                |> Result.map (fun _ -> advance places.Length)

            do!
                TangentBatches.plan texts
                |> TorchThreads.sideBySide device pass
                |> List.ofArray
                |> List.sequenceResultM
                |> Result.map ignore

            return found
        }

    /// One set of rows a head, in the texts' order. `heads` has one a row. `advance` is told of how many texts more are done, by several threads. Refused:
    /// settings, texts and heads that cannot be, a device that is not here, and gradients that float16 does not hold.
    let ofTexts
        (device: Device)
        (settings: SketchSettings)
        (seed: Seed)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (advance: int -> unit)
        (texts: int[][])
        : Result<TangentRows[], PipelineError> =
        let draw precision device =
            let sketch = TangentSketch.draw precision device settings seed weights.Shape

            fun forward ->
                let shared = SketchedTrace.prepare sketch forward
                SketchedTrace.rows sketch shared

        SketchSettings.check settings
        |> Result.mapError (fun reason -> DataRefused $"sketch: %s{reason}.")
        |> Result.bind (fun settings ->
            ofPasses device weights heads (TangentSketch.columns settings weights.Shape) draw advance texts)

    /// The same by LoRA's parameters alone, where it begins: at B = 0 a layer's W + s B A has the gradient s Σ_t δ_t (A a_t)ᵀ by B, and none
    /// by A. `rank` is how many numbers δ is projected to; none: the gradient itself, out × r columns a layer.
    let ofLora
        (device: Device)
        (adapters: LoraAdapters)
        (rank: int option)
        (seed: Seed)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (advance: int -> unit)
        (texts: int[][])
        : Result<TangentRows[], PipelineError> =
        let shape = weights.Shape

        match rank with
        | Some rank when rank < 1 ->
            Error(DataRefused $"LoRA's sketch: rank %d{rank}: a positive number is wanted.")
        | _ ->
            let columns = LoraTangent.columns adapters rank shape
            ofPasses device weights heads columns (LoraTangent.draw adapters rank seed shape) advance texts
