namespace NtkPipeline.Core

/// One text for the definition.
type TokenText = {
    /// The tokens; what does not count is 0.
    Tokens: UnitRows
    Valid: bool[]
}

/// K and Θ of a pair of texts, for every pair of their places: T_x × T_z, row by row; 1 × 1 above a pool.
type PairKernels = { RowCount: int; ColumnCount: int; K: float[]; Theta: float[] }

/// The kernels of a network over tokens whose widths go to infinity, for one pair of texts x, z. This recursion is the definition;
/// `SequenceTiles` lifts it. Its state are the moments of all pairs of tokens of (x, x), (x, z), (z, z), and Θ of (x, z). Tokens that
/// do not count are 0 in the input and again after every layer. Layers that take each token by itself act on every pair of tokens as
/// `AnalyticNtk` has it; and
///     conv:       S(A)[s, t] = 1/size Σ_o A[s·stride + o, t·stride + o], beyond the ends 0
///                 K ← σ_w² S(K) + σ_b²,   Θ ← K_new + σ_w² S(Θ)                                (Arora et al. 2019)
///     attention:  G = ζ(σ_q σ_k K(x, x)), softmax over the keys that count; v = (σ_o σ_v)²      (Yang 2019; Hron et al. 2020)
///       linear    K ← v G_x K G_zᵀ + σ_b²,   Θ ← v G_x (Θ + 2K) G_zᵀ + σ_b²
///       sqrt      with identity, M = K + σ_p² I (I is 1 where the places are the same), c = Σ M∘K and v = (σ_q σ_k σ_v σ_o)²:
///                 K ← v c M + σ_b²,   Θ ← v (c (Θ + σ_p² I + 4M) + (Σ (Θ + σ_p² I)∘K + Σ M∘Θ) M) + σ_b²
///     mean-pool:  K ← Σ K/(n_x n_z), n the tokens that count; sum-pool without the division; Θ likewise.
///                 A text without tokens has the vector 0.
///     flatten:    K ← 1/T Σ_s K[s, s], Θ likewise
[<RequireQualifiedAccess>]
module SequenceNtk =

    /// The network itself if it has a kernel over tokens in closed form, or why not.
    let check (network: Network) : Result<Network, string> =
        let rec all (layers: Layer list) =
            (Ok(), layers)
            ||> List.fold (fun sound layer ->
                sound
                |> Result.bind (fun () ->
                    match layer with
                    | Tokens(TokenLayer.Attention attention) -> AttentionScores.check attention
                    | Residual branch -> all branch
                    | Tokens _
                    | Dense _
                    | Activate _
                    | LayerNorm _ -> Ok()))

        all network.Layers |> Result.map (fun () -> network)

    let private overTokens (layer: TokenLayer) (below: TokenState) : TokenState =
        match layer with
        | TokenLayer.Conv conv -> TokenState.conv conv below
        | TokenLayer.Attention attention -> TokenState.attention attention below
        | TokenLayer.MeanPool -> TokenState.meanPool below
        | TokenLayer.SumPool -> TokenState.sumPool below
        | TokenLayer.Flatten -> TokenState.flatten below

    let rec private through integrals (layers: Layer list) (state: TokenState) : TokenState =
        layers |> List.fold (fun below layer -> above integrals layer below) state

    and private above integrals (layer: Layer) (below: TokenState) : TokenState =
        match layer with
        | Dense(width, prior) -> TokenState.dense width prior below
        | Activate phi ->
            below
            |> TokenState.each (TokenMoments.map (Dual.transportBy integrals phi))
            |> TokenState.theta (fun k ->
                if below.Theta[k] = 0.0 then
                    0.0
                else
                    below.Theta[k] * Dual.slopeBy integrals phi below.Xz.Pairs[k])
        | LayerNorm eps ->
            let normed (m: Moments) = {
                m with
                    U = m.U / AnalyticNtk.normRoot eps m.U
                    V = m.V / AnalyticNtk.normRoot eps m.V
            }

            below
            |> TokenState.each (TokenMoments.map normed)
            |> TokenState.theta (fun k ->
                let m = below.Xz.Pairs[k]
                below.Theta[k] / AnalyticNtk.normRoot eps m.U / AnalyticNtk.normRoot eps m.V)
        | Residual branch ->
            let inner = through integrals branch below

            {
                below with
                    Xx = TokenMoments.add below.Xx inner.Xx
                    Xz = TokenMoments.add below.Xz inner.Xz
                    Zz = TokenMoments.add below.Zz inner.Zz
            }
            |> TokenState.theta (fun k -> below.Theta[k] + inner.Theta[k])
        | Tokens layer -> overTokens layer below

    /// K and Θ of two texts of `features` entries a token, above these layers. Layers without a kernel (`check`), or texts of different
    /// lengths below a flatten, are bugs of the caller.
    let ofLayers
        (integrals: Integrals)
        (layers: Layer list)
        (features: int)
        (x: TokenText)
        (z: TokenText)
        : PairKernels =
        let inputs left right pair =
            TokenMoments.init left right (fun s t -> pair s t |> Moments.scale (1.0 / sqrt (float features)))

        let top =
            through integrals layers {
                Xx = inputs x.Valid x.Valid (UnitRows.within x.Tokens)
                Xz = inputs x.Valid z.Valid (fun s t -> UnitRows.between x.Tokens s z.Tokens t)
                Zz = inputs z.Valid z.Valid (UnitRows.within z.Tokens)
                Theta = Array.zeroCreate (x.Valid.Length * z.Valid.Length)
                Width = features
            }

        {
            RowCount = top.Xz.Left.Length
            ColumnCount = top.Xz.Right.Length
            K = TokenMoments.products top.Xz
            Theta = top.Theta
        }

    /// K and Θ of two texts, above the whole network.
    let ofPair
        (integrals: Integrals)
        (network: Network)
        (features: int)
        (x: TokenText)
        (z: TokenText)
        : PairKernels =
        let pair = ofLayers integrals network.Layers features x z
        let alpha = network.OutputScale * network.OutputScale

        {
            pair with
                K = pair.K |> Array.map (fun k -> if network.Centred then 0.0 else alpha * k)
                Theta = pair.Theta |> Array.map (fun theta -> alpha * theta)
        }

    /// A text of an array of texts.
    let text (i: int) (sequences: Sequences<float>) : TokenText =
        let tokens, valid = Sequences.text i sequences
        { Tokens = UnitRows.ofMatrix tokens; Valid = valid }
