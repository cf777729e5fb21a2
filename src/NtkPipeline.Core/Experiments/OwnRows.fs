namespace NtkPipeline.Core

/// Which numbers of a run a model of one's own is given.
[<RequireQualifiedAccess>]
type OwnInputs =
    /// The rows that the run's own networks are given, of norm 1 or √d.
    | Scaled of InputScale
    /// As the encoder gives them, or as they stand in data.features.
    | Raw

/// What a run asks a model of one's own: all settings of the question.
type OwnSetup = {
    /// How the file is named.
    File: string
    /// One row's axes, where a person says them.
    RowShape: int64 list option
    Inputs: OwnInputs
    /// Rows are numbers of data.features, and no texts.
    AreNumbers: bool
    Task: LearningTask
    Ridge: RidgeSettings
    /// Its optimiser, rate, batches and epochs are the model's too.
    Basis: RunSpec
    /// Folds that say when to stop; 0 for the last epoch.
    StopFolds: int
    /// Fitted rows times outputs, at most.
    Entries: int
    ProbeRows: int
    Compare: CompareSettings
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module OwnSetup =

    /// Fitted rows that are learnt from, at most: the tangent kernel has a row for every output of each.
    let rows (setup: OwnSetup) : int = max 20 (setup.Entries / LearningTask.outputs setup.Task)

/// What the model is asked on.
type OwnRows = {
    /// Rows as the model takes them, but for their axes: fitted, and kept for validation.
    Kept: Matrix<float32>
    Held: Matrix<float32>
    /// Classes' numbers, or numbers: as they are learnt, and as they are judged by.
    Values: float[]
    Labels: float[]
    /// The fold of each fitted row.
    Folds: int[]
    /// Fitted rows of the run, of which these are some.
    AllFitted: int
    /// Columns of the run's rows, and those that they were made of.
    RowColumns: int
    RawColumns: int
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module OwnRows =

    /// Labels of a run of two classes are ±1.
    let private values (task: LearningTask) (labels: float[]) =
        match task with
        | LearningTask.Binary _ -> labels |> Array.map (fun y -> if y > 0.0 then 1.0 else 0.0)
        | LearningTask.Classes _
        | LearningTask.Regression -> labels

    /// Rows as the model is given them: of the run's unit rows, or of those that they were made of.
    let given (setup: OwnSetup) (features: Matrix<float32>) (raw: Matrix<float32>) : Matrix<float32> =
        match setup.Inputs with
        | OwnInputs.Raw -> raw
        | OwnInputs.Scaled scale ->
            let norm = float32 (InputScale.norm features.Columns scale)
            features |> Matrix.map (fun x -> norm * x)

    /// `whole` is the run's split, `split` the same with the fitted rows that are learnt from.
    let gather
        (setup: OwnSetup)
        (whole: Artifact<Split>)
        (split: Artifact<Split>)
        (features: Artifact<Features>)
        (embeddings: Artifact<Embeddings>)
        : Artifact<OwnRows> =
        let chosen =
            Artifact.create
                "own-model.inputs"
                (Digest.ofParts [ Fingerprint.describe (setup.Task, setup.Inputs) ])
                (lazy (Ok()))

        let gather () (whole: Split) (split: Split) (features: Features) (embeddings: Embeddings) =
            let all = given setup features.Labelled embeddings.Labelled
            let pick (of': float[]) rows = rows |> Array.map (fun row -> of'[row]) |> values setup.Task

            {
                Kept = Matrix.gatherRows split.Train all
                Held = Matrix.gatherRows split.Validation all
                Values = pick split.Targets split.Train
                Labels = pick split.Labels split.Validation
                Folds = split.Folds
                AllFitted = whole.Train.Length
                RowColumns = features.Labelled.Columns
                RawColumns = features.Facts.EmbeddingColumns
            }

        Artifact.map4 gather chosen whole split features |> Artifact.apply embeddings

    let targets (task: LearningTask) (rows: OwnRows) : TaskTargets = TaskTargets.ofFitted task rows.Values
