namespace NtkPipeline.Core

open System

/// Makes a clean sentence look typed on a phone and badly stored: case, typos, tags, links, broken letters.
[<RequireQualifiedAccess>]
module internal Roughen =

    /// True with the given probability.
    let chance (random: Random) (probability: float) : bool = random.NextDouble() < probability

    let private letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    /// A shortened link of the years when a tweet had 140 characters.
    let link (random: Random) : string =
        "http://t.co/" + String.init 10 (fun _ -> string<char> letters[random.Next letters.Length])

    let private recase (random: Random) (text: string) =
        match random.NextDouble() with
        | toss when toss < 0.18 -> text.ToLowerInvariant()
        | toss when toss < 0.22 -> text.ToUpperInvariant()
        | toss when toss < 0.70 -> text.Substring(0, 1).ToUpperInvariant() + text.Substring 1
        | _ -> text

    /// Drops a letter, doubles it, or swaps it with the next.
    let private mistype (random: Random) (text: string) =
        let at = random.Next text.Length

        if
            not (chance random 0.14)
            || at + 2 >= text.Length
            || not (Char.IsLetter text[at] && Char.IsLetter text[at + 1])
        then
            text
        else
            match random.Next 3 with
            | 0 -> text.Remove(at, 1)
            | 1 -> text.Insert(at, text.Substring(at, 1))
            | _ -> text.Remove(at, 1).Insert(at + 1, text.Substring(at, 1))

    let private lengthen (random: Random) (text: string) =
        let at = text.IndexOfAny([| 'a'; 'e'; 'o'; 'u'; 'y' |], random.Next text.Length)

        if at < 0 || not (chance random 0.04) then
            text
        else
            text.Insert(at, String(text[at], random.Next(2, 6)))

    let private quote (random: Random) (text: string) =
        match random.NextDouble() with
        | toss when toss < 0.02 -> "'" + text + "'"
        | toss when toss < 0.03 && not (text.Contains '"') -> "\"" + text + "\""
        | _ -> text

    let private finish (random: Random) (text: string) =
        match random.NextDouble() with
        | _ when not (Char.IsLetterOrDigit text[text.Length - 1]) -> text
        | toss when toss < 0.35 -> text + "."
        | toss when toss < 0.42 -> text + "!"
        | toss when toss < 0.44 -> text + "!!!"
        | toss when toss < 0.47 -> text + "?"
        | toss when toss < 0.52 -> text + "..."
        | _ -> text

    /// As the service stores them: `&`, `<` and `>` are entities, and some write "&" for "and".
    let private escape random (text: string) =
        let joined = if chance random 0.12 then text.Replace(" and ", " & ") else text
        let arrowed = if chance random 0.012 then joined.Replace(": ", " >> ") else joined
        arrowed.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;")

    /// What is left of typographic quotes, dashes and blanks after a wrong encoding.
    let private corrupt (random: Random) (text: string) =
        let proper, broken =
            Grammar.choose random [|
                "'", "\u0089\u00db\u00aa"
                "...", "\u0089\u00db_"
                ", ", " \u0089\u00db\u00d2 "
                " ", "\u00e5\u00ca"
                "\"", "\u0089\u00db\u00cf"
            |]

        let at = text.IndexOf(proper, StringComparison.Ordinal)

        if at < 0 || not (chance random 0.16) then
            text
        else
            text.Remove(at, proper.Length).Insert(at, broken)

    let private cut (length: int) (text: string) =
        if text.Length <= length then
            text
        else
            text.Substring(0, length - 3).TrimEnd() + "\u0089\u00db_"

    let private steps = [ recase; lengthen; mistype; quote; finish; escape; corrupt; fun _ -> cut 136 ]

    /// The sentence as typed and stored, before anything is put around it.
    let sentence (random: Random) (text: string) : string =
        steps |> List.fold (fun rough step -> step random rough) text

    let private tag (random: Random) grammar =
        "#" + (Grammar.expand grammar random "{tag}").Replace(" ", "").Replace("-", "")

    /// Adds whom it answers, tags and links. News carries more links, chat more names: a hint, no more.
    let surround (grammar: Grammar) (random: Random) (isNews: bool) (text: string) : string =
        let between = if chance random 0.08 then "\n" else " "
        let mention () = Grammar.expand grammar random "@{handle}"
        let before = if chance random (if isNews then 0.08 else 0.15) then mention () + " " else ""
        let tags = List.init (max 0 (random.Next 9 - 6)) (fun _ -> " " + tag random grammar)
        let credit = if chance random 0.06 then " via " + mention () else ""
        let linked = chance random (if isNews then 0.60 else 0.46)
        let links = if linked then between + link random else ""
        let more = if linked && chance random 0.12 then " " + link random else ""
        let full = before + text + String.concat "" tags + credit + links + more
        if full.Length <= 150 then full else before + text + links
