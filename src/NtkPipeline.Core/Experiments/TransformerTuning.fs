namespace NtkPipeline.Core

/// What trainings of the transformer rest on.
[<NoEquality; NoComparison>]
type TuningGround = {
    Weights: EncoderWeights
    Tokens: TweetTokens
    Split: Split
    Stop: StopRows
    /// Where the head begins.
    Head: LinearHead
}

/// Stages around the trainings of the transformer: what they say, which epoch is taken, what they have made of the encoder.
[<RequireQualifiedAccess>]
module TransformerTuning =

    /// A head that begins at ridge begins at linear probing on the rows that train.
    let ground
        (head: TuningHead)
        (weights: Artifact<EncoderWeights>)
        (tokens: Artifact<TweetTokens>)
        (split: Artifact<Split>)
        (stop: Artifact<StopRows>)
        : Artifact<TuningGround> =
        let gather (weights: EncoderWeights) tokens split (stop: StopRows) = {
            Weights = weights
            Tokens = tokens
            Split = split
            Stop = stop
            Head =
                match head with
                | TuningHead.Zero -> { Weights = Array.zeroCreate weights.Shape.Width; Bias = 0.0f }
                | TuningHead.Ridge -> stop.Head.Head
        }

        Artifact.map4 gather weights tokens split stop

    let private texts (ground: TuningGround) rows = rows |> Array.map (fun row -> ground.Tokens.Labelled[row])

    let input (ground: Artifact<TuningGround>) : Artifact<TuningInput> =
        ground
        |> Artifact.map (fun ground -> {
            Weights = ground.Weights
            Texts = texts ground ground.Stop.Trained
            Targets = SplitTweets.targets ground.Split ground.Stop.Trained
            Head = ground.Head
        })

    let private said device (ground: TuningGround) state =
        let stop, validation = ground.Stop.Stop, ground.Split.Validation

        FineTune.outputs device ground.Weights state (texts ground (Array.append stop validation))
        |> Result.map (fun f -> { Stop = f[.. stop.Length - 1]; Validation = f[stop.Length ..] })

    /// f at the stop rows and at the validation rows after an epoch.
    let outputs (device: Device) (name: string) : Stage<TuningGround * TuningState, TunedOutputs> = {
        Name = $"tuned-outputs/%s{name}"
        Version = 3
        Settings = Device.print device
        Codec = Codec.json "tuned-outputs/1"
        Body = Pure(fun (ground, state) -> said device ground state)
    }

    /// f before the first epoch.
    let start (device: Device) (name: string) : Stage<TuningGround, TunedOutputs> = {
        Name = $"tuned-outputs/%s{name}/start"
        Version = 3
        Settings = Device.print device
        Codec = Codec.json "tuned-outputs/1"
        Body =
            Pure(fun ground ->
                FineTune.start TuningMethod.Full (Seed.root 0UL) ground.Weights ground.Head
                |> said device ground)
    }

    /// The place of the epoch that the stop rows choose, from 0.
    let private choose (ground: TuningGround) (outputs: TunedOutputs list) =
        outputs
        |> List.map _.Stop
        |> Array.ofList
        |> EarlyStopping.choose (SplitTweets.targets ground.Split ground.Stop.Stop)
        |> fst

    /// The state that the stop rows choose, without its moments.
    let best (name: string) : Stage<TuningGround * (TunedOutputs list * TuningState list), TuningState> = {
        Name = $"tuned-best/%s{name}"
        Version = 1
        Settings = ""
        Codec = TuningState.codec
        Body =
            Pure(fun (ground, (outputs, states)) ->
                let state = states[choose ground outputs]
                let none = Matrix.create 0 state.Parameters.Columns [||]
                Ok { state with First = none; Second = none })
    }

    /// f at the test rows.
    let test (device: Device) (name: string) : Stage<TuningGround * TuningState, float[]> = {
        Name = $"tuned-test/%s{name}"
        Version = 3
        Settings = Device.print device
        Codec = Codec.vector
        Body =
            Pure(fun (ground, state) ->
                if ground.Tokens.Test.Length = 0 then
                    Ok [||]
                else
                    FineTune.outputs device ground.Weights state ground.Tokens.Test)
    }

    /// f at the validation rows, to first order in the change that fine-tuning made: f₀ + J(θ_T − θ₀), J that of the pretrained weights.
    let firstOrder (device: Device) : Stage<TuningGround * TuningState, float[]> = {
        Name = "tuned-first-order"
        Version = 3
        Settings = Device.print device
        Codec = Codec.vector
        Body =
            Pure(fun (ground, state) ->
                let start = FineTune.start TuningMethod.Full (Seed.root 0UL) ground.Weights ground.Head

                let change =
                    Array.map2 (-) state.Parameters.Values start.Parameters.Values
                    |> Matrix.create 1 state.Parameters.Columns

                FineTune.outputs
                    device
                    ground.Weights
                    {
                        state with
                            Method = TuningMethod.Linearised
                            Head = ground.Head
                            Parameters = change
                    }
                    (texts ground ground.Split.Validation))
    }

    /// One training as a whole.
    let gathered
        (method: TuningMethod)
        (seed: int)
        (outputs: Artifact<TunedOutputs list>)
        (best: Artifact<TuningState>)
        (test: Artifact<float[]>)
        : Artifact<TunedMember> =
        let gather outputs (best: TuningState) test = {
            Method = method
            Seed = seed
            Epochs = Array.ofList outputs
            Best = best.Epoch
            Test = test
        }

        Artifact.map3 gather outputs best test

    /// The encoder that a state has made of the pretrained one, and its head, 1 × width.
    let tuned
        (weights: Artifact<EncoderWeights>)
        (state: Artifact<TuningState>)
        : Artifact<EncoderWeights> * Artifact<Matrix<float32>> =
        let row weights state =
            let head = TunedEncoder.head weights state
            Matrix.create 1 head.Weights.Length head.Weights

        Artifact.map2 TunedEncoder.weights weights state, Artifact.map2 row weights state
