namespace NtkPipeline.Core

/// Which class rows were taken for: `counts[own][named]`, a square of whole numbers.
[<RequireQualifiedAccess>]
module ConfusionMatrix =

    /// Of so many classes, numbered from 0; `own` and `named` are of the same rows.
    let count (classes: int) (own: int[]) (named: int[]) : int[][] =
        if own.Length <> named.Length then
            invalidArg (nameof named) $"%d{named.Length} names for %d{own.Length} rows"

        let counts = Array.init classes (fun _ -> Array.zeroCreate classes)
        Array.iter2 (fun own name -> counts[own][name] <- counts[own][name] + 1) own named
        counts

    /// How many rows there are, and how many of them were named right.
    let rows (counts: int[][]) : int = Array.sumBy Array.sum counts

    let right (counts: int[][]) : int = counts |> Array.mapi (fun k row -> row[k]) |> Array.sum

    /// The classes taken for one another most often: own, named, and how many rows; of equals the first. None where all are right.
    let worst (counts: int[][]) : (int * int * int) option =
        [|
            for own in 0 .. counts.Length - 1 do
                for named in 0 .. counts.Length - 1 do
                    if own <> named && counts[own][named] > 0 then
                        own, named, counts[own][named]
        |]
        |> function
            | [||] -> None
            | wrong -> Some(wrong |> Array.maxBy (fun (_, _, rows) -> rows))
