namespace NtkPipeline.Core

/// Which texts each step of an epoch sees: every text once. The texts are shuffled and cut into windows of several batches; in a window,
/// texts of nearly one length share a batch, which spares padding; then the batches are shuffled.
[<RequireQualifiedAccess>]
module TuningBatches =

    /// Batches of a window.
    let private window = 16

    /// Steps an epoch.
    let count (batch: int) (texts: int) : int = Batches.count batch texts

    /// The batches of an epoch over texts of these lengths; they depend on the lengths, the seed and the epoch's number alone. Their sizes
    /// differ by one at most.
    let ofEpoch (seed: Seed) (batch: int) (lengths: int[]) (epoch: int) : int[][] =
        let random = seed |> Seed.derive $"epoch/%d{epoch}" |> Seed.random
        let texts = [| 0 .. lengths.Length - 1 |]
        Batches.shuffle random texts

        let batches =
            texts
            |> Array.splitInto (count batch lengths.Length)
            |> Array.chunkBySize window
            |> Array.collect (fun group ->
                Array.concat group
                |> Array.indexed
                |> Array.sortBy (fun (place, text) -> TokenBatches.paddedLength lengths[text], place)
                |> Array.map snd
                |> Array.splitInto group.Length)

        Batches.shuffle random batches
        batches
