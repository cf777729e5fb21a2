namespace NtkPipeline.Core

/// A network cut at its pool.
type PoolCut = { Below: Layer list; Pool: TokenLayer; Above: Layer list }

[<RequireQualifiedAccess>]
module PoolCut =

    /// Whether a layer takes each token by itself, as convolutions of one place do.
    let rec private isOfOne (layer: Layer) : bool =
        match layer with
        | Tokens(TokenLayer.Conv conv) -> conv.Size = 1 && conv.Stride = 1
        | Tokens _ -> false
        | Residual branch -> List.forall isOfOne branch
        | Dense _
        | Activate _
        | LayerNorm _ -> true

    /// Whether a network does not see the order of a text's tokens.
    let isBlind (network: Network) : bool =
        let rec isBlind layer =
            match layer with
            // Scores without noise are of one text, whose order they do not see; others are of pairs, and know which places are the same.
            | Tokens(TokenLayer.Attention attention) ->
                attention.Scale = ScoreScale.Linear || attention.Scales.Position = 0.0
            | Tokens(TokenLayer.MeanPool | TokenLayer.SumPool) -> true
            | Residual branch -> List.forall isBlind branch
            | Tokens(TokenLayer.Conv _ | TokenLayer.Flatten)
            | Dense _
            | Activate _
            | LayerNorm _ -> isOfOne layer

        Network.gathers network && List.forall isBlind network.Layers

    /// The network's parts, if its tokens stay independent up to a pool.
    let ofNetwork (network: Network) : PoolCut option =
        let isPool layer = layer = Tokens TokenLayer.MeanPool || layer = Tokens TokenLayer.SumPool

        match network.Layers |> List.tryFindIndex isPool with
        | Some k when List.take k network.Layers |> List.forall isOfOne ->
            match network.Layers[k] with
            | Tokens pool ->
                Some {
                    Below = List.take k network.Layers
                    Pool = pool
                    Above = List.skip (k + 1) network.Layers
                }
            | _ -> None
        | _ -> None

    /// Units a token has below the pool.
    let units (cut: PoolCut) (features: int) : int =
        match Shape.aboveAll Shape.input cut.Below with
        | Ok { Width = Some width } -> width.Value
        | Ok { Width = None } -> features
        | Error reason -> invalidOp reason
