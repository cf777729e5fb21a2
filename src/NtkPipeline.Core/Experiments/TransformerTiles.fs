namespace NtkPipeline.Core

/// Which tweets gradients are taken at.
[<RequireQualifiedAccess>]
type TileRows =
    /// The labelled ones, then the others.
    | All
    | Fitted
    /// At most so many fitted ones, evenly spaced.
    | Probe of count: int

/// By which parameters gradients are taken.
[<RequireQualifiedAccess>]
type TileGradients =
    /// All of the encoder's, sketched. All of one seed share their projections, so that rows of different tiles fit together.
    | Sketched of SketchSettings * Seed
    /// LoRA's of this rank, as they are, where a training with this seed begins.
    | Lora of rank: int * Seed

/// Stages: an encoder, texts and a head → sketched gradients, tile by tile.
[<RequireQualifiedAccess>]
module TransformerTiles =

    let private name (rows: TileRows) =
        match rows with
        | TileRows.All -> "all"
        | TileRows.Fitted -> "fitted"
        | TileRows.Probe count -> $"probe-%d{count}"

    /// Places, among the labelled rows, of at most so many fitted ones, evenly spaced.
    let probe (count: int) (split: Split) : int[] =
        Probe.rows count split.Train.Length |> Array.map (fun place -> split.Train[place])

    /// The part of n things that a tile has.
    let range (tiles: int) (number: int) (n: int) : int * int =
        let at k = int (int64 k * int64 n / int64 tiles)
        at number, at (number + 1)

    let private pick rows (tokens: TweetTokens) (split: Split) =
        match rows with
        | TileRows.All -> tokens.All
        | TileRows.Fitted -> split.Train |> Array.map (fun row -> tokens.Labelled[row])
        | TileRows.Probe count -> probe count split |> Array.map (fun row -> tokens.Labelled[row])

    let private gradientsOf device gradients (weights: EncoderWeights) =
        match gradients with
        | TileGradients.Sketched(sketch, seed) -> TangentFeatures.ofTexts device sketch seed weights
        | TileGradients.Lora(rank, seed) ->
            let adapters = LoraTangent.adapters seed rank weights.Shape
            TangentFeatures.ofLora device adapters None seed weights

    let private print device gradients =
        match gradients with
        | TileGradients.Sketched(sketch, seed) ->
            Fingerprint.describe (sketch, seed.Value, Device.print device)
        | TileGradients.Lora(rank, seed) ->
            Fingerprint.describe ("lora", rank, seed.Value, Device.print device)

    /// One tile of so many.
    let stage
        (device: Device)
        (gradients: TileGradients)
        (what: string)
        (rows: TileRows)
        (tiles: int)
        (number: int)
        (tell: System.Action<int, int>)
        : Stage<EncoderWeights * (Matrix<float32> * (TweetTokens * Split)), TangentRows> =
        let run (weights: EncoderWeights, (head, (tokens, split))) =
            let texts = pick rows tokens split
            let from, upTo = range tiles number texts.Length

            gradientsOf
                device
                gradients
                weights
                head
                (Counted.over tell (upTo - from))
                texts[from .. upTo - 1]
            |> Result.map Array.head

        {
            Name = $"tangent-features/%s{what}/%s{name rows}/%d{number}-of-%d{tiles}"
            Version = 2
            Settings = print device gradients
            Codec = TangentRows.codec
            Body = Pure run
        }

    /// φ of the probe rows, which the head's own gradients are.
    let pooled
        (device: Device)
        (what: string)
        (count: int)
        : Stage<EncoderWeights * (TweetTokens * Split), Matrix<float32>> = {
        Name = $"pool-probe/%s{what}/%d{count}"
        Version = 2
        Settings = Device.print device
        Codec = Codec.matrix32
        Body =
            Pure(fun (weights, (tokens, split)) ->
                pick (TileRows.Probe count) tokens split |> EncodeTexts.pooled device weights ignore)
    }

    /// Bytes that the exact kernel may take.
    let private memory = 2e9

    /// The exact kernel of the probe rows beside the sketched one.
    let error
        (device: Device)
        (count: int)
        (tell: System.Action<int, int>)
        : Stage<EncoderWeights * ((Matrix<float32> * (TweetTokens * Split)) * TangentRows), SketchError> =
        let run (weights: EncoderWeights, ((head: Matrix<float32>, (tokens, split)), sketched)) =
            pick (TileRows.Probe count) tokens split
            |> ExactTangent.symmetric device memory weights head (fun finished all ->
                tell.Invoke(finished, all))
            |> Result.bind (fun exact -> SketchError.measure exact (TangentKernel.symmetric [ sketched ]))

        {
            Name = $"sketch-error/probe-%d{count}"
            Version = 3
            Settings = Device.print device
            Codec = Codec.json "sketch-error/1"
            Body = Pure run
        }
