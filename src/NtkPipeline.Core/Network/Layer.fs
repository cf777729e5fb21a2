namespace NtkPipeline.Core

/// One step from input to output. On texts, all but `Tokens` act on each token by itself.
type Layer =
    | Dense of width: Width * prior: Prior
    | Activate of Activation
    /// (z − mean z)/√(var z + eps) over the units of a row; no trained scale or shift.
    | LayerNorm of eps: float
    /// The input plus what the branch makes of it.
    | Residual of branch: Layer list
    | Tokens of TokenLayer

[<RequireQualifiedAccess>]
module Layer =

    /// The first layer of these, or of a branch, that takes tokens together.
    let rec firstOfTokens (layers: Layer list) : TokenLayer option =
        layers
        |> List.tryPick (fun layer ->
            match layer with
            | Tokens layer -> Some layer
            | Residual branch -> firstOfTokens branch
            | Dense _
            | Activate _
            | LayerNorm _ -> None)

    /// For code that acts on rows: a layer over tokens has been refused before it, by `Network.ofRows`.
    let refusedBefore (layer: TokenLayer) : 'result = invalidOp (TokenLayer.notOfRows layer)
