namespace NtkPipeline.Core

open System.Net
open System.Text.RegularExpressions
open Giraffe.ViewEngine

/// Powers as the page shows them. Sentences write m^−0.49, which a console can show; the page raises it.
[<RequireQualifiedAccess>]
module Powers =

    /// A symbol of ours, alone, ^, and an exponent: a signed number, a word, or anything in brackets, which are left out. People's tweets
    /// hold other things with ^.
    let private pattern =
        Regex
            @"(?<=(?<![\p{L}\p{N}])[mdktenα])\^(?:\{(?<x>[^{}]+)\}|\((?<x>[^()]+)\)|(?<x>[−+-]?(?:[0-9½]+(?:\.[0-9]+)?|[A-Za-z]+)))"

    /// What stands between powers, and exponents, in turn.
    let private parts (text: string) : (bool * string) list =
        let mutable at = 0

        [
            for found in pattern.Matches text do
                false, text[at .. found.Index - 1]
                true, found.Groups["x"].Value
                at <- found.Index + found.Length

            false, text[at..]
        ]
        |> List.filter (fun (_, part) -> part <> "")

    let html (text: string) : XmlNode list =
        parts text |> List.map (fun (isRaised, part) -> if isRaised then sup [] [ str part ] else str part)

    /// For Plotly, which reads its texts as HTML.
    let encoded (text: string) : string =
        parts text
        |> List.map (fun (isRaised, part) ->
            let part = WebUtility.HtmlEncode part |> string
            if isRaised then $"<sup>%s{part}</sup>" else part)
        |> String.concat ""
