namespace NtkPipeline.Core

open TorchSharp

/// Texts as one tensor, N × T × (d + 1): the last entry of a token is 1 where the text has that token, and 0 where it is
/// padding, whose other entries are 0.
[<RequireQualifiedAccess>]
module TextTensor =

    /// Of tokens N × T × d and a mask N × T of 1 and 0. What padding holds is not looked at.
    let create (tokens: torch.Tensor) (mask: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let mask = mask.``to``(tokens.dtype).unsqueeze 2L
        let there = mask.ne (0.0.ToScalar())
        let zero = torch.zeros_like tokens

        torch
            .cat([| torch.where (there, tokens, zero); there.``to`` tokens.dtype |], 2L)
            .MoveToOuterDisposeScope()

    /// Of rows, N × T·(d + 1): a text's tokens one after another, and then its mask.
    let ofRows (features: int) (rows: torch.Tensor) : torch.Tensor =
        let tokens = rows.shape[1] / int64 (features + 1)
        let size = tokens * int64 features
        let values = rows.narrow(1L, 0L, size).reshape(rows.shape[0], tokens, int64 features)
        create values (rows.narrow (1L, size, tokens))

    /// Whether it is texts rather than rows.
    let isTexts (x: torch.Tensor) : bool = x.dim () = 3L

    /// d.
    let features (texts: torch.Tensor) : int = int texts.shape[2] - 1

    /// N × T × d.
    let tokens (texts: torch.Tensor) : torch.Tensor = texts.narrow (2L, 0L, texts.shape[2] - 1L)

    /// N × T.
    let mask (texts: torch.Tensor) : torch.Tensor = texts.select (2L, texts.shape[2] - 1L)

/// What stands between two layers of a network of finite width.
[<NoComparison; NoEquality>]
type internal Between = {
    /// N × units of rows or of what a pool has left; N × T × units of tokens, 0 where there is none.
    Values: torch.Tensor
    /// N × T of tokens, 1 where there is one.
    Mask: torch.Tensor option
}

/// The layers that take tokens together, at finite width. `map` applies a layer's next linear map, which has this prior, at every token.
[<RequireQualifiedAccess>]
module internal TokenForward =

    /// The same with 0 where there is no token.
    let masked (between: Between) : Between =
        match between.Mask with
        | Some mask -> { between with Values = between.Values.mul (mask.unsqueeze 2L) }
        | None -> between

    /// Below the first layer.
    let start (x: torch.Tensor) : Between =
        if TextTensor.isTexts x then
            masked { Values = TextTensor.tokens x; Mask = Some(TextTensor.mask x) }
        else
            { Values = x; Mask = None }

    let private zeros (like: torch.Tensor) (shape: int64[]) =
        torch.zeros (shape, dtype = like.dtype, device = like.device)

    /// N × T × units to N × T′ × (size · units): the window of each place, one token after another.
    let private windows (conv: Convolution) (values: torch.Tensor) : torch.Tensor =
        let count, tokens, units = values.shape[0], values.shape[1], values.shape[2]
        let places = int64 (Convolution.places (int tokens) conv)
        let size, stride = int64 conv.Size, int64 conv.Stride

        if places = 0L then
            zeros values [| count; 0L; size * units |]
        else
            let around =
                match conv.Padding with
                | NtkPipeline.Core.Padding.Valid -> values
                | NtkPipeline.Core.Padding.Same ->
                    let beyond = zeros values [| count; size / 2L; units |]
                    torch.cat ([| beyond; values; beyond |], 1L)

            around.unfold(1L, size, stride).transpose(2L, 3L).reshape(count, places, size * units)

    /// Which windows count: by their middle, or, without padding, where every token of theirs is there.
    let private windowMask (conv: Convolution) (mask: torch.Tensor) : torch.Tensor =
        let places = Convolution.places (int mask.shape[1]) conv

        match conv.Padding with
        | _ when places = 0 -> mask.narrow (1L, 0L, 0L)
        | NtkPipeline.Core.Padding.Same -> mask.slice (1L, 0L, mask.shape[1], int64 conv.Stride)
        | NtkPipeline.Core.Padding.Valid -> mask.unfold(1L, int64 conv.Size, int64 conv.Stride).amin([| 2L |])

    let private convolve
        (conv: Convolution)
        (map: Prior -> torch.Tensor -> torch.Tensor)
        (values: torch.Tensor)
        (mask: torch.Tensor)
        : Between =
        masked {
            Values = map conv.Prior (windows conv values)
            Mask = Some(windowMask conv mask)
        }

    /// Below any score that is one, without being infinite: where no key is there, softmax has no NaN.
    let private noScore = -1e30

    /// N × T × (heads · units) to (N · heads) × T × units.
    let private byHead (heads: int64) (values: torch.Tensor) : torch.Tensor =
        let count, tokens, units = values.shape[0], values.shape[1], values.shape[2] / heads
        values.reshape(count, tokens, heads, units).transpose(1L, 2L).reshape(count * heads, tokens, units)

    let private together (heads: int64) (values: torch.Tensor) : torch.Tensor =
        let count, tokens, units = values.shape[0] / heads, values.shape[1], values.shape[2]
        values.reshape(count, heads, tokens, units).transpose(1L, 2L).reshape(count, tokens, heads * units)

    /// What the values are weighed by, of scores with the keys' mask over them; 0 at keys that are not there.
    let private weigh (rule: ScoreRule) (keys: torch.Tensor) (scores: torch.Tensor) : torch.Tensor =
        match rule with
        | ScoreRule.Softmax ->
            scores.masked_fill(keys.eq (0.0.ToScalar()), noScore.ToScalar()).softmax(2L).mul keys
        | ScoreRule.Identity -> scores.mul keys
        | ScoreRule.Relu -> scores.relu().mul keys
        | ScoreRule.Abs -> scores.abs().mul keys

    /// What queries and keys are of: the tokens and, with positions, σ_p times the one of each place, which all texts share.
    let private placed
        (attention: Attention)
        (map: Prior -> torch.Tensor -> torch.Tensor)
        (values: torch.Tensor)
        (mask: torch.Tensor)
        =
        if attention.Scales.Position > 0.0 then
            let places = mask.shape[1]

            let at =
                torch
                    .eye(places, dtype = values.dtype, device = values.device)
                    .mul((sqrt (float places)).ToScalar())
                    .unsqueeze(0L)
                    .mul(mask.unsqueeze 2L)

            values.add (map (Attention.ofPositions attention) at)
        else
            values

    /// Scores are σ_q σ_k/n q·k where queries are keys, and σ_q σ_k/√n q·k where they are not, n being the keys of a head.
    let private attend
        (attention: Attention)
        (map: Prior -> torch.Tensor -> torch.Tensor)
        (values: torch.Tensor)
        (mask: torch.Tensor)
        : Between =
        let heads, units = int64 attention.Heads.Value, float values.shape[2]
        let scales = attention.Scales

        let seen = placed attention map values mask

        let queries, keys, divisor =
            match attention.Scale with
            | ScoreScale.Linear ->
                let both = map Prior.unit seen
                both, both, units
            | ScoreScale.Sqrt ->
                let queries = map Prior.unit seen
                queries, map Prior.unit seen, sqrt units

        let carried = byHead heads (map (Attention.ofValues attention) values)
        let products = (byHead heads queries).bmm((byHead heads keys).transpose(1L, 2L))
        let scores = products.mul ((scales.Query * scales.Key / divisor).ToScalar())
        let count, tokens = mask.shape[0], mask.shape[1]
        let there = mask.unsqueeze(1L).expand(count, heads, tokens).reshape(count * heads, 1L, tokens)
        let weighed = (weigh attention.Scores there scores).bmm carried

        masked {
            Values = map (Attention.ofOutput attention) (together heads weighed)
            Mask = Some mask
        }

    /// The layer's output. That it is given tokens is the caller's business.
    let apply (layer: TokenLayer) (map: Prior -> torch.Tensor -> torch.Tensor) (below: Between) : Between =
        match below.Mask with
        | None -> Layer.refusedBefore layer
        | Some mask ->
            let values = below.Values

            match layer with
            | TokenLayer.Conv conv -> convolve conv map values mask
            | TokenLayer.Attention attention -> attend attention map values mask
            | TokenLayer.SumPool -> { Values = values.sum ([| 1L |]); Mask = None }
            | TokenLayer.MeanPool ->
                // Of a text without tokens the mean is 0.
                let count = mask.sum([| 1L |], keepdim = true).clamp_min(1.0.ToScalar())
                { Values = values.sum([| 1L |]).div count; Mask = None }
            | TokenLayer.Flatten -> {
                Values = values.reshape (values.shape[0], values.shape[1] * values.shape[2])
                Mask = None
              }
