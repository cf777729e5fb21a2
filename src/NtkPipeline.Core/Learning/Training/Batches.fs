namespace NtkPipeline.Core

open System

/// Which rows each step of an epoch sees. Every row is seen once an epoch: the rows are shuffled and cut into the fewest
/// batches of at most `size` rows whose sizes differ by one at most, so that no short last batch takes a wild step.
[<RequireQualifiedAccess>]
module Batches =

    /// Steps an epoch. Size 0 stands for full-batch descent.
    let count (size: int) (rows: int) : int = if size = 0 then 1 else (rows + size - 1) / size

    /// Fisher and Yates' shuffle, in place.
    let shuffle (random: Random) (rows: 'a[]) : unit =
        for last in rows.Length - 1 .. -1 .. 1 do
            let chosen = random.Next(last + 1)
            let row = rows[last]
            rows[last] <- rows[chosen]
            rows[chosen] <- row

    /// The batches of one epoch over rows 0 … n − 1; they depend on the seed and the epoch's number alone. A single batch keeps the
    /// order of the rows.
    let ofEpoch (seed: Seed) (size: int) (n: int) (epoch: int) : int[][] =
        let rows = [| 0 .. n - 1 |]

        match count size n with
        | 1 -> [| rows |]
        | batches ->
            rows |> shuffle (seed |> Seed.derive $"epoch/%d{epoch}" |> Seed.random)
            Array.splitInto batches rows
