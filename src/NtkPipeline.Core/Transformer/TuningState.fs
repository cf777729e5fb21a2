namespace NtkPipeline.Core

/// A linear function of φ: w·φ + b.
type LinearHead = {
    /// w, one number a column of φ.
    Weights: float32[]
    Bias: float32
}

/// What a state is kept as, besides its arrays.
type TuningFacts = {
    Method: string
    /// 0 where the method has none.
    Rank: int
    Epoch: int
    Steps: int
    HeadWeights: float32[]
    HeadBias: float32
    Losses: float[]
}

/// A training of an encoder between two epochs: all that the next one needs besides the encoder, the texts and the settings.
type TuningState = {
    Method: TuningMethod
    /// Epochs and steps that are done.
    Epoch: int
    Steps: int
    /// Where w, b began.
    Head: LinearHead
    /// What training moves as one row, in the order of `TuningLayout.parameters`: θ itself, or Δ = θ − θ₀ of the linearised network.
    Parameters: Matrix<float32>
    /// Adam's mean of the gradients and of their squares, likewise; no row after the last epoch, where nothing needs them.
    First: Matrix<float32>
    Second: Matrix<float32>
    /// Of each epoch: the mean of (f(x) − y)² over its texts, each as its step found it.
    Losses: float[]
}

/// Which numbers a method of training moves, and in what order.
[<RequireQualifiedAccess>]
module TuningLayout =

    let headWeights, headBias = "head.weight", "head.bias"

    /// A and B of a dense layer's W + s B A.
    let loraA, loraB = ".lora_A", ".lora_B"

    /// The dense layers that LoRA changes: query and value of every block, as in its paper.
    let loraLayers (shape: EncoderShape) : string list = [
        for number in 0 .. shape.Layers - 1 do
            EncoderShape.layer number + EncoderShape.query
            EncoderShape.layer number + EncoderShape.value
    ]

    let private ofEncoder (method: TuningMethod) (shape: EncoderShape) =
        let width = int64 shape.Width

        match method with
        | TuningMethod.Full
        | TuningMethod.Linearised -> EncoderShape.parameters shape
        | TuningMethod.Lora rank -> [
            for name in loraLayers shape do
                name + loraA, [| int64 rank; width |]
                name + loraB, [| width; int64 rank |]
          ]

    /// Every tensor that is moved, with its dimensions; the head's w and b come last.
    let parameters (method: TuningMethod) (shape: EncoderShape) : (string * int64[]) list =
        ofEncoder method shape @ [ headWeights, [| int64 shape.Width |]; headBias, [| 1L |] ]

    let size (sizes: int64[]) : int64 = Array.fold (*) 1L sizes

    /// How many numbers are moved.
    let count (method: TuningMethod) (shape: EncoderShape) : int64 =
        parameters method shape |> List.sumBy (snd >> size)

    /// Whether weight decay leaves a tensor as it is: biases and the norms' gains do not shrink.
    let isUndecayed (name: string) : bool = name.EndsWith ".bias" || name.Contains ".LayerNorm."

[<RequireQualifiedAccess>]
module TuningState =

    let private facts (state: TuningState) : TuningFacts = {
        Method = TuningMethod.print state.Method
        Rank =
            match state.Method with
            | TuningMethod.Full
            | TuningMethod.Linearised -> 0
            | TuningMethod.Lora rank -> rank
        Epoch = state.Epoch
        Steps = state.Steps
        HeadWeights = state.Head.Weights
        HeadBias = state.Head.Bias
        Losses = state.Losses
    }

    let private ofStored (facts: TuningFacts, (parameters: Matrix<float32>, (first, second))) =
        let fits (m: Matrix<float32>) =
            m.Columns = parameters.Columns && m.Rows <= 1 && m.Rows = (first: Matrix<float32>).Rows

        match TuningMethod.parse facts.Rank facts.Method with
        | Error reason -> Error reason
        | Ok _ when parameters.Rows <> 1 || not (fits first && fits second) ->
            Error "its parameters and their moments are not rows of one length"
        | Ok _ when facts.Losses.Length <> facts.Epoch -> Error "it does not hold one loss an epoch"
        | Ok method ->
            Ok {
                Method = method
                Epoch = facts.Epoch
                Steps = facts.Steps
                Head = { Weights = facts.HeadWeights; Bias = facts.HeadBias }
                Parameters = parameters
                First = first
                Second = second
                Losses = facts.Losses
            }

    /// A zip of what is known of the training as JSON, and of its parameters and moments as NumPy arrays.
    let codec: Codec<TuningState> =
        Codec.pair
            ("training", Codec.json<TuningFacts> "tuning-facts/1")
            ("arrays",
             Codec.pair
                 ("parameters", Codec.matrix32)
                 ("moments", Codec.pair ("first", Codec.matrix32) ("second", Codec.matrix32)))
        |> Codec.map
            "tuning-state/1"
            (fun state -> facts state, (state.Parameters, (state.First, state.Second)))
            ofStored
