namespace NtkPipeline.Core

/// What a walk over the layers must know of the texts themselves, in the order of the layers that ask.
[<NoEquality; NoComparison>]
type OwnMoments = {
    /// The own moments of the row's tokens and of the columns', p and q.
    Norms: TokenBlock -> struct (float[] * float[])
    /// Attention's scores of the row, and of each text among the columns turned over.
    Scores: Attention -> TokenBlock -> struct (float[] * float[][])
    /// Is told columns whose angles have lost digits.
    Suspect: TokenBlock -> int -> unit
}

/// `SequenceNtk`'s recursion for one text against several at once.
[<RequireQualifiedAccess>]
module BlockWalk =

    let private activate integrals (own: OwnMoments) (phi: Activation) (block: TokenBlock) : TokenBlock =
        let struct (p, q) = own.Norms block

        match phi.Dual with
        | Bent(right, left) -> BendColumns.apply right left p q (own.Suspect block) block
        | Closed _
        | Integrated _ -> TokenBlock.activate integrals phi p q block

    let private overTokens (own: OwnMoments) (layer: TokenLayer) (block: TokenBlock) : TokenBlock =
        match layer with
        | TokenLayer.Conv conv -> WindowColumns.apply conv block
        | TokenLayer.Attention attention ->
            match attention.Scale with
            | ScoreScale.Linear ->
                let struct (gx, gz) = own.Scores attention block
                AttentionColumns.linear attention gx gz block
            | ScoreScale.Sqrt -> AttentionColumns.gaussian attention block
        | TokenLayer.MeanPool -> PoolColumns.mean block
        | TokenLayer.SumPool -> PoolColumns.total block
        | TokenLayer.Flatten -> PoolColumns.flat block

    /// The block above the layers; the one below is given up.
    let rec through integrals (own: OwnMoments) (layers: Layer list) (block: TokenBlock) : TokenBlock =
        match layers with
        | [] -> block
        | layer :: rest -> above integrals own layer block |> through integrals own rest

    and private above integrals own (layer: Layer) (block: TokenBlock) : TokenBlock =
        match layer with
        | Dense(width, prior) -> TokenBlock.dense prior width.Value block
        | Activate phi -> activate integrals own phi block
        | LayerNorm eps ->
            let struct (p, q) = own.Norms block
            TokenBlock.layerNorm eps p q (own.Suspect block) block
        | Residual branch ->
            let inner = TokenBlock.copy block |> through integrals own branch
            TokenBlock.add block inner
            TokenBlock.free inner
            block
        | Tokens layer -> overTokens own layer block
