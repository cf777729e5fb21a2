namespace NtkPipeline.Core

/// The kernel on the first d principal components.
type DimensionPoint = {
    Dimensions: int
    /// Share of the rows' variance that is kept.
    ExplainedVariance: float
    HeldOut: LooScores
}

/// What the number of components is worth, on some training rows. No points where it was not asked for.
type DimensionFacts = { Rows: int; Points: DimensionPoint[] }

/// Stage: embeddings and split → what numbers of principal components are worth: explained variance, and exact leave-one-out
/// of the kernel on the first d components. Training rows only, at most `Rows` of them, drawn at random: four solves of that
/// many rows for each d.
[<RequireQualifiedAccess>]
module CompareDimensions =

    type Settings = {
        /// Those that the embeddings have columns and rows for are compared.
        Dimensions: int list
        Rows: int
        Whiten: bool
        Solver: PcaSolver
    }

    let private trial targets (model: PcaModel) rows dimensions =
        let first = Pca.truncate dimensions model
        let unit = rows |> Pca.transform first |> Pca.normaliseRows |> fst

        BaseKernel.gram unit None
        |> Result.bind (fun gram ->
            LeaveOneOutTrial.best $"the kernel of %d{dimensions} components" gram targets)
        |> Result.map (fun heldOut -> {
            Dimensions = dimensions
            ExplainedVariance = Array.sum first.ExplainedVariance
            HeldOut = heldOut
        })

    let private run settings (seed: Seed) (embeddings: Embeddings, split: Split) =
        let train = embeddings.Labelled |> Matrix.gatherRows split.Train

        let dimensions =
            settings.Dimensions
            |> List.filter (fun d -> d <= min train.Rows train.Columns)
            |> List.distinct
            |> List.sort

        match dimensions with
        | [] -> Ok { Rows = 0; Points = [||] }
        | dimensions ->
            let drawn = Array.init train.Rows id
            (Seed.random (Seed.derive "rows" seed)).Shuffle drawn
            let drawn = drawn |> Array.truncate settings.Rows |> Array.sort
            let targets = drawn |> Array.map (fun i -> split.Targets[split.Train[i]])
            let rows = train |> Matrix.gatherRows drawn

            Pca.fitBy settings.Solver (Seed.derive "pca" seed) (List.last dimensions) train
            |> Result.bind (fun model -> if settings.Whiten then Pca.whiten model else Ok model)
            |> Result.bind (fun model ->
                dimensions |> FsToolkit.ErrorHandling.List.traverseResultM (trial targets model rows))
            |> Result.map (fun points -> { Rows = drawn.Length; Points = Array.ofList points })

    let stage (settings: Settings) : Stage<Embeddings * Split, DimensionFacts> = {
        Name = "compare-dimensions"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "dimensions/1"
        Body = Seeded(run settings)
    }
