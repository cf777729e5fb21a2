namespace NtkPipeline.Core

open System
open System.Collections.Generic
open System.Text

/// What a term is. n-grams of every length from `smallest` to `largest`.
type Analyzer =
    /// Runs of two or more word characters; a term is n of them, joined by blanks.
    | Words of smallest: int * largest: int
    /// n characters inside a word with one blank at each of its ends ("char_wb").
    | CharactersInWords of smallest: int * largest: int

type TfidfSettings = {
    Analyzer: Analyzer
    /// Terms of fewer texts are left out ("min_df").
    MinTexts: int
    /// A term that a text holds c times counts 1 + ln c rather than c.
    Sublinear: bool
}

/// A fitted vocabulary.
[<NoEquality; NoComparison>]
type TfidfModel = {
    Settings: TfidfSettings
    /// By ascending UTF-16 code units; term k is column k.
    Terms: string[]
    Columns: IReadOnlyDictionary<string, int>
    /// ln((1 + n) / (1 + df)) + 1, for n texts of which df hold the term.
    Idf: float[]
}

/// Term frequency times inverse document frequency, as scikit-learn's TfidfVectorizer defines it (smooth idf, l2 rows):
/// https://scikit-learn.org/stable/modules/feature_extraction.html#text-feature-extraction
[<RequireQualifiedAccess>]
module Tfidf =

    /// Python's \w: letters, numbers of every kind, the underscore.
    let private isWord (rune: Rune) = Rune.IsLetter rune || Rune.IsNumber rune || rune.Value = int '_'

    /// Python's blanks are Unicode's and four separators.
    let private isBlank (rune: Rune) = Rune.IsWhiteSpace rune || (rune.Value >= 0x1C && rune.Value <= 0x1F)

    /// A run of characters, and where each of them begins in it; last its length.
    [<Struct>]
    type private Run = { Text: string; Starts: int[] }

    /// The maximal runs of runes that `belongs`.
    let private runs (belongs: Rune -> bool) (text: string) : ResizeArray<Run> =
        let found = ResizeArray<Run>()
        let current = StringBuilder()
        let starts = ResizeArray<int>()
        let units = Array.zeroCreate<char> 2

        let close () =
            if starts.Count > 0 then
                starts.Add current.Length
                found.Add { Text = current.ToString(); Starts = starts.ToArray() }
                current.Clear() |> ignore
                starts.Clear()

        for rune in text.EnumerateRunes() do
            if belongs rune then
                starts.Add current.Length
                current.Append(units, 0, rune.EncodeToUtf16 units) |> ignore
            else
                close ()

        close ()
        found

    let private wordTerms smallest largest text =
        let words =
            runs isWord text |> Seq.filter (fun run -> run.Starts.Length > 2) |> Seq.map _.Text |> Array.ofSeq

        [|
            for n in smallest..largest do
                for start in 0 .. words.Length - n do
                    if n = 1 then words[start] else String.Join(' ', words, start, n)
        |]

    let private characterTerms smallest largest text =
        let terms = ResizeArray<string>()

        for run in runs (isBlank >> not) text do
            let word = $" %s{run.Text} "
            let length = run.Starts.Length + 1

            // Where the word's k-th character begins, its blanks included.
            let place k =
                if k = 0 then 0
                elif k = length then word.Length
                else run.Starts[k - 1] + 1

            // A word shorter than n is one term, once.
            for n in smallest .. max smallest (min largest length) do
                let taken = min n length

                for start in 0 .. length - taken do
                    terms.Add(word.Substring(place start, place (start + taken) - place start))

        terms.ToArray()

    /// The terms of a text, with repetitions. Letters are made lower-case first.
    let terms (analyzer: Analyzer) (text: string) : string[] =
        let text = text.ToLowerInvariant()

        match analyzer with
        | Words(smallest, largest) -> wordTerms smallest largest text
        | CharactersInWords(smallest, largest) -> characterTerms smallest largest text

    /// A vocabulary that was fitted before: its terms, ascending, and their weights.
    let ofTerms (settings: TfidfSettings) (terms: string[]) (idf: float[]) : TfidfModel =
        let columns = Dictionary<string, int> terms.Length
        terms |> Array.iteri (fun column term -> columns[term] <- column)
        { Settings = settings; Terms = terms; Columns = columns; Idf = idf }

    /// The vocabulary and weights of some texts. It may turn out empty.
    let fit (settings: TfidfSettings) (texts: string[]) : TfidfModel =
        let frequencies = Dictionary<string, int>()

        for chunk in Array.chunkBySize 1024 texts do
            for distinct in chunk |> Array.Parallel.map (terms settings.Analyzer >> Array.distinct) do
                for term in distinct do
                    match frequencies.TryGetValue term with
                    | true, count -> frequencies[term] <- count + 1
                    | _ -> frequencies[term] <- 1

        let kept =
            frequencies
            |> Seq.filter (fun pair -> pair.Value >= settings.MinTexts)
            |> Seq.map _.Key
            |> Array.ofSeq

        Array.Sort(kept, StringComparer.Ordinal)

        kept
        |> Array.map (fun term -> log (float (1 + texts.Length) / float (1 + frequencies[term])) + 1.0)
        |> ofTerms settings kept

    let private weigh (model: TfidfModel) (text: string) =
        let columns =
            terms model.Settings.Analyzer text
            |> Array.choose (fun term ->
                match model.Columns.TryGetValue term with
                | true, column -> Some column
                | _ -> None)
            |> Array.countBy id

        Array.sortInPlaceBy fst columns

        let weights =
            columns
            |> Array.map (fun (column, count) ->
                let frequency = if model.Settings.Sublinear then 1.0 + log (float count) else float count
                frequency * model.Idf[column])

        let norm = weights |> Array.sumBy (fun w -> w * w) |> sqrt
        columns |> Array.map fst, weights |> Array.map (fun w -> w / norm)

    /// One row a text, of norm 1; a text without a known term is a row without entries.
    let transform (model: TfidfModel) (texts: string[]) : SparseMatrix =
        texts |> Array.Parallel.map (weigh model) |> SparseMatrix.ofRows model.Terms.Length
