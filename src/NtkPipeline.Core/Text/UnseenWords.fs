namespace NtkPipeline.Core

open System
open System.Collections.Generic

/// Whether a new text has anything in common with the texts that a run has seen. The rule: links, mentions, case and signs set aside
/// (`Duplicates.key`), a text shares something if one of its words at least stands in one of them.
[<RequireQualifiedAccess>]
module UnseenWords =

    /// The words of a text, none where it holds nothing but links and signs.
    let words (text: string) : string[] =
        match Duplicates.key text with
        | wordless when wordless.StartsWith '\u0000' -> [||]
        | words -> words.Split(' ', StringSplitOptions.RemoveEmptyEntries)

    /// Every word of some texts.
    let known (texts: string seq) : HashSet<string> = texts |> Seq.collect words |> HashSet

    /// What is to be said beside any score of a text that shares nothing with the known words; none where it shares something.
    let remark (known: HashSet<string>) (text: string) : string option =
        match words text with
        | [||] -> Some "it holds no word, so that the score rests on nothing that it says"
        | words when words |> Array.exists known.Contains -> None
        | words ->
            Some
                $"""%s{if words.Length = 1 then
                           "its only word stands in no"
                       else
                           $"none of its %d{words.Length} words stands in any"} text that this run has seen, so that the score rests on nothing that was learnt from them"""
