namespace NtkPipeline.Core

open System.Collections.Generic

/// Which texts count as one when rows are split.
[<RequireQualifiedAccess>]
type SameText =
    /// Equal letter by letter.
    | Identical
    /// Equal once links, mentions, case, entities and special characters are set aside.
    | Normalised
    /// These, and texts that are similar then.
    | Similar

/// Texts that say the same: equal once links, mentions, case, entities and special characters are set aside, or nearly so.
[<RequireQualifiedAccess>]
module Duplicates =

    let private settings = {
        CleanText.defaults with
            Urls = Treatment.Remove
            Mentions = Treatment.Remove
            Hashtags = Hashtags.DropSign
            Elongations = false
    }

    let private wordless = '\u0000'

    /// What two duplicates have in common. A text that says nothing but links and signs stands for itself.
    let key (text: string) : string =
        match CleanText.clean settings text with
        | "" -> string wordless + text
        | words -> words

    let private number (keys: string[]) : int[] =
        let known = Dictionary<string, int>()

        keys
        |> Array.map (fun key ->
            match known.TryGetValue key with
            | true, group -> group
            | _ ->
                known[key] <- known.Count
                known.Count - 1)

    /// The number of each row's group, counted from 0 in the order in which groups first appear: rows with the same
    /// normalised text share one.
    let groups (texts: string[]) : int[] = number (Array.map key texts)

    /// The same for texts that are equal letter by letter.
    let identicalGroups (texts: string[]) : int[] = number texts

    /// Groups of texts that are similar: at least `threshold` of the pieces that either normalised text holds are in both
    /// (Jaccard's coefficient of four-letter pieces). Similar to a similar text is enough, so a group may hold texts that are not
    /// similar themselves. A text without words is in a group with its like alone.
    let similarGroups (threshold: float) (seed: Seed) (texts: string[]) : int[] =
        let keys = texts |> Array.map key
        let numbers = number keys
        let firsts = Array.indexed numbers |> Array.distinctBy snd |> Array.map fst

        let merged =
            firsts
            |> Array.Parallel.map (fun row ->
                if keys[row].StartsWith wordless then [||] else MinHash.pieces keys[row])
            |> MinHash.groups threshold seed

        numbers |> Array.map (fun number -> merged[number])
