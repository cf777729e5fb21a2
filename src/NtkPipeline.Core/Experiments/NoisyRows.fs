namespace NtkPipeline.Core

/// Some training rows, drawn at random, and their targets at several shares of flipped labels.
type NoisyRows = {
    /// Numbers of labelled rows, ascending; of rows that are one another's copy, the number of the first that was drawn stands for all.
    Rows: int[]
    /// How many of them differ.
    Distinct: int
    /// Shares of flipped labels, and for each the targets of the rows, ±1, and how many of them were flipped.
    Noises: float[]
    Targets: float[][]
    Flipped: int[]
    /// The root of the seeds of first weights, for all who regress on networks' features or train them on these rows.
    Weights: uint64
}

/// Stage: features and split → rows to fit, with label noise. Validation labels are never touched.
[<RequireQualifiedAccess>]
module NoisyRows =

    type Settings = { Rows: int; Noises: float list }

    /// Unit rows no further apart than this say the same: identical texts, but for the rounding of their projection.
    let private same = 1e-5

    let private areSame (x: Matrix<float32>) i j =
        let mutable sum = 0.0

        for k in 0 .. x.Columns - 1 do
            let gap = float x[i, k] - float x[j, k]
            sum <- sum + gap * gap

        sum <= same * same

    /// For each row the first one that it is a copy of, itself where there is none before.
    let firsts (x: Matrix<float32>) (rows: int[]) : int[] =
        let kept = ResizeArray<int>()

        rows
        |> Array.map (fun row ->
            match kept |> Seq.tryFind (areSame x row) with
            | Some first -> first
            | None ->
                kept.Add row
                row)

    let private draw settings seed (features: Features, split: Split) =
        let drawn = Array.copy split.Train
        (Seed.random (Seed.derive "rows" seed)).Shuffle drawn
        let rows = drawn |> Array.truncate settings.Rows |> Array.sort
        let random = Seed.random (Seed.derive "flips" seed)
        // One number a row, so that the labels flipped at a small share are among those flipped at a large one.
        let chances = rows |> Array.map (fun _ -> random.NextDouble())
        let firsts = firsts features.Labelled rows
        let noises = settings.Noises |> List.distinct |> List.sort |> Array.ofList

        Ok {
            Rows = firsts
            Distinct = (Array.distinct firsts).Length
            Noises = noises
            Targets =
                noises
                |> Array.map (fun noise ->
                    Array.map2
                        (fun row chance ->
                            if chance < noise then -split.Targets[row] else split.Targets[row])
                        rows
                        chances)
            Flipped =
                noises
                |> Array.map (fun noise ->
                    chances |> Array.filter (fun chance -> chance < noise) |> Array.length)
            Weights = (Seed.derive "weights" seed).Value
        }

    /// θ of a network of one width for these rows, in float64: the same for its features and for its training.
    let firstWeights (network: Network) (columns: int) (width: int) (rows: NoisyRows) : DenseParameters[] =
        Forward.draw
            network
            columns
            (Seed.root rows.Weights |> Seed.derive $"m=%d{width}")
            TorchSharp.torch.float64

    /// One of several draws, by its number.
    let stage (experiment: string) (settings: Settings) (number: int) : Stage<Features * Split, NoisyRows> = {
        Name = $"%s{experiment}/rows/seed=%d{number}"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "noisy-rows/1"
        Body = Seeded(draw settings)
    }
