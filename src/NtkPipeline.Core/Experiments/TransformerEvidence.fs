namespace NtkPipeline.Core

/// What a model is: the kernels are regressed with, the networks are trained.
[<RequireQualifiedAccess>]
type TransformerModel =
    | FrozenLinear
    | FrozenNngp
    | FrozenNtk
    /// The head fitted by ridge first.
    | Tangent
    /// Averaged over heads that have seen no label.
    | TangentRandom
    /// Tangent kernel and frozen features' kernel.
    | Blend
    /// The tangent kernel at the fine-tuned weights.
    | AfterKernel
    /// The kernel of LoRA's parameters where its training begins.
    | LoraTangent of rank: int
    | Tuned of TuningMethod

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TransformerModel =

    /// As files and results name it.
    let id (model: TransformerModel) : string =
        match model with
        | TransformerModel.FrozenLinear -> "frozen-linear"
        | TransformerModel.FrozenNngp -> "frozen-nngp"
        | TransformerModel.FrozenNtk -> "frozen-ntk"
        | TransformerModel.Tangent -> "tangent"
        | TransformerModel.TangentRandom -> "tangent-random"
        | TransformerModel.Blend -> "both-kernels"
        | TransformerModel.AfterKernel -> "after-kernel"
        | TransformerModel.LoraTangent _ -> "lora-tangent"
        | TransformerModel.Tuned TuningMethod.Full -> "fine-tuned"
        | TransformerModel.Tuned TuningMethod.Linearised -> "linearised"
        | TransformerModel.Tuned(TuningMethod.Lora _) -> "lora"

    /// As people read it.
    let title (model: TransformerModel) : string =
        match model with
        | TransformerModel.FrozenLinear -> "frozen features, linear"
        | TransformerModel.FrozenNngp -> "frozen features, NNGP"
        | TransformerModel.FrozenNtk -> "frozen features, NTK"
        | TransformerModel.Tangent -> "tangent kernel, fitted head"
        | TransformerModel.TangentRandom -> "tangent kernel, random heads"
        | TransformerModel.Blend -> "tangent and frozen kernel"
        | TransformerModel.AfterKernel -> "tangent kernel after fine-tuning"
        | TransformerModel.LoraTangent rank -> $"LoRA's tangent kernel, rank %d{rank}"
        | TransformerModel.Tuned TuningMethod.Full -> "fine-tuned"
        | TransformerModel.Tuned TuningMethod.Linearised -> "linearised, trained alike"
        | TransformerModel.Tuned(TuningMethod.Lora rank) -> $"LoRA, rank %d{rank}"

/// How a model was chosen, and how it met rows that chose nothing.
type ModelScores = {
    /// `TransformerModel.id` and `title`.
    Id: string
    Title: string
    RelativeRidge: float option
    /// The kernel's rows were brought to length 1.
    IsUnit: bool
    Share: float option
    /// The epoch that the stop rows chose, of each member.
    Epochs: int[]
    /// By cross-validation on the fitted rows, and whether all that has seen labels was fitted anew for each fold.
    CvError: float option
    CvAccuracy: float option
    IsHonest: bool
    LooError: float option
    LooAccuracy: float option
    /// On the stop rows, by held-out outputs or, of a trained encoder, at the chosen epoch.
    StopError: float
    StopAccuracy: float
    /// On the validation rows, mean over members.
    Validation: Scores
    ValidationError: float
    /// Of the members' mean output; the sigmoid is fitted on the stop rows.
    Calibration: Calibrated
    /// f at the validation rows, one array a member, and at the test rows, their mean.
    Outputs: float[][]
    Test: float[]
}

/// A fine-tuned encoder beside what it began as, after an epoch.
type TransformerDrift = {
    Seed: int
    Epoch: int
    /// Over the probe rows: ‖Θ̂_t − Θ̂_0‖/‖Θ̂_0‖, the cosine between them, the same centred (CKA), and the ratio of traces.
    DeltaTheta: float
    Cosine: float
    Cka: float
    TraceRatio: float
    /// ‖θ_t − θ_0‖/‖θ_0‖ of the encoder.
    Movement: float
}

/// How well something foretells what a training does to the outputs at the validation rows.
type Foretold = {
    /// `TransformerModel.id` of the training.
    Of: string
    What: string
    /// Between the changes of f; none where one of them does not vary.
    Correlation: float option
    /// 1 − ‖Δ − Δ'‖²/‖Δ‖²: below 0 where saying "no change" would be better; none where nothing changed.
    Explained: float option
    /// Share of the rows that both put on the same side of 0.
    Agreement: float
}

/// McNemar's exact p of two models on the validation rows.
type NamedP = { Against: string; P: float }

/// A training, epoch by epoch from the start on.
type TunedPath = {
    Model: string
    Seed: int
    StopErrors: float[]
    ValidationErrors: float[]
    ValidationAccuracies: float[]
}

/// A layer's, or a kind of parameters', share of the kernel, and what its kernel alone reaches.
type LayerPart = {
    Part: string
    TraceShare: float
    RelativeRidge: float
    ValidationError: float
    ValidationAccuracy: float
}

/// All that was judged.
type TransformerEvidence = {
    LazyThreshold: float
    Margin: float
    FittedRows: int
    StopRows: int
    ValidationRows: int
    Models: ModelScores[]
    /// Squared errors of cross-validation: the frozen features' NTK less the tangent kernel, and accuracies, tangent less frozen.
    ErrorGain: Difference
    AccuracyGain: Difference
    /// Accuracies on the validation rows: fine-tuned less the tangent kernel, fine-tuned less the frozen features' NTK, tangent less
    /// frozen, with McNemar's exact p of the first members.
    TunedLessTangent: Difference option
    TunedLessFrozen: Difference option
    TangentLessFrozen: Difference
    P: NamedP[]
    /// Cross-validated error and accuracy with a head that has seen the labels of the rows it is judged on.
    LeakedError: float
    LeakedAccuracy: float
    Sketch: SketchError
    SketchRows: int
    Drift: TransformerDrift[]
    Foretold: Foretold[]
    Layers: LayerPart[]
    Kinds: LayerPart[]
    Paths: TunedPath[]
}
