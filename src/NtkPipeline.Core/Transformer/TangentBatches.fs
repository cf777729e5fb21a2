namespace NtkPipeline.Core

/// Which texts pass forward and backward together.
[<RequireQualifiedAccess>]
module TangentBatches =

    /// Tokens of one pass, padding included: what a pass keeps of so many fits into two hundred megabytes.
    let private mostTokens = 512

    /// The places of texts of one padded length, longer ones first; every place once.
    let plan (texts: int[][]) : int[][] =
        TokenBatches.plan (texts |> Array.map _.Length)
        |> Array.collect (fun places ->
            let tokens = TokenBatches.paddedLength texts[places[0]].Length
            places |> Array.chunkBySize (max 1 (mostTokens / tokens)))
