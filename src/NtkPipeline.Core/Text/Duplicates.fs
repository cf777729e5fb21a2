namespace NtkPipeline.Core

open System.Collections.Generic

/// Which texts count as one when rows are split.
[<RequireQualifiedAccess>]
type SameText =
    /// Equal letter by letter.
    | Identical
    /// Equal once links, mentions, case, entities and special characters are set aside.
    | Normalised

/// Texts that say the same: equal once links, mentions, case, entities and special characters are set aside.
[<RequireQualifiedAccess>]
module Duplicates =

    let private settings = {
        CleanText.defaults with
            Urls = Treatment.Remove
            Mentions = Treatment.Remove
            Hashtags = Hashtags.DropSign
            Elongations = false
    }

    /// What two duplicates have in common. A text that says nothing but links and signs stands for itself.
    let key (text: string) : string =
        match CleanText.clean settings text with
        | "" -> "\u0000" + text
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

    /// The same for either meaning of "the same text".
    let groupsOf (same: SameText) (texts: string[]) : int[] =
        match same with
        | SameText.Identical -> number texts
        | SameText.Normalised -> groups texts
