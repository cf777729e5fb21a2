namespace NtkPipeline.Core

open System

/// A keyword, and what people write with it: when disaster struck, and when it did not.
type internal Topic = {
    Keyword: string
    /// How many in a hundred of its tweets are about a disaster.
    Share: int
    /// What the keyword names, as in "after the ... in town".
    Noun: string
    Literal: string array
    Figurative: string array
}

[<RequireQualifiedAccess>]
module internal Topic =

    let private words (text: string) = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)

    let private marked (mark: string) (lines: string array) =
        lines
        |> Array.filter _.StartsWith(mark, StringComparison.Ordinal)
        |> Array.map (fun line -> line.Substring(2).Trim())

    /// From `keyword share noun`, and below it lines marked `+` (a disaster) or `-` (none).
    let private read (block: string) =
        let lines = block.Split '\n' |> Array.map _.Trim()
        let head = words lines[0]

        head
        |> Array.tryFindIndex (fun word -> Seq.forall Char.IsAsciiDigit word)
        |> Option.map (fun index -> {
            Keyword = String.Join(' ', head[.. index - 1])
            Share = int head[index]
            Noun = String.Join(' ', head[index + 1 ..])
            Literal = marked "+ " lines
            Figurative = marked "- " lines
        })

    /// Every topic, in the order of the files.
    let all: Topic array =
        [|
            FireTopics.text
            WaterTopics.text
            CrashTopics.text
            PeopleTopics.text
            AlarmTopics.text
        |]
        |> Array.collect (fun text -> ("\n" + text.Trim()).Split "\n= ")
        |> Array.choose read
