namespace NtkPipeline.Core

open System

/// Splits rows so that every part has its share of each class, and rows of one group (duplicates) stay together.
[<RequireQualifiedAccess>]
module StratifiedSplit =

    /// Rows of one group, ascending, and how many of them are positive.
    [<NoEquality; NoComparison>]
    type private Block = { Rows: int[]; Positives: int }

    /// The groups in a random order that depends on the seed and on the groups alone.
    let private shuffled (seed: Seed) (positive: bool[]) (groups: int[]) =
        if positive.Length <> groups.Length then
            invalidArg (nameof groups) $"%d{groups.Length} groups for %d{positive.Length} labels"

        let blocks =
            Array.indexed groups
            |> Array.groupBy snd
            |> Array.map (fun (_, members) ->
                let rows = members |> Array.map fst

                {
                    Rows = rows
                    Positives = rows |> Array.sumBy (fun i -> if positive[i] then 1 else 0)
                })

        (Seed.random seed).Shuffle blocks
        blocks

    let private roundShare share count = int (Math.Round(share * float count, MidpointRounding.AwayFromZero))

    /// (training rows, held-out rows), ascending. The held-out rows are `share` of all rows and of the positive ones,
    /// rounded; less only where whole groups no longer fit.
    let holdOut (share: float) (seed: Seed) (positive: bool[]) (groups: int[]) : int[] * int[] =
        if not (share >= 0.0 && share <= 1.0) then
            invalidArg (nameof share) $"a share lies in 0 … 1, and %g{share} does not"

        let positives = positive |> Array.sumBy (fun p -> if p then 1 else 0)
        let mutable wantedPositives = roundShare share positives
        let mutable wantedNegatives = roundShare share positive.Length - wantedPositives
        let isHeldOut = Array.create positive.Length false

        for block in shuffled seed positive groups do
            let negatives = block.Rows.Length - block.Positives

            if block.Positives <= wantedPositives && negatives <= wantedNegatives then
                wantedPositives <- wantedPositives - block.Positives
                wantedNegatives <- wantedNegatives - negatives

                for row in block.Rows do
                    isHeldOut[row] <- true

        [| 0 .. positive.Length - 1 |] |> Array.partition (fun row -> not isHeldOut[row])

    /// The fold of each row, 0 … count − 1. Fold sizes, and positives per fold, differ by at most the largest group.
    let folds (count: int) (seed: Seed) (positive: bool[]) (groups: int[]) : int[] =
        if count < 1 then
            invalidArg (nameof count) $"%d{count} folds"

        let fold = Array.zeroCreate<int> positive.Length
        let positives = Array.zeroCreate<int> count
        let negatives = Array.zeroCreate<int> count

        // The largest groups first, so that the small ones level what these leave uneven; a group goes where its own
        // class is rarest, and among these places to the smallest fold.
        let blocks =
            shuffled seed positive groups
            |> List.ofArray
            |> List.sortBy (fun block -> -block.Rows.Length, -block.Positives)

        for block in blocks do
            let mine = if 2 * block.Positives > block.Rows.Length then positives else negatives

            let place = seq { 0 .. count - 1 } |> Seq.minBy (fun k -> mine[k], positives[k] + negatives[k])

            positives[place] <- positives[place] + block.Positives
            negatives[place] <- negatives[place] + block.Rows.Length - block.Positives

            for row in block.Rows do
                fold[row] <- place

        fold
