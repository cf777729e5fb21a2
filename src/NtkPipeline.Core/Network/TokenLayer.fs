namespace NtkPipeline.Core

/// What a convolution's window finds beyond the ends of a text.
[<RequireQualifiedAccess>]
type Padding =
    /// Zeros: window s stands around token s·stride, and every text keeps its tokens (each stride-th of them).
    | Same
    /// Nothing: window s begins at token s·stride, and counts where all its tokens do; a text shorter than a window has none left.
    | Valid

/// z_s = σ_w/√(size·fan_in) Σ_a W_a·a_{s·stride + a} + σ_b b: the same weights at every token.
type Convolution = private {
    Channels: Width
    Window: int
    Beyond: Padding
    Step: int
    Scales: Prior
} with

    member this.Width = this.Channels
    /// Tokens in a window; odd where the padding is `Same`.
    member this.Size = this.Window
    member this.Padding = this.Beyond
    member this.Stride = this.Step
    /// σ_w and σ_b, in NTK parameterisation.
    member this.Prior = this.Scales

[<RequireQualifiedAccess>]
module Convolution =

    let private largest = 1000

    let create (width: Width) size padding stride weightScale biasScale : Result<Convolution, string> =
        if size < 1 || size > largest then
            Error $"the size of a conv is 1 to %d{largest} tokens, not %d{size}"
        elif stride < 1 || stride > largest then
            Error $"the stride of a conv is 1 to %d{largest} tokens, not %d{stride}"
        elif padding = Padding.Same && size % 2 = 0 then
            Error
                $"with pad=same the size of a conv is odd, not %d{size}: a window has a middle; or pad=valid"
        else
            Prior.create weightScale biasScale Ntk
            |> Result.map (fun prior -> {
                Channels = width
                Window = size
                Beyond = padding
                Step = stride
                Scales = prior
            })

    /// How many windows a text of so many tokens, padding among them, has.
    let places (tokens: int) (conv: Convolution) : int =
        match conv.Beyond with
        | Padding.Same -> (tokens + conv.Step - 1) / conv.Step
        | Padding.Valid when tokens < conv.Window -> 0
        | Padding.Valid -> (tokens - conv.Window) / conv.Step + 1

    /// As many tokens come out as go in, each at its place.
    let keepsTokens (conv: Convolution) : bool = conv.Beyond = Padding.Same && conv.Step = 1

/// What products of queries and keys are divided by.
[<RequireQualifiedAccess>]
type ScoreScale =
    /// By their width, queries and keys having one weight matrix: scores have a limit without noise (Yang 2019).
    | Linear
    /// By the root of their width, as in practice: scores stay Gaussian (Hron et al. 2020).
    | Sqrt

/// What is made of scores before they weigh the values.
[<RequireQualifiedAccess>]
type ScoreRule =
    | Softmax
    | Identity
    | Relu
    | Abs

/// Standard deviations of an attention layer's weights and bias, and of the positional embeddings that its queries and keys see.
type AttentionScales = {
    Query: float
    Key: float
    Value: float
    Output: float
    Bias: float
    /// σ_p: queries and keys are of a + σ_p p, with one p ~ N(0, I) at each place of a text; 0 for none.
    Position: float
}

/// Global self-attention: every token's output is a sum over the text's tokens, weighed by scores. It is as wide as what is below it.
type Attention = private {
    HeadCount: Width
    Divisor: ScoreScale
    Weighing: ScoreRule
    Deviations: AttentionScales
} with

    /// Of a network of finite width; at infinite width there are infinitely many.
    member this.Heads = this.HeadCount
    member this.Scale = this.Divisor
    member this.Scores = this.Weighing
    member this.Scales = this.Deviations

[<RequireQualifiedAccess>]
module Attention =

    /// All weights 1, no bias, no positions.
    let unit: AttentionScales = {
        Query = 1.0
        Key = 1.0
        Value = 1.0
        Output = 1.0
        Bias = 0.0
        Position = 0.0
    }

    let create (heads: Width) scale scores (scales: AttentionScales) : Result<Attention, string> =
        let weights = [ "q", scales.Query; "k", scales.Key; "v", scales.Value; "o", scales.Output ]
        let rest = [ "b", scales.Bias; "position", scales.Position ]

        match
            weights |> List.tryFind (fun (_, x) -> not (x > 0.0 && x <= 1e6)),
            rest |> List.tryFind (fun (_, x) -> not (x >= 0.0 && x <= 1e6))
        with
        | Some(name, _), _ -> Error $"%s{name} of an attention is above 0 and at most 1e6"
        | None, Some(name, _) -> Error $"%s{name} of an attention is 0 (none) to 1e6"
        | None, None -> Ok { HeadCount = heads; Divisor = scale; Weighing = scores; Deviations = scales }

    let private prior weight bias =
        match Prior.create weight bias Ntk with
        | Ok prior -> prior
        | Error reason -> invalidOp reason

    /// σ_v of the linear map that makes values. Those of queries and keys are of `Prior.unit`: σ_q and σ_k multiply scores.
    let ofValues (attention: Attention) : Prior = prior attention.Deviations.Value 0.0

    /// σ_p of the linear map that makes positional embeddings: of √T e_t at place t of T, so that σ_p/√T W √T e_t is σ_p times column t of W.
    let ofPositions (attention: Attention) : Prior = prior attention.Deviations.Position 0.0

    /// σ_o and σ_b of the linear map that joins the heads.
    let ofOutput (attention: Attention) : Prior = prior attention.Deviations.Output attention.Deviations.Bias

/// A layer that takes the tokens of a text together, where all others treat each token by itself.
[<RequireQualifiedAccess>]
type TokenLayer =
    | Conv of Convolution
    | Attention of Attention
    /// The mean over the tokens that a text has.
    | MeanPool
    | SumPool
    /// All tokens' units beside each other; every text has the same number of tokens.
    | Flatten

[<RequireQualifiedAccess>]
module TokenLayer =

    let name (layer: TokenLayer) : string =
        match layer with
        | TokenLayer.Conv _ -> "conv"
        | TokenLayer.Attention _ -> "attention"
        | TokenLayer.MeanPool -> "mean-pool"
        | TokenLayer.SumPool -> "sum-pool"
        | TokenLayer.Flatten -> "flatten"

    /// Why a network that has this layer does not act on rows.
    let notOfRows (layer: TokenLayer) : string =
        $"%s{name layer} takes the tokens of texts together, and these inputs are rows: ntk kernel has it for arrays of texts × tokens × features"
