namespace NtkPipeline.Core

open TorchSharp

/// What training makes small: the mean over rows of a loss of outputs f for labels y = ±1.
[<RequireQualifiedAccess>]
type Loss =
    /// ½ (f − y)².
    | SquaredError
    /// ln(1 + e^{−y f}).
    | CrossEntropy

[<RequireQualifiedAccess>]
module Loss =

    let all: Loss list = [ Loss.SquaredError; Loss.CrossEntropy ]

    let print (loss: Loss) : string =
        match loss with
        | Loss.SquaredError -> "squared-error"
        | Loss.CrossEntropy -> "cross-entropy"

    let parse (text: string) : Result<Loss, string> = PrintedUnion.parse "a loss" print all text

    /// The mean over all entries, without overflow and with a derivative everywhere.
    let value (loss: Loss) (f: torch.Tensor) (y: torch.Tensor) : torch.Tensor =
        match loss with
        | Loss.SquaredError -> f.sub(y).square().mean().mul(0.5.ToScalar())
        | Loss.CrossEntropy ->
            let against = f.mul(y).neg()
            torch.logaddexp(against, torch.zeros_like against).mean()

    /// ∂ℓ/∂f of every row, before the mean: f − y, or σ(f) − (1 + y)/2.
    let slope (loss: Loss) (f: torch.Tensor) (y: torch.Tensor) : torch.Tensor =
        match loss with
        | Loss.SquaredError -> f.sub y
        | Loss.CrossEntropy -> f.sigmoid().sub(y.add(1.0.ToScalar()).mul(0.5.ToScalar()))

    /// The greatest second derivative by f: descent on a model that is linear in its parameters is stable below 2N/(Λ_max times it).
    let curvature (loss: Loss) : float =
        match loss with
        | Loss.SquaredError -> 1.0
        | Loss.CrossEntropy -> 0.25
