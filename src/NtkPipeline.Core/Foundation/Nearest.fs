namespace NtkPipeline.Core

open System

/// "Did you mean": of the words that there are, the one that a mistyped word stands for.
[<RequireQualifiedAccess>]
module Nearest =

    /// How many letters are put in, left out or changed between two words (Levenshtein 1966).
    let distance (a: string) (b: string) : int =
        let mutable previous = Array.init (b.Length + 1) id

        for i in 1 .. a.Length do
            let current = Array.zeroCreate (b.Length + 1)
            current[0] <- i

            for j in 1 .. b.Length do
                let change = if a[i - 1] = b[j - 1] then 0 else 1
                current[j] <- min (min (current[j - 1] + 1) (previous[j] + 1)) (previous[j - 1] + change)

            previous <- current

        previous[b.Length]

    /// Longer than any name by far: such a word is not compared with any.
    let mostLetters: int = 64

    /// The known word that is nearest, the first of several; none where every one is further than a third of the word and one letter. A word
    /// that one alone begins with stands for that one. Large and small letters are the same.
    let find (known: string seq) (word: string) : string option =
        let lower = word.ToLowerInvariant()
        let far (name: string) = distance lower (name.ToLowerInvariant())

        if word.Length < 2 || word.Length > mostLetters || Seq.isEmpty known then
            None
        else
            let nearest = Seq.minBy far known

            let begun =
                known
                |> Seq.filter (fun name ->
                    lower.Length >= 3 && name.StartsWith(lower, StringComparison.OrdinalIgnoreCase))
                |> List.ofSeq

            match begun with
            | [ only ] -> Some only
            | _ when far nearest <= 1 + word.Length / 3 -> Some nearest
            | _ -> None

    /// "; did you mean NAME?", the end of a sentence about a word that is none of these; empty where none is near.
    let hint (known: string seq) (word: string) : string =
        match find known word with
        | Some name -> $"; did you mean %s{name}?"
        | None -> ""
