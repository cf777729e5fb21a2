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

    /// One set of rows a head, in the texts' order. `heads` has one a row. `advance` is told of how many texts more are done.
    let ofTexts
        (device: Device)
        (settings: SketchSettings)
        (seed: Seed)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (advance: int -> unit)
        (texts: int[][])
        : Result<TangentRows[], PipelineError> =
        let shape = weights.Shape

        result {
            let! settings =
                SketchSettings.check settings
                |> Result.mapError (fun reason -> DataRefused $"sketch: %s{reason}.")

            do! EncodeTexts.check shape texts
            do! TangentHeads.check shape heads
            let! device = Device.resolve device
            use _ = torch.NewDisposeScope()
            let precision = torch.ScalarType.Float32
            let parameters = BertEncoder.tensors precision device weights
            let sketch = TangentSketch.draw precision device settings seed shape
            let scales = Array.init heads.Rows (TangentHeads.scale heads)

            let directions =
                scales |> Array.mapi (fun h scale -> TangentHeads.tensor precision device heads scale h)

            let found = scales |> Array.map (fun scale -> empty sketch.Columns scale texts.Length)

            let pass places =
                use _ = torch.NewDisposeScope()
                let batch = TokenBatch.create precision device (places |> Array.map (Array.get texts))
                let forward = TangentTrace.forward weights.Pooling shape parameters batch
                let shared = SketchedTrace.prepare sketch forward

                [ 0 .. heads.Rows - 1 ]
                |> List.traverseResultM (fun h ->
                    use _ = torch.NewDisposeScope()

                    TangentTrace.backward (h = heads.Rows - 1) directions[h] forward
                    |> SketchedTrace.rows sketch shared
                    |> keep found[h].Values.Values places)
                |> Result.map (fun _ -> advance places.Length)

            do! TangentBatches.plan texts |> List.ofArray |> List.traverseResultM pass |> Result.map ignore
            return found
        }
