namespace NtkPipeline.Core

/// How texts became features.
type FeatureFacts = {
    Encoder: string
    /// How columns were reduced: "pca exact", "pca randomised", "none, centred"; with ", whitened" where they were.
    Reduction: string
    /// Columns before the reduction, and after it.
    EmbeddingColumns: int
    Columns: int
    /// Share of the training rows' variance that each kept component explains, largest first; empty where none was left out.
    ExplainedVariance: float[]
    /// Labelled and test rows that are zero and so cannot be brought to norm 1; they stay zero.
    ZeroLabelledRows: int[]
    ZeroTestRows: int[]
}

/// The inputs of every model: one unit-norm row a tweet.
type Features = {
    /// Labelled rows × d.
    Labelled: Matrix<float32>
    /// Test rows × d; no rows without a test set.
    Test: Matrix<float32>
    Facts: FeatureFacts
}

/// How many principal components are kept.
type Dimensions =
    | Leading of int
    /// Or as many as there are columns and training rows for.
    | UpTo of int
    /// The number among those compared whose kernel has the least leave-one-out error.
    | Best
    /// No components: the embedding's own columns, centred as components are. The kernel sees only products of rows, so this is
    /// what keeping every component amounts to.
    | AllColumns

/// Stage: embeddings → d principal components, fitted on training rows only → rows of norm 1.
[<RequireQualifiedAccess>]
module ReduceDimension =

    type Settings = { Dimensions: Dimensions; Solver: PcaSolver; Whiten: bool }

    let codec: Codec<Features> =
        Codec.pair
            ("rows", Codec.pair ("labelled", Codec.matrix32) ("test", Codec.matrix32))
            ("facts", Codec.json<FeatureFacts> "feature-facts/2")
        |> Codec.map
            "features/1"
            (fun features -> (features.Labelled, features.Test), features.Facts)
            (fun ((labelled, test), facts) -> Ok { Labelled = labelled; Test = test; Facts = facts })

    let private finish (embeddings: Embeddings) reduction explained transform =
        let labelled, zeroLabelled = embeddings.Labelled |> transform |> Pca.normaliseRows
        let test, zeroTest = embeddings.Test |> transform |> Pca.normaliseRows

        {
            Labelled = labelled
            Test = test
            Facts = {
                Encoder = embeddings.Encoder
                Reduction = reduction
                EmbeddingColumns = embeddings.Labelled.Columns
                Columns = labelled.Columns
                ExplainedVariance = explained
                ZeroLabelledRows = zeroLabelled
                ZeroTestRows = zeroTest
            }
        }

    /// A refusal by the numbers names the setting that would help.
    let private naming (setting: string) (result: Result<'a, PipelineError>) =
        result
        |> Result.mapError (fun error ->
            match error with
            | NumbersRefused sentence -> NumbersRefused $"%s{sentence}; %s{setting}"
            | error -> error)

    let private project settings seed dimensions (embeddings: Embeddings, split: Split) =
        let train = embeddings.Labelled |> Matrix.gatherRows split.Train
        let most = min train.Rows train.Columns

        Pca.fitBy settings.Solver seed dimensions train
        |> if dimensions > most then
               naming $"reduce.dimensions may be %d{most} at most, or all"
           else
               id
        |> Result.bind (fun model ->
            if settings.Whiten then
                Pca.whiten model |> naming "reduce.dimensions may be smaller, or reduce.whiten false"
            else
                Ok model)
        |> Result.map (fun model ->
            finish
                embeddings
                (Pca.describe settings.Solver model train)
                model.ExplainedVariance
                (Pca.transform model))

    let private best (facts: DimensionFacts) =
        if facts.Points.Length = 0 then
            Error(
                DataRefused
                    "no number of components could be compared, since the embeddings have fewer columns or rows; set reduce.dimensions, or smaller numbers in reduce.compare"
            )
        else
            Ok((facts.Points |> Array.minBy _.HeldOut.Error).Dimensions)

    let private run settings seed ((embeddings: Embeddings, split: Split), compared: DimensionFacts) =
        match settings.Dimensions with
        | Leading dimensions -> project settings seed dimensions (embeddings, split)
        | UpTo dimensions ->
            let most = min embeddings.Labelled.Columns split.Train.Length
            project settings seed (min dimensions most) (embeddings, split)
        | Best ->
            best compared
            |> Result.bind (fun dimensions -> project settings seed dimensions (embeddings, split))
        | AllColumns ->
            let train = embeddings.Labelled |> Matrix.gatherRows split.Train
            Ok(finish embeddings "none, centred" [||] (Pca.centre train))

    /// What the dimensions are chosen by is an input only where it chooses: `compared` is asked for then alone.
    let inputs
        (settings: Settings)
        (embeddings: Artifact<Embeddings>)
        (split: Artifact<Split>)
        (compared: Artifact<DimensionFacts>)
        : Artifact<(Embeddings * Split) * DimensionFacts> =
        let rows = Artifact.both embeddings split

        match settings.Dimensions with
        | Best -> Artifact.both rows compared
        | Leading _
        | UpTo _
        | AllColumns -> rows |> Artifact.map (fun rows -> rows, { Rows = 0; Points = [||] })

    let stage (settings: Settings) : Stage<(Embeddings * Split) * DimensionFacts, Features> = {
        Name = "reduce-dimension"
        Version = 2
        Settings = Fingerprint.describe settings
        Codec = codec
        Body = Seeded(run settings)
    }

    /// The first d principal components beside the run's own features, or as many as the embeddings have columns and training rows for
    /// (`FeatureFacts.Columns` says). Fitted on training rows only, and brought to norm 1, as the run's are.
    let leading (settings: Settings) (dimensions: int) : Stage<Embeddings * Split, Features> =
        let settings = { settings with Dimensions = Leading dimensions }

        let run seed (embeddings: Embeddings, split: Split) =
            let most = min embeddings.Labelled.Columns split.Train.Length
            project settings seed (min dimensions most) (embeddings, split)

        {
            Name = $"reduce-dimension/d=%d{dimensions}"
            Version = 1
            Settings = Fingerprint.describe settings
            Codec = codec
            Body = Seeded run
        }
