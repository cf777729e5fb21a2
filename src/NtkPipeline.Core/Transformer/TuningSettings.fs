namespace NtkPipeline.Core

open System

/// Which parameters of a pretrained encoder training moves, besides the head's, and as what.
[<RequireQualifiedAccess>]
type TuningMethod =
    /// All of them.
    | Full
    /// All of them, in the network's first-order expansion at the pretrained weights: f₀(x) + J(x)Δ.
    | Linearised
    /// Hu et al. 2021: W + s B A of query and value, where A has this many rows; W stays.
    | Lora of rank: int

[<RequireQualifiedAccess>]
module TuningMethod =

    /// "full", "linearised" or "lora".
    let print (method: TuningMethod) : string =
        match method with
        | TuningMethod.Full -> "full"
        | TuningMethod.Linearised -> "linearised"
        | TuningMethod.Lora _ -> "lora"

    let names: string list = [ "full"; "linearised"; "lora" ]

    /// The method of this name; the rank is LoRA's.
    let parse (rank: int) (text: string) : Result<TuningMethod, string> =
        PrintedUnion.parse
            "a way of fine-tuning"
            print
            [ TuningMethod.Full; TuningMethod.Linearised; TuningMethod.Lora rank ]
            text

/// Where the head w, b begins.
[<RequireQualifiedAccess>]
type TuningHead =
    /// At the ridge regression on the pretrained φ (linear probing first: Kumar et al. 2022).
    | Ridge
    | Zero

[<RequireQualifiedAccess>]
module TuningHead =

    let print (head: TuningHead) : string =
        match head with
        | TuningHead.Ridge -> "ridge"
        | TuningHead.Zero -> "zero"

    let parse (text: string) : Result<TuningHead, string> =
        PrintedUnion.parse "a head's start" print [ TuningHead.Ridge; TuningHead.Zero ] text

/// How an encoder and the head w, b on it, f(x) = w·φ(x) + b, are trained on the squared error: AdamW with β₁ = 0.9, β₂ = 0.999 and
/// ε = 1e-8, no dropout, so that f is the function whose tangent kernel is taken.
type TuningSettings = {
    Method: TuningMethod
    /// The largest rate of the schedule.
    Rate: float
    /// The most texts of a step.
    Batch: int
    Epochs: int
    /// The share of all steps in which the rate rises, linearly; in the others it falls, linearly, towards 0.
    Warmup: float
    /// λ of decoupled weight decay (Loshchilov and Hutter 2019); biases and norms have none.
    Decay: float
    /// The longest gradient, in the Euclidean norm over all parameters; a longer one is made as long.
    Clip: float
}

[<RequireQualifiedAccess>]
module TuningSettings =

    /// LoRA's rank unless a person says otherwise.
    let rank = 8

    /// Usual rates (Devlin et al. 2019 for all weights; ten times that for LoRA); they were not searched for.
    let defaults (method: TuningMethod) : TuningSettings = {
        Method = method
        Rate =
            match method with
            | TuningMethod.Full
            | TuningMethod.Linearised -> 5e-5
            | TuningMethod.Lora _ -> 5e-4
        Batch = 32
        Epochs = 3
        Warmup = 0.1
        Decay = 0.01
        Clip = 1.0
    }

    let private mostRank = 1024

    /// The settings, or why there is no such training, in one sentence.
    let check (settings: TuningSettings) : Result<TuningSettings, string> =
        let positive x = Double.IsFinite x && x > 0.0

        let rank =
            match settings.Method with
            | TuningMethod.Full
            | TuningMethod.Linearised -> 1
            | TuningMethod.Lora rank -> rank

        if rank < 1 || rank > mostRank then
            Error $"LoRA's rank is a whole number from 1 to %d{mostRank}, not %d{rank}"
        elif not (positive settings.Rate) then
            Error $"the rate of fine-tuning is above 0 and finite, not %g{settings.Rate}"
        elif settings.Batch < 1 || settings.Epochs < 1 then
            Error
                $"fine-tuning takes batches of 1 or more and 1 epoch or more, not %d{settings.Batch} and %d{settings.Epochs}"
        elif not (settings.Warmup >= 0.0 && settings.Warmup <= 1.0) then
            Error $"the share of steps that warm up is from 0 to 1, not %g{settings.Warmup}"
        elif not (settings.Decay >= 0.0 && Double.IsFinite settings.Decay) then
            Error $"weight decay is at least 0 and finite, not %g{settings.Decay}"
        elif not (settings.Decay * settings.Rate < 1.0) then
            Error
                $"the rate of fine-tuning (--rate) is below %g{1.0 / settings.Decay}, which is 1 over the weight decay of %g{settings.Decay}, not %g{settings.Rate}"
        elif not (positive settings.Clip) then
            Error $"the longest gradient has a length above 0 and finite, not %g{settings.Clip}"
        else
            Ok settings

    /// The rate of step k of so many, counted from 1: k/W of the largest while k ≤ W, where W of them warm up; then from the largest at
    /// step W + 1 in equal steps to what would be 0 after the last.
    let rateAt (settings: TuningSettings) (steps: int) (k: int) : float =
        let warm = int (Math.Round(settings.Warmup * float steps))

        if k <= warm then
            settings.Rate * float k / float warm
        else
            settings.Rate * float (steps - k + 1) / float (steps - warm)
