module NtkPipeline.Tests.TfidfTests

open System
open Expecto
open NtkPipeline.Core

let private settings analyzer = { Analyzer = analyzer; MinTexts = 1; Sublinear = false }

/// The corpus of scikit-learn's own documentation of its text features.
let private corpus = [|
    "This is the first document."
    "This document is the second document."
    "And this is the third one."
    "Is this the first document?"
|]

let private close (expected: float[]) (actual: ReadOnlySpan<float>) message =
    Array.zip expected (actual.ToArray())
    |> Array.iter (fun (e, a) -> Expect.floatClose { absolute = 1e-8; relative = 0.0 } a e message)

let tests =
    testList "Tfidf" [
        testCase "the documented corpus gives the documented matrix"
        <| fun () ->
            let model = Tfidf.fit (settings (Words(1, 1))) corpus
            let m = Tfidf.transform model corpus |> SparseMatrix.toDense

            Expect.equal
                model.Terms
                [| "and"; "document"; "first"; "is"; "one"; "second"; "the"; "third"; "this" |]
                "get_feature_names_out()"

            // TfidfVectorizer().fit_transform(corpus).toarray(), as scikit-learn's pages print it.
            close
                [|
                    0.0
                    0.46979139
                    0.58028582
                    0.38408524
                    0.0
                    0.0
                    0.38408524
                    0.0
                    0.38408524
                |]
                (Matrix.row 0 m)
                "row 0"

            close
                [|
                    0.0
                    0.6876236
                    0.0
                    0.28108867
                    0.0
                    0.53864762
                    0.28108867
                    0.0
                    0.28108867
                |]
                (Matrix.row 1 m)
                "row 1"

            close
                [|
                    0.51184851
                    0.0
                    0.0
                    0.26710379
                    0.51184851
                    0.0
                    0.26710379
                    0.51184851
                    0.26710379
                |]
                (Matrix.row 2 m)
                "row 2"

        testCase "sublinear frequencies, by the formulas"
        <| fun () ->
            let model = Tfidf.fit { settings (Words(1, 1)) with Sublinear = true } corpus
            let m = Tfidf.transform model [| corpus[1] |] |> SparseMatrix.toDense
            // idf = ln((1+4)/(1+df)) + 1; "document" stands twice: 1 + ln 2.
            let idf df = log (5.0 / (1.0 + df)) + 1.0
            let document, second, common = (1.0 + log 2.0) * idf 3.0, idf 1.0, idf 4.0
            let norm = sqrt (document * document + second * second + 3.0 * common * common)

            close
                ([| 0.0; document; 0.0; common; 0.0; second; common; 0.0; common |]
                 |> Array.map (fun w -> w / norm))
                (Matrix.row 0 m)
                "row 1"

        testCase "a word has two characters or more, of letters, numbers and underscores"
        <| fun () ->
            // re.findall(r"(?u)\b\w\w+\b", …) of Python.
            Expect.equal
                (Tfidf.terms (Words(1, 2)) "I'm a B-52_x, naïve ½½ e\u0301t\u0301é")
                [| "52_x"; "naïve"; "½½"; "52_x naïve"; "naïve ½½" |]
                "a combining mark parts words"

        testCase "characters inside words, with their blanks, a short word once"
        <| fun () ->
            let terms smallest largest = Tfidf.terms (CharactersInWords(smallest, largest))
            // The example of scikit-learn's pages: char_wb, (5, 5).
            Expect.equal (terms 5 5 "jumpy fox") [| " jump"; "jumpy"; "umpy "; " fox " |] "jumpy fox"
            Expect.equal (terms 3 5 "a") [| " a " |] "shorter than n"
            Expect.equal (terms 3 5 "ab\t\n") [| " ab"; "ab "; " ab " |] "lengths 3 and 4"
            Expect.equal (terms 2 2 "😀") [| " 😀"; "😀 " |] "a character is a code point"
            Expect.isEmpty (terms 3 5 " \u001C ") "blanks"

        testCase "rare terms are left out, unknown ones ignored"
        <| fun () ->
            let model = Tfidf.fit { settings (Words(1, 1)) with MinTexts = 2 } corpus
            Expect.equal model.Terms [| "document"; "first"; "is"; "the"; "this" |] "df of 2 and more"
            let m = Tfidf.transform model [| "unknown words"; "" |]
            Expect.equal (m.Rows, m.Columns, m.Values.Length) (2, 5, 0) "rows without entries"

        testPropertyWithConfig Garbage.config "any texts give rows of norm 1 or none"
        <| fun (texts: Garbage.Text list) ->
            let texts = [| for Garbage.Text text in texts -> text |]

            for analyzer in [ Words(1, 2); CharactersInWords(3, 5) ] do
                let m = texts |> Tfidf.transform (Tfidf.fit (settings analyzer) texts)

                for i in 0 .. m.Rows - 1 do
                    let row = m.Values[m.Starts[i] .. m.Starts[i + 1] - 1]
                    let norm = row |> Array.sumBy (fun w -> w * w)
                    Expect.isTrue (row.Length = 0 || abs (norm - 1.0) < 1e-12) $"norm %g{norm}"
    ]
