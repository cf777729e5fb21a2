namespace NtkPipeline.Core

/// Which texts are encoded together: texts that follow one another in length, so that little is padding.
[<RequireQualifiedAccess>]
module TokenBatches =

    /// Texts of one batch, and its tokens, padding included.
    let private mostRows, mostTokens = 64, 4096

    /// Texts are padded to a multiple of so many tokens, the width of the widest registers: sums over tokens are then taken in one
    /// order whatever the batch, and a text's embedding does not depend on the texts beside it.
    let private step = 16

    /// The tokens of a batch's row, padding included, where its longest text has so many.
    let paddedLength (longest: int) : int = (longest + step - 1) / step * step

    /// The places of texts with these numbers of tokens, batch by batch, shorter texts first; every place once.
    let plan (lengths: int[]) : int[][] =
        let batch = ResizeArray<int>()

        [|
            for i in [| 0 .. lengths.Length - 1 |] |> Array.sortBy (fun i -> lengths[i], i) do
                if batch.Count = mostRows || (batch.Count + 1) * paddedLength lengths[i] > mostTokens then
                    if batch.Count > 0 then
                        batch.ToArray()

                    batch.Clear()

                batch.Add i

            if batch.Count > 0 then
                batch.ToArray()
        |]
