namespace NtkPipeline.Core

/// Which texts are encoded together: texts of nearly one length, so that little is padding.
[<RequireQualifiedAccess>]
module TokenBatches =

    /// Texts of one batch, and its tokens, padding included.
    let private mostRows, mostTokens = 64, 4096

    /// Texts are padded to a multiple of so many tokens, and share a batch only with texts padded to as many: what a text is padded to
    /// depends on it alone, and its embedding does not depend on the texts beside it.
    let private step = 4

    /// The tokens of a text, padding included.
    let paddedLength (tokens: int) : int = (tokens + step - 1) / step * step

    /// The places of texts with these numbers of tokens, batch by batch, longer texts first; every place once. What a long
    /// batch has used up is enough for the shorter ones after it; the other way round memory would grow from batch to batch.
    let plan (lengths: int[]) : int[][] =
        [| 0 .. lengths.Length - 1 |]
        |> Array.groupBy (fun i -> paddedLength lengths[i])
        |> Array.sortByDescending fst
        |> Array.collect (fun (tokens, places) ->
            places |> Array.chunkBySize (max 1 (min mostRows (mostTokens / tokens))))
