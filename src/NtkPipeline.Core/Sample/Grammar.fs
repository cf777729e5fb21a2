namespace NtkPipeline.Core

open System

/// Rules that turn a pattern into a text: each `{slot}` of the pattern is replaced by one of its phrases.
type Grammar = private Grammar of Map<string, string array>

/// Between braces may stand a rule's name `{city}`, a choice `{calm/quiet/}` or a range of numbers `{3-9}`.
/// `{^city}` makes the first letter a capital, `{@animal}` puts the article before it. Braces nest.
[<RequireQualifiedAccess>]
module Grammar =

    /// Patterns written one a line.
    let lines (text: string) : string array =
        text.Split '\n' |> Array.map _.Trim() |> Array.filter (fun line -> line <> "")

    let private rule (lines: string list) =
        let text = lines |> List.rev |> String.concat " "
        let colon = text.IndexOf(':', StringComparison.Ordinal)
        text.Substring(0, colon).Trim(), text.Substring(colon + 1).Split '|' |> Array.map _.Trim()

    /// A rule is `name: phrase | phrase | ...`; a line that begins with a blank goes on with the rule above.
    let parse (text: string) : Grammar =
        let gather rules (line: string) =
            match rules with
            | lines :: others when line.StartsWith(' ') -> (line :: lines) :: others
            | _ -> [ line ] :: rules

        text.Split '\n'
        |> Array.filter (fun line -> line.Trim() <> "")
        |> Array.fold gather []
        |> List.filter (fun lines -> (List.last lines).Contains ':')
        |> List.map rule
        |> Map.ofList
        |> Grammar

    /// The rules of both; where a name stands in both, the later one's.
    let merge (Grammar first) (Grammar second) : Grammar =
        second |> Map.fold (fun rules name phrases -> Map.add name phrases rules) first |> Grammar

    /// The grammar with one more rule, of a single phrase.
    let bind (name: string) (phrase: string) (Grammar rules) : Grammar =
        rules |> Map.add name [| phrase |] |> Grammar

    /// Any of the items, each as likely as the others.
    let choose (random: Random) (items: 'a array) : 'a = items[random.Next items.Length]

    let private capital (text: string) =
        if text = "" then
            text
        else
            text.Substring(0, 1).ToUpperInvariant() + text.Substring 1

    let private withArticle (text: string) =
        if text <> "" && "aeiouAEIOU".Contains text[0] then
            "an " + text
        else
            "a " + text

    let private (|Range|_|) (slot: string) =
        match slot.Split '-' |> Array.map Int32.TryParse with
        | [| true, low; true, high |] when low <= high -> Some(low, high)
        | _ -> None

    /// The pattern with every slot filled, the innermost ones first. A name without a rule stands for itself.
    let rec expand (grammar: Grammar) (random: Random) (pattern: string) : string =
        let start = pattern.LastIndexOf '{'
        let stop = if start < 0 then -1 else pattern.IndexOf('}', start)

        if stop < 0 then
            pattern
        else
            let filled = fill grammar random (pattern.Substring(start + 1, stop - start - 1))
            expand grammar random (pattern.Substring(0, start) + filled + pattern.Substring(stop + 1))

    and private fill (Grammar rules as grammar) random slot =
        match slot with
        | Range(low, high) -> string<int>(random.Next(low, high + 1))
        | _ when slot.StartsWith '^' -> capital (fill grammar random (slot.Substring 1))
        | _ when slot.StartsWith '@' -> withArticle (fill grammar random (slot.Substring 1))
        | _ when slot.Contains '/' -> choose random (slot.Split '/')
        | _ ->
            match Map.tryFind slot rules with
            | Some phrases -> expand grammar random (choose random phrases)
            | None -> slot
