namespace NtkPipeline.Core

/// The ways of descent whose ends are compared.
[<RequireQualifiedAccess>]
type OptimiserKind =
    /// On full batches.
    | Descent
    /// The heavy ball with β = 0.9, on full batches.
    | Momentum
    /// Plain descent on minibatches.
    | Sgd
    /// On full batches.
    | Adam
    | Sign

[<RequireQualifiedAccess>]
module OptimiserKind =

    let all: OptimiserKind list = [
        OptimiserKind.Descent
        OptimiserKind.Momentum
        OptimiserKind.Sgd
        OptimiserKind.Adam
        OptimiserKind.Sign
    ]

    let print (kind: OptimiserKind) : string =
        match kind with
        | OptimiserKind.Descent -> "descent"
        | OptimiserKind.Momentum -> "momentum"
        | OptimiserKind.Sgd -> "sgd"
        | OptimiserKind.Adam -> "adam"
        | OptimiserKind.Sign -> "sign"

    let parse (text: string) : Result<OptimiserKind, string> =
        PrintedUnion.parse "a way of descent" print all text

    /// As a sentence begins.
    let words (kind: OptimiserKind) : string =
        match kind with
        | OptimiserKind.Descent -> "Full-batch descent"
        | OptimiserKind.Momentum -> "Descent with momentum 0.9"
        | OptimiserKind.Sgd -> "Minibatch SGD"
        | OptimiserKind.Adam -> "Adam"
        | OptimiserKind.Sign -> "Sign descent"

    let optimiser (kind: OptimiserKind) : Optimiser =
        match kind with
        | OptimiserKind.Descent
        | OptimiserKind.Sgd -> Optimiser.Descent
        | OptimiserKind.Momentum -> Optimiser.Momentum 0.9
        | OptimiserKind.Adam -> Optimiser.adam
        | OptimiserKind.Sign -> Optimiser.SignDescent

    /// Whether its steps are linear in the gradients.
    let isLinear (kind: OptimiserKind) : bool = (Optimiser.momentum (optimiser kind)).IsSome

    let isMinibatch (kind: OptimiserKind) : bool =
        match kind with
        | OptimiserKind.Sgd -> true
        | OptimiserKind.Descent
        | OptimiserKind.Momentum
        | OptimiserKind.Adam
        | OptimiserKind.Sign -> false

    /// The share of the rate at step k of so many. Steps that do not shrink with the gradients must be made to, or they hover and never
    /// end: they fall evenly towards 0.
    let share (kind: OptimiserKind) (steps: int) (k: int) : float =
        if isLinear kind then 1.0 else 1.0 - float (k - 1) / float steps

    /// How far k steps of heavy ball from rest go, in steps of plain descent: Σ_{i ≤ k} (1 − βⁱ)/(1 − β). None where steps are not linear.
    let time (kind: OptimiserKind) (steps: int) : float option =
        Optimiser.momentum (optimiser kind)
        |> Option.map (fun beta ->
            (float steps - beta * (1.0 - beta ** float steps) / (1.0 - beta)) / (1.0 - beta))
