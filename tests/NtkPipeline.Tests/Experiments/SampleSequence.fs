/// What was seen of kernels of texts, made up: tests change the part that they are about.
module NtkPipeline.Tests.SampleSequence

open NtkPipeline.Core

/// About a value by so much.
let about reach value : Difference = { Value = value; Lower = value - reach; Upper = value + reach }

let private scores model error : SequenceScores = {
    Id = SequenceModel.id model
    Title = SequenceModel.title model
    Network = "dense 1 | relu | mean-pool | dense 1"
    IsOrderBlind = SequenceModel.isOrderBlind model
    RelativeRidge = 0.5
    LooError = error
    LooAccuracy = 0.82
    Validation = { Accuracy = 0.8; F1 = 0.75; Auc = 0.85 }
    ValidationError = error + 0.02
}

/// Gains of squared errors, left out one at a time and on validation rows.
let gap one other loo validation : SequenceGap = {
    One = SequenceModel.id one
    Other = SequenceModel.id other
    LooError = about 0.01 loo
    LooAccuracy = about 0.01 0.006
    ValidationError = about 0.01 validation
    ValidationAccuracy = about 0.01 0.012
}

let networks model width saved : SequenceNetworkScores = {
    Id = SequenceModel.id model
    Title = SequenceModel.title model
    Network = "conv m size=3 | relu | mean-pool | dense 1"
    Width = width
    Epochs = [| 7; 12 |]
    Diverged = 1
    Accuracy = 0.79
    Error = 0.61
    InitialError = 0.12
    Movement = 0.34
    LessKernel = about 0.01 -0.004
    ErrorSaved = about 0.01 saved
}

let evidence: SequenceEvidence = {
    Margin = 0.01
    Source = "the encoder's word embeddings"
    Columns = 128
    FittedRows = 2000
    AllRows = 6090
    ValidationRows = 1523
    MeanTokens = 30.6
    MostTokens = 62
    Kernels = [|
        for k, model in List.indexed SequenceModel.all do
            scores model (0.6 - 0.01 * float k)
    |]
    Order = gap SequenceModel.Convolution SequenceModel.Tokens 0.02 0.03
    Control = gap SequenceModel.Convolution SequenceModel.Shuffled 0.02 0.02
    Attention = gap SequenceModel.Attention SequenceModel.Convolution 0.004 0.001
    Networks = [|
        networks SequenceModel.Mean 64 0.0
        networks SequenceModel.Convolution 64 0.05
        networks SequenceModel.Convolution 256 -0.02
    |]
    Contests = [|
        { One = "convolution"; Other = "mean"; Width = 256; Accuracy = about 0.01 0.02 }
    |]
    Price = { Rows = 2000; Pairs = 4.8e9; Seconds = 600.0 }
    PriceOfAll = { Rows = 6090; Pairs = 3.4e10; Seconds = 4200.0 }
}
