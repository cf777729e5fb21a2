namespace NtkPipeline.Core

open System.Collections.Generic

/// Rows that belong together, by union-find: whoever is joined to a row is joined to all that it is joined to.
/// Source: Tarjan, "Efficiency of a Good But Not Linear Set Union Algorithm", 1975.
[<Sealed>]
type Groups(rows: int) =
    let parent = Array.init rows id

    let rec root row =
        if parent[row] = row then
            row
        else
            parent[row] <- parent[parent[row]]
            root parent[row]

    /// The first row of the row's group.
    member _.First(row: int) : int = root row

    member _.Join(a: int, b: int) : unit =
        let a, b = root a, root b
        parent[max a b] <- min a b

    /// The number of each row's group, counted from 0 in the order in which groups first appear.
    member _.Numbers: int[] =
        let known = Dictionary<int, int>()

        Array.init rows (fun row ->
            let first = root row

            match known.TryGetValue first with
            | true, number -> number
            | _ ->
                known[first] <- known.Count
                known.Count - 1)
