namespace NtkPipeline.Core

/// Which network reads the tokens, and in which order they come.
[<RequireQualifiedAccess>]
type SequenceModel =
    /// The mean of a text's tokens, as one row.
    | Mean
    /// Each token by itself, and then the mean.
    | Tokens
    | Convolution
    /// The convolution of texts whose tokens were put into a random order.
    | Shuffled
    | Attention

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module SequenceModel =

    let all = [
        SequenceModel.Mean
        SequenceModel.Tokens
        SequenceModel.Convolution
        SequenceModel.Shuffled
        SequenceModel.Attention
    ]

    /// As settings, results and stages name it.
    let id (model: SequenceModel) : string =
        match model with
        | SequenceModel.Mean -> "mean"
        | SequenceModel.Tokens -> "tokens"
        | SequenceModel.Convolution -> "convolution"
        | SequenceModel.Shuffled -> "shuffled"
        | SequenceModel.Attention -> "attention"

    /// As people read it.
    let title (model: SequenceModel) : string =
        match model with
        | SequenceModel.Mean -> "mean of the tokens"
        | SequenceModel.Tokens -> "each token by itself"
        | SequenceModel.Convolution -> "convolution"
        | SequenceModel.Shuffled -> "convolution, tokens shuffled"
        | SequenceModel.Attention -> "attention"

    /// The setting that says its network.
    let setting (model: SequenceModel) : string =
        match model with
        | SequenceModel.Shuffled -> id SequenceModel.Convolution
        | SequenceModel.Mean
        | SequenceModel.Tokens
        | SequenceModel.Convolution
        | SequenceModel.Attention -> id model

    /// Whether it knows which tokens a text has, and not in which order.
    let isOrderBlind (model: SequenceModel) : bool =
        match model with
        | SequenceModel.Mean
        | SequenceModel.Tokens -> true
        | SequenceModel.Convolution
        | SequenceModel.Shuffled
        | SequenceModel.Attention -> false
