namespace NtkPipeline.Core

open System

/// `StratifiedSplit` for any number of classes: every part has its share of each, and rows of one group (duplicates) stay together.
/// Classes are numbered from 0.
[<RequireQualifiedAccess>]
module ClassSplit =

    /// Rows of one group, ascending, and how many of them are of each class.
    [<NoEquality; NoComparison>]
    type private Block = { Rows: int[]; Counts: int[] }

    let private classesOf (classes: int[]) = 1 + Array.max classes

    let private counted (count: int) (classes: int[]) (rows: int[]) =
        let counts = Array.zeroCreate<int> count

        for row in rows do
            counts[classes[row]] <- counts[classes[row]] + 1

        counts

    /// The groups in a random order that depends on the seed and on the groups alone.
    let private shuffled (seed: Seed) (classes: int[]) (groups: int[]) =
        if classes.Length <> groups.Length || classes.Length = 0 then
            invalidArg (nameof groups) $"%d{groups.Length} groups for %d{classes.Length} labels"

        let count = classesOf classes

        let blocks =
            Array.indexed groups
            |> Array.groupBy snd
            |> Array.map (fun (_, members) ->
                let rows = members |> Array.map fst
                { Rows = rows; Counts = counted count classes rows })

        (Seed.random seed).Shuffle blocks
        blocks

    /// (training rows, held-out rows), ascending. The held-out rows are `share` of each class, rounded; less only where whole groups no
    /// longer fit.
    let holdOut (share: float) (seed: Seed) (classes: int[]) (groups: int[]) : int[] * int[] =
        if not (share >= 0.0 && share <= 1.0) then
            invalidArg (nameof share) $"a share lies in 0 … 1, and %g{share} does not"

        let wanted =
            counted (classesOf classes) classes [| 0 .. classes.Length - 1 |]
            |> Array.map (fun count -> int (Math.Round(share * float count, MidpointRounding.AwayFromZero)))

        let isHeldOut = Array.create classes.Length false

        for block in shuffled seed classes groups do
            if Array.forall2 (<=) block.Counts wanted then
                block.Counts |> Array.iteri (fun k count -> wanted[k] <- wanted[k] - count)

                for row in block.Rows do
                    isHeldOut[row] <- true

        [| 0 .. classes.Length - 1 |] |> Array.partition (fun row -> not isHeldOut[row])

    /// The fold of each row, 0 … count − 1: the largest groups first, each where its most frequent class is rarest, and among these places
    /// in the smallest fold.
    let folds (count: int) (seed: Seed) (classes: int[]) (groups: int[]) : int[] =
        if count < 1 then
            invalidArg (nameof count) $"%d{count} folds"

        let kinds = classesOf classes
        let fold = Array.zeroCreate<int> classes.Length
        let filled = Array.init count (fun _ -> Array.zeroCreate<int> kinds)

        let blocks =
            shuffled seed classes groups |> List.ofArray |> List.sortBy (fun block -> -block.Rows.Length)

        for block in blocks do
            let mine = Array.IndexOf(block.Counts, Array.max block.Counts)
            let place = seq { 0 .. count - 1 } |> Seq.minBy (fun k -> filled[k][mine], Array.sum filled[k])
            block.Counts |> Array.iteri (fun k rows -> filled[place][k] <- filled[place][k] + rows)

            for row in block.Rows do
                fold[row] <- place

        fold
