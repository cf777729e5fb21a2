namespace NtkPipeline.Core

open System.Text.RegularExpressions

/// What is said of a network's text that is none.
[<RequireQualifiedAccess>]
module internal NetworkMistake =

    /// What a layer's name stands behind, but for the first.
    let private openings = Regex(@"\||residual\s*\(|repeat\s*\([^,()|]*,", RegexOptions.CultureInvariant)

    let private word = Regex(@"[A-Za-z][A-Za-z0-9-]*", RegexOptions.CultureInvariant)

    /// Longer texts are not looked through for the name that was meant.
    let private mostCharacters = 10_000

    /// The names of the layers that begin before a place or at it, the last first: there the mistake stands.
    let private heads (text: string) (place: int) : string list =
        let behind =
            openings.Matches text
            |> Seq.map (fun opening -> opening.Index + opening.Length)
            |> Seq.filter (fun start -> start <= place)
            |> List.ofSeq

        List.zip (0 :: behind) (behind @ [ place + 1 ])
        |> List.rev
        |> List.choose (fun (start, beyond) ->
            let name = word.Match(text, start)
            if name.Success && name.Index < beyond then Some name.Value else None)

    /// The parser's message, with the place shown, and a legal network with the layer that was meant there.
    let withForm (text: string) (place: int64) (message: string) : string =
        let meant =
            if text.Length > mostCharacters then
                None
            else
                heads text (int place) |> List.truncate 4 |> List.tryPick LayerGuide.find

        match meant with
        | Some guide -> $"%s{message.Trim()}\nas in: %s{guide.Example}"
        | None -> $"%s{message.Trim()}\nas in: dense 512 | relu | dense 1"

    let private shown =
        Regex(@"^Error in Ln: \d+ Col: (\d+)\r?\n[^\n]*\n\s*\^\s*\n", RegexOptions.CultureInvariant)

    /// The same in one line, where no place can be shown: it is counted.
    let inLine (message: string) : string =
        shown
            .Replace(message, "at character $1: ")
            .Replace("\r", "")
            .Replace("Note: The error occurred at the end of the input stream.", "")
            .Replace("Expecting:", "expecting")
            .Split
            '\n'
        |> Array.map _.Trim()
        |> Array.filter (fun line -> line <> "")
        |> String.concat " "
        |> _.Replace(" as in: ", "; as in: ")
