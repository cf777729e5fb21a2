namespace NtkPipeline.Core

/// The inputs of every model: one unit-norm row a tweet.
type Features = {
    /// Labelled rows × d.
    Labelled: Matrix<float32>
    /// Test rows × d; no rows without a test set.
    Test: Matrix<float32>
    Facts: FeatureFacts
}

/// Stage: embeddings → d principal components, fitted on training rows only → rows of norm 1.
[<RequireQualifiedAccess>]
module ReduceDimension =

    type Settings = { Dimensions: int }

    let codec: Codec<Features> =
        Codec.pair
            ("rows", Codec.pair ("labelled", Codec.matrix32) ("test", Codec.matrix32))
            ("facts", Codec.json<FeatureFacts> "feature-facts/1")
        |> Codec.map
            "features/1"
            (fun features -> (features.Labelled, features.Test), features.Facts)
            (fun ((labelled, test), facts) -> Ok { Labelled = labelled; Test = test; Facts = facts })

    let private run settings (embeddings: Embeddings, split: Split) =
        embeddings.Labelled
        |> Matrix.gatherRows split.Train
        |> Pca.fit settings.Dimensions
        |> Result.map (fun model ->
            let labelled, zeroLabelled = embeddings.Labelled |> Pca.transform model |> Pca.normaliseRows
            let test, zeroTest = embeddings.Test |> Pca.transform model |> Pca.normaliseRows

            {
                Labelled = labelled
                Test = test
                Facts = {
                    Encoder = embeddings.Encoder
                    EmbeddingColumns = embeddings.Labelled.Columns
                    Columns = labelled.Columns
                    ExplainedVariance = model.ExplainedVariance
                    ZeroLabelledRows = zeroLabelled
                    ZeroTestRows = zeroTest
                }
            })

    let stage (settings: Settings) : Stage<Embeddings * Split, Features> = {
        Name = "reduce-dimension"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = codec
        Body = Pure(run settings)
    }
