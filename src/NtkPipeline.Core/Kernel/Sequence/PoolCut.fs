namespace NtkPipeline.Core

/// A network cut at its pool.
type PoolCut = { Below: Layer list; Pool: TokenLayer; Above: Layer list }

[<RequireQualifiedAccess>]
module PoolCut =

    /// The network's parts, if its tokens stay independent up to a pool.
    let ofNetwork (network: Network) : PoolCut option =
        let isPool layer = layer = Tokens TokenLayer.MeanPool || layer = Tokens TokenLayer.SumPool

        match network.Layers |> List.tryFindIndex isPool with
        | Some k when (List.take k network.Layers |> Layer.firstOfTokens).IsNone ->
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
