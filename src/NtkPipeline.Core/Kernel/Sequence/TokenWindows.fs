namespace NtkPipeline.Core

/// Where a convolution's windows lie on a text.
[<RequireQualifiedAccess>]
module TokenWindows =

    /// The places that a window takes, from its own place in the text below.
    let offsets (conv: Convolution) : int[] =
        match conv.Padding with
        | Padding.Same -> [| -(conv.Size / 2) .. conv.Size / 2 |]
        | Padding.Valid -> [| 0 .. conv.Size - 1 |]

    /// How many windows a text of so many places has.
    let count (conv: Convolution) (length: int) : int =
        match conv.Padding with
        | Padding.Same -> (length + conv.Stride - 1) / conv.Stride
        | Padding.Valid when length < conv.Size -> 0
        | Padding.Valid -> (length - conv.Size) / conv.Stride + 1

    /// Which windows count: those around a token that does; without padding, those of which every token does.
    let valid (conv: Convolution) (below: bool[]) : bool[] =
        Array.init (count conv below.Length) (fun window ->
            let place = window * conv.Stride

            match conv.Padding with
            | Padding.Same -> below[place]
            | Padding.Valid -> offsets conv |> Array.forall (fun offset -> below[place + offset]))

    /// How many places are left of so many, above these layers.
    let rec places (layers: Layer list) (length: int) : int =
        (length, layers)
        ||> List.fold (fun length layer ->
            match layer with
            | Tokens(TokenLayer.Conv conv) -> count conv length
            | Tokens(TokenLayer.MeanPool | TokenLayer.SumPool | TokenLayer.Flatten) -> 1
            | Tokens(TokenLayer.Attention _)
            | Dense _
            | Activate _
            | LayerNorm _
            | Residual _ -> length)
