namespace NtkPipeline.Core

/// What a training has made of the encoder and the head.
[<RequireQualifiedAccess>]
module TunedEncoder =

    /// What a training moves, by name.
    let moved (shape: EncoderShape) (state: TuningState) : Map<string, float32[]> =
        let part start (name: string, sizes: int64[]) =
            let size = int (TuningLayout.size sizes)
            (name, Array.sub state.Parameters.Values start size), start + size

        TuningLayout.parameters state.Method shape |> List.mapFold part 0 |> fst |> Map.ofList

    let private sum = Array.map2 (fun (a: float32) b -> a + b)

    /// The head as it is now: w₀ + Δ of the linearised network.
    let head (weights: EncoderWeights) (state: TuningState) : LinearHead =
        let moved = moved weights.Shape state
        let now = moved[TuningLayout.headWeights], moved[TuningLayout.headBias][0]

        match state.Method with
        | TuningMethod.Full
        | TuningMethod.Lora _ -> { Weights = fst now; Bias = snd now }
        | TuningMethod.Linearised -> {
            Weights = sum state.Head.Weights (fst now)
            Bias = state.Head.Bias + snd now
          }

    /// An encoder of the pretrained one's form with the parameters that training has led to: θ, W + s B A, or θ₀ + Δ, at which the
    /// linearised network's own function is not the encoder's.
    let weights (weights: EncoderWeights) (state: TuningState) : EncoderWeights =
        let moved = moved weights.Shape state

        match state.Method with
        | TuningMethod.Full -> { weights with Values = weights.Values |> Map.map (fun name _ -> moved[name]) }
        | TuningMethod.Lora rank -> LoraLayers.merge weights moved rank
        | TuningMethod.Linearised -> {
            weights with
                Values = weights.Values |> Map.map (fun name values -> sum values moved[name])
          }
