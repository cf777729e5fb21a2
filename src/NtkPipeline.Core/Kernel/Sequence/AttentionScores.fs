namespace NtkPipeline.Core

/// Attention's scores in the limit of infinitely wide keys, where they are without noise (`scale=linear`):
///     G = ζ(σ_q σ_k (K(x, x) + σ_p² I)), a row for each query, a column for each key, and keys that do not count left out.
[<RequireQualifiedAccess>]
module AttentionScores =

    /// G, T × T, of the tokens' moments K(x, x).
    let ofMoments (attention: Attention) (valid: bool[]) (xx: float[]) : float[] =
        let n = valid.Length
        let scales = attention.Scales
        let scores = Array.zeroCreate (n * n)

        for s in 0 .. n - 1 do
            for t in 0 .. n - 1 do
                if valid[s] && valid[t] then
                    let position = if s = t then scales.Position * scales.Position else 0.0
                    scores[s * n + t] <- scales.Query * scales.Key * (xx[s * n + t] + position)

            match attention.Scores with
            | ScoreRule.Identity -> ()
            | ScoreRule.Relu ->
                for k in s * n .. s * n + n - 1 do
                    scores[k] <- max scores[k] 0.0
            | ScoreRule.Abs ->
                for k in s * n .. s * n + n - 1 do
                    scores[k] <- abs scores[k]
            | ScoreRule.Softmax when valid[s] ->
                // Less the largest, which no exponential overflows.
                let mutable most = System.Double.NegativeInfinity

                for t in 0 .. n - 1 do
                    if valid[t] then
                        most <- max most scores[s * n + t]

                let mutable sum = 0.0

                for t in 0 .. n - 1 do
                    if valid[t] then
                        scores[s * n + t] <- exp (scores[s * n + t] - most)
                        sum <- sum + scores[s * n + t]

                for t in 0 .. n - 1 do
                    scores[s * n + t] <- scores[s * n + t] / sum
            | ScoreRule.Softmax -> ()

        scores

    /// Whether the layer has a kernel in closed form, or why not.
    let check (attention: Attention) : Result<unit, string> =
        match attention.Scale, attention.Scores with
        | ScoreScale.Linear, _ -> Ok()
        | ScoreScale.Sqrt, ScoreRule.Identity -> Ok()
        | ScoreScale.Sqrt, (ScoreRule.Softmax | ScoreRule.Relu | ScoreRule.Abs) ->
            Error
                "attention with scale=sqrt keeps its scores random at infinite width, and only scores=identity has a closed form then: take that, or scale=linear"
