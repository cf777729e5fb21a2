namespace NtkPipeline.Core

/// Texts beside each other as columns of one array: each begins at a multiple of `TokenColumns.unit`, and between them, before the
/// first and behind the last are columns that stay 0, at least as many as the widest window reaches beyond its middle.
type TokenColumns = {
    /// The column at which each text begins.
    Starts: int[]
    /// Which of each text's places count.
    Masks: bool[][]
    /// Of all columns, a multiple of the unit.
    Width: int
    /// 1 in columns that count, else 0.
    Counts: float[]
    Margin: int
    /// One column a text, without any between them: above a pool.
    IsGathered: bool
}

[<RequireQualifiedAccess>]
module TokenColumns =

    /// Columns that are computed together; every width of a vector divides it.
    let unit = 8

    let up (n: int) : int = (n + unit - 1) / unit * unit

    let private fill (starts: int[]) (masks: bool[][]) (width: int) (margin: int) isGathered =
        let counts = Array.zeroCreate width

        for i in 0 .. masks.Length - 1 do
            for t in 0 .. masks[i].Length - 1 do
                if masks[i][t] then
                    counts[starts[i] + t] <- 1.0

        {
            Starts = starts
            Masks = masks
            Width = width
            Counts = counts
            Margin = margin
            IsGathered = isGathered
        }

    /// The texts' places, with `margin` columns of 0 around each.
    let create (margin: int) (masks: bool[][]) : TokenColumns =
        let starts = Array.zeroCreate masks.Length
        let mutable next = up margin

        for i in 0 .. masks.Length - 1 do
            starts[i] <- next
            next <- up (next + max 1 masks[i].Length + margin)

        fill starts masks (next + up margin) margin false

    /// One column a text.
    let gathered (count: int) : TokenColumns =
        fill [| 0 .. count - 1 |] (Array.create count [| true |]) (up count) 0 true

    /// The columns above a convolution.
    let above (conv: Convolution) (columns: TokenColumns) : TokenColumns =
        if Convolution.keepsTokens conv then
            columns
        else
            create columns.Margin (columns.Masks |> Array.map (TokenWindows.valid conv))

    /// The columns with as many texts, at the place where these are gathered or not.
    let like (isGathered: bool) (margin: int) (masks: bool[][]) : TokenColumns =
        if isGathered then gathered masks.Length else create margin masks

    /// Each text's values at its columns, 0 elsewhere.
    let place (columns: TokenColumns) (values: float[][]) : float[] =
        let placed = Array.zeroCreate columns.Width
        values |> Array.iteri (fun i value -> Array.blit value 0 placed columns.Starts[i] value.Length)
        placed

    /// How far windows reach beyond their own places, to the side that reaches further.
    let rec margin (layers: Layer list) : int =
        (0, layers)
        ||> List.fold (fun most layer ->
            match layer with
            | Tokens(TokenLayer.Conv conv) ->
                TokenWindows.offsets conv |> Array.map abs |> Array.max |> max most
            | Residual branch -> max most (margin branch)
            | Tokens _
            | Dense _
            | Activate _
            | LayerNorm _ -> most)
