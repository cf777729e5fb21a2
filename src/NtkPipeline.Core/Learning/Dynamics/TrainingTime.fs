namespace NtkPipeline.Core

/// Time of gradient flow, θ' = −∇loss, in which a learning rate η has already been counted: η t.
[<Measure>]
type flow

/// One update of all weights.
[<Measure>]
type step

/// One pass over all training rows.
[<Measure>]
type epoch

/// How training in closed form proceeds, and for how long. A step, an epoch and time of flow are three different numbers.
[<RequireQualifiedAccess>]
type Training =
    /// Gradient flow; `infinity` is allowed.
    | Flow of time: float<flow>
    /// Full-batch gradient descent with learning rate η and momentum β (heavy ball; 0 for plain descent).
    | Descent of rate: float * momentum: float * steps: int64<step>

/// A learning rate for the loss ½·mean((f − y)²).
[<RequireQualifiedAccess>]
type LearningRate =
    /// η itself.
    | Absolute of float
    /// A multiple of N/Λ_max, N being the number of target values; 2 is where descent ceases to be stable.
    | Multiple of float

[<RequireQualifiedAccess>]
module LearningRate =

    /// η for a kernel's largest eigenvalue and so many target values.
    let resolve (largest: float) (size: int) (rate: LearningRate) : float =
        match rate with
        | LearningRate.Absolute eta -> eta
        | LearningRate.Multiple multiple -> multiple * float size / largest

    /// How far one rate is from another, by their ratio: 0 where they are the same.
    let distance (main: float) (rate: float) : float =
        if rate = main then 0.0 else abs (log (max rate 1e-300 / max main 1e-300))

[<RequireQualifiedAccess>]
module Training =

    /// A learning rate and a time make a time of flow.
    let flow (rate: float) (time: float) : Training = Training.Flow(rate * time * 1.0<flow>)

    let descent (rate: float) (steps: int64<step>) : Training = Training.Descent(rate, 0.0, steps)

    /// Whole epochs of so many steps each.
    let stepsOf (stepsPerEpoch: int64<step / epoch>) (epochs: int64<epoch>) : int64<step> =
        stepsPerEpoch * epochs

    /// Refuses times and rates that are none, and descent past its limit of stability, η Λ_max/N < 2(1 + β).
    let check (largest: float) (size: int) (training: Training) : Result<unit, PipelineError> =
        match training with
        | Training.Flow time when time >= 0.0<flow> -> Ok()
        | Training.Flow time ->
            Error(NumbersRefused $"a training time of %g{float time} is none; it must be at least 0")
        | Training.Descent(rate, momentum, steps) ->
            let limit = 2.0 * (1.0 + momentum) * float size / largest

            if not (rate > 0.0) || not (momentum >= 0.0 && momentum < 1.0) || steps < 0L<step> then
                Error(
                    NumbersRefused
                        $"descent of %d{int64 steps} steps with learning rate %g{rate} and momentum %g{momentum} is none: rates are positive, momentum lies in 0 … 1"
                )
            elif rate < limit then
                Ok()
            else
                Error(
                    NumbersRefused
                        $"learning rate %g{rate}: gradient descent on this kernel is stable below %g{limit} only and would diverge"
                )
