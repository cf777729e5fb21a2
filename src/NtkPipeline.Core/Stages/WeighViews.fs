namespace NtkPipeline.Core

/// Stage: several encoders' embeddings of the same tweets and the split → the weight of each. Training rows only.
[<RequireQualifiedAccess>]
module WeighViews =

    type Settings = { Weights: WeightChoice; Combining: Combining }

    /// Rows of norm 1, each encoder's under its name.
    let views (rowsOf: Embeddings -> Matrix<float32>) (parts: Embeddings list) : Views =
        parts |> List.map (fun part -> part.Encoder, part |> rowsOf |> Pca.normaliseRows |> fst)

    let private checkRows (parts: Embeddings list) =
        match parts |> List.map (fun part -> part.Labelled.Rows, part.Test.Rows) |> List.distinct with
        | []
        | [ _ ] -> Ok()
        | sizes ->
            let rows = sizes |> List.map (fun (labelled, test) -> $"%d{labelled} + %d{test}")
            let list = String.concat ", " rows
            Error(DataRefused $"encoders side by side have rows of different tweets: %s{list}")

    let private run settings seed (parts: Embeddings list, split: Split) =
        checkRows parts
        |> Result.bind (fun () ->
            ViewWeights.choose
                settings.Weights
                settings.Combining
                seed
                (views _.Labelled parts)
                split.Train
                (SplitTweets.targets split split.Train))

    let stage (settings: Settings) : Stage<Embeddings list * Split, CombinationFacts> = {
        Name = "weigh-views"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "combination/1"
        Body = Seeded(run settings)
    }

    /// What is reported of a combination; nothing of a single encoder.
    let facts (combination: Artifact<CombinationFacts> option) : Artifact<CombinationFacts option> =
        match combination with
        | Some combination -> combination |> Artifact.map Some
        | None -> Artifact.create "one encoder" (Digest.ofParts [ "one encoder" ]) (lazy (Ok None))
