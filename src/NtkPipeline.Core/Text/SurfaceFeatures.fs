namespace NtkPipeline.Core

open System

/// What a text looks like, whatever its words: its length, case, digits, signs, links.
[<RequireQualifiedAccess>]
module SurfaceFeatures =

    let private count (belongs: char -> bool) (text: string) =
        let mutable found = 0

        for c in text do
            if belongs c then
                found <- found + 1

        float found

    let private share belongs (text: string) = count belongs text / float (max 1 text.Length)

    let private words (text: string) = text.Split(Array.empty<char>, StringSplitOptions.RemoveEmptyEntries)

    let private occurrences (part: string) (text: string) = float (text.Split(part).Length - 1)
    let private flag condition = if condition then 1.0 else 0.0

    /// Each feature with its name.
    let private features: (string * (string -> float)) list = [
        "characters", (fun text -> float text.Length)
        "words", (fun text -> float (words text).Length)
        "characters a word", (fun text -> float text.Length / float (max 1 (words text).Length))
        "share of capitals", share Char.IsUpper
        "share of digits", share Char.IsDigit
        "characters beyond ASCII", count (Char.IsAscii >> not)
        "links", occurrences "http"
        "mentions", count ((=) '@')
        "begins with a mention", (fun text -> flag (text.StartsWith '@'))
        "begins with RT", (fun text -> flag (text.StartsWith("RT", StringComparison.Ordinal)))
        "hashtags", count ((=) '#')
        "question marks", count ((=) '?')
        "exclamation marks", count ((=) '!')
        "colons", count ((=) ':')
        "dots in a row", occurrences "..."
        "line breaks", count ((=) '\n')
    ]

    let names: string list = features |> List.map fst

    /// Values beyond so many standard deviations count as so many.
    let private furthest = 3.0

    /// By the mean and deviation of the reference.
    let private standardise (reference: float[]) (values: float[]) =
        let mean = Array.average reference
        let deviation = reference |> Array.averageBy (fun v -> (v - mean) ** 2.0) |> sqrt

        values
        |> Array.map (fun v ->
            if deviation = 0.0 then
                0.0
            else
                Math.Clamp((v - mean) / deviation, -furthest, furthest))

    /// One row a text, as it was written, by the mean and variance that each column has over the reference texts.
    let measureAmong (reference: string[]) (texts: string[]) : Matrix<float32> =
        if texts.Length = 0 then
            Matrix.create 0 names.Length [||]
        else
            let columns =
                features
                |> List.map (fun (_, feature) ->
                    standardise (reference |> Array.map feature) (texts |> Array.map feature))
                |> Array.ofList

            Matrix.init texts.Length columns.Length (fun i j -> float32 (columns[j][i]))

    /// One row a text, as it was written; every column has mean 0 and variance 1 before the furthest values are drawn in.
    let measure (texts: string[]) : Matrix<float32> = measureAmong texts texts

    /// One row a tweet, one column a keyword of the reference tweets, by ascending keyword: 1 where the tweet has it. A tweet
    /// without one, or with one that none of them has, is zero.
    let keywordsAmong (reference: Tweet[]) (tweets: Tweet[]) : Matrix<float32> =
        let known = reference |> Array.choose _.Keyword |> Array.distinct
        Array.Sort(known, StringComparer.Ordinal)

        Matrix.init tweets.Length known.Length (fun i j ->
            if tweets[i].Keyword = Some known[j] then 1.0f else 0.0f)

    /// The same by the tweets' own keywords.
    let keywords (tweets: Tweet[]) : Matrix<float32> = keywordsAmong tweets tweets
