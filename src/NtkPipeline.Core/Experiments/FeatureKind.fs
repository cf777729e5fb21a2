namespace NtkPipeline.Core

/// Which features of a network of width m, at its first weights, are regressed on.
[<RequireQualifiedAccess>]
type FeatureKind =
    /// φ(W₁x/√d)/√m: m of them, those of the last layer.
    | Random
    /// The gradients of f by all m(d+1) parameters, whose kernel is Θ̂₀.
    | Gradients

[<RequireQualifiedAccess>]
module FeatureKind =

    let all: FeatureKind list = [ FeatureKind.Random; FeatureKind.Gradients ]

    let print (kind: FeatureKind) : string =
        match kind with
        | FeatureKind.Random -> "random-features"
        | FeatureKind.Gradients -> "gradients"

    let words (kind: FeatureKind) : string =
        match kind with
        | FeatureKind.Random -> "random ReLU features"
        | FeatureKind.Gradients -> "gradient features"

    let parse (text: string) : Result<FeatureKind, string> =
        PrintedUnion.parse "a kind of features" print all text

    let count (kind: FeatureKind) (columns: int) (width: int) : int =
        match kind with
        | FeatureKind.Random -> width
        | FeatureKind.Gradients -> width * (columns + 1)

    /// The width at which independent features are as many as rows. Of a unit's d + 1 gradients d are independent: relu(w·x) is the sum
    /// over i of wᵢ times the gradient 1[w·x > 0] xᵢ, so that Θ̂₀ has rank m·d at most.
    let thresholdWidth (kind: FeatureKind) (columns: int) (rows: float) : float =
        match kind with
        | FeatureKind.Random -> rows
        | FeatureKind.Gradients -> rows / float columns

    /// The number of features there: N, and N(d+1)/d.
    let threshold (kind: FeatureKind) (columns: int) (rows: float) : float =
        match kind with
        | FeatureKind.Random -> rows
        | FeatureKind.Gradients -> rows * float (columns + 1) / float columns
