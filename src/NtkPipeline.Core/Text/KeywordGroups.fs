namespace NtkPipeline.Core

open System

/// Keywords of tweets, put together by what they are about: "fire", "wildfire" and "forest fires" are one subject. The rule knows
/// letters only, so that it can be stated in full.
[<RequireQualifiedAccess>]
module KeywordGroups =

    /// Words of fewer letters join nothing ("up", "on", "bag", "war"), nor does what is left of a word without its ending.
    let private shortest = 4

    /// Words that begin with so many equal letters are of one family: evacuate, evacuation.
    let private family = 5

    let private endings = [ "ings"; "ing"; "ers"; "ed"; "er"; "es"; "s" ]

    /// A keyword as a person reads it: Kaggle writes a blank as %20.
    let plain (keyword: string) : string = Uri.UnescapeDataString(keyword).Trim().ToLowerInvariant()

    let private letters (keyword: string) =
        (plain keyword |> String.map (fun c -> if Char.IsLetter c then c else ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)

    /// The words that a keyword is joined to others by; all of it, where none is long enough.
    let words (keyword: string) : string[] =
        match letters keyword |> Array.filter (fun word -> word.Length >= shortest) with
        | [||] -> [| letters keyword |> String.concat "" |]
        | long -> long

    let private bare (word: string) =
        endings
        |> List.tryFind (fun ending ->
            word.EndsWith(ending, StringComparison.Ordinal) && word.Length - ending.Length >= shortest)
        |> Option.map (fun ending -> word.Substring(0, word.Length - ending.Length))
        |> Option.defaultValue word

    let private endsIn (ending: string) (word: string) =
        ending.Length >= shortest && word.EndsWith(ending, StringComparison.Ordinal)

    /// Whether two words are equal but for an ending, begin with the same five letters, or the one ends in the other: wildfire, fire.
    let related (a: string) (b: string) : bool =
        let start (word: string) = word.Substring(0, min family word.Length)
        let one, other = bare a, bare b

        one = other
        || (min a.Length b.Length >= family && start a = start b)
        || endsIn one other
        || endsIn other one

    /// Groups of different keywords, none empty: those that have related words are joined, and whoever is joined to one is joined to all
    /// that it is joined to. Keywords come plain and in order.
    let join (keywords: string seq) : string[][] =
        let known =
            keywords
            |> Seq.map plain
            |> Seq.filter (fun keyword -> keyword <> "")
            |> Seq.distinct
            |> List.ofSeq
            |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))
            |> Array.ofList

        let words = known |> Array.map words
        let groups = Groups known.Length

        for i in 0 .. known.Length - 1 do
            for j in 0 .. i - 1 do
                if words[i] |> Array.exists (fun a -> words[j] |> Array.exists (related a)) then
                    groups.Join(i, j)

        let numbers = groups.Numbers

        Array.indexed known |> Array.groupBy (fun (i, _) -> numbers[i]) |> Array.map (snd >> Array.map snd)

    /// What a group is called: the shortest of its keywords, of equals the first.
    let name (group: string[]) : string = group |> Array.minBy (fun keyword -> keyword.Length)
