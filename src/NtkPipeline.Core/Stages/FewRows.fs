namespace NtkPipeline.Core

/// Stage: features and split → few rows of both, apart from all others, so that many kernels of them can be made and kept: training rows
/// evenly spaced among all, without zero rows and without those that all but repeat an earlier one (whose kernel would be singular at
/// every depth), then validation rows, evenly spaced.
[<RequireQualifiedAccess>]
module FewRows =

    /// At most so many of each.
    type Settings = { Train: int; Validation: int }

    /// Unit rows whose product passes this count as one.
    let private same = 0.999f

    let private product (rows: Matrix<float32>) i j =
        let a = Matrix.row i rows
        let b = Matrix.row j rows
        let mutable sum = 0.0f

        for k in 0 .. rows.Columns - 1 do
            sum <- sum + a[k] * b[k]

        sum

    /// Places of `candidates` that are not zero and unlike all that were kept before.
    let private distinct (rows: Matrix<float32>) (candidates: int[]) =
        (ResizeArray<int>(), candidates)
        ||> Array.fold (fun kept row ->
            if
                product rows row row > 0.5f
                && kept |> Seq.forall (fun other -> product rows row other < same)
            then
                kept.Add row

            kept)
        |> _.ToArray()

    let private spaced count (rows: int[]) =
        Probe.rows count rows.Length |> Array.map (fun place -> rows[place])

    let private run settings (features: Features, split: Split) =
        let train = spaced settings.Train split.Train |> distinct features.Labelled
        let order = Array.append train (spaced settings.Validation split.Validation)
        let pick (values: float[]) = order |> Array.map (fun row -> values[row])

        if train.Length < 2 then
            Error(DataRefused "few-rows: fewer than two training rows differ from one another")
        else
            Ok(
                {
                    features with
                        Labelled = Matrix.gatherRows order features.Labelled
                        Test = Matrix.create 0 features.Labelled.Columns [||]
                },
                {
                    split with
                        Train = [| 0 .. train.Length - 1 |]
                        Validation = [| train.Length .. order.Length - 1 |]
                        Folds = Array.zeroCreate train.Length
                        Labels = pick split.Labels
                        Targets = pick split.Targets
                        FitRows = [| 0 .. order.Length - 1 |]
                }
            )

    let stage (settings: Settings) : Stage<Features * Split, Features * Split> = {
        Name = $"few-rows/%d{settings.Train}+%d{settings.Validation}"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.pair ("features", ReduceDimension.codec) ("split", Codec.json<Split> "split/2")
        Body = Pure(run settings)
    }

    let features (few: Artifact<Features * Split>) : Artifact<Features> = few |> Artifact.map fst

    let split (few: Artifact<Features * Split>) : Artifact<Split> = few |> Artifact.map snd
