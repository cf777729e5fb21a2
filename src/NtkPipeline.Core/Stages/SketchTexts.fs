namespace NtkPipeline.Core

/// Stage: an encoder, heads (one a row) and texts → their sketched gradients, one set of rows a head.
[<RequireQualifiedAccess>]
module SketchTexts =

    /// `what` tells instances apart, such as the chunks of many texts; all of one seed share their projections, so that rows of different
    /// chunks fit together. `advance` is told how many texts more are done.
    let stage
        (device: Device)
        (settings: SketchSettings)
        (seed: Seed)
        (what: string)
        (advance: int -> unit)
        : Stage<EncoderWeights * (Matrix<float32> * int[][]), TangentRows[]> = {
        Name = $"sketch-texts/%s{what}"
        Version = 2
        Settings = Fingerprint.describe (settings, seed.Value, Device.print device)
        Codec = TangentRows.headsCodec
        Body =
            Pure(fun (weights, (heads, texts)) ->
                TangentFeatures.ofTexts device settings seed weights heads advance texts)
    }
