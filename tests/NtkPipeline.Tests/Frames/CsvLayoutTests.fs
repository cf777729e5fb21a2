module NtkPipeline.Tests.CsvLayoutTests

open System
open System.Text
open Expecto
open FsCheck
open NtkPipeline.Core

let private fields text =
    CsvLayout.scan text
    |> Result.map (List.ofArray >> List.map (fun record -> List.ofArray record.Fields))

/// What Python 3.11's csv.reader makes of the same text, blank rows left out.
let private asPython = [
    "a,5\" pipe,x\nb,6\" pipe,y\n", [ [ "a"; "5\" pipe"; "x" ]; [ "b"; "6\" pipe"; "y" ] ]
    "x\"y\",plain\n", [ [ "x\"y\""; "plain" ] ]
    "1, \"a, b\"\n", [ [ "1"; " \"a"; " b\"" ] ]
    "\"a, \"\"b\"\"\nc\",d", [ [ "a, \"b\"\nc"; "d" ] ]
    "\"\",\"\"\"\"\n", [ [ ""; "\"" ] ]
    "\"a\" ,b\n", [ [ "a "; "b" ] ]
    "a\r\n\r\nb\rc\n", [ [ "a" ]; [ "b" ]; [ "c" ] ]
    "a,\n,\n", [ [ "a"; "" ]; [ ""; "" ] ]
    "text,text\f\"\"\n1,2\n", [ [ "text"; "text\f\"\"" ]; [ "1"; "2" ] ]
    "\"\"\n", [ [ "" ] ]
    "\"a\rb\"\n", [ [ "a\rb" ] ]
    "\"\u2028\",\u2028\"\n", [ [ "\u2028"; "\u2028\"" ] ]
]

let tests =
    testList "CsvLayout" [
        testCase "fields are what Python's csv module makes of them"
        <| fun () ->
            for text, rows in asPython do
                Expect.equal (fields text) (Ok rows) (text.Replace("\n", "⏎"))

        testCase "what could be read in two ways is refused with its line"
        <| fun () ->
            let refused line (word: string) text =
                match CsvLayout.scan text with
                | Error(found, fault) ->
                    Expect.equal found line text
                    Expect.stringContains fault word text
                | Ok records -> failtest $"%s{text} should be refused, not %A{records}"

            refused 2 "text follows" "a,b\n1,\"He said \"fire\" today\"\n"
            refused 1 "text follows" "\"x\"y\",plain\n"
            refused 3 "text follows" "a\nb\n\"\"x\"y\"\n"
            refused 1 "text follows" "\"a\" \"b\"\n"
            refused 4 "never closes" "a\n\"b\n\"\n\"c\nd\n"

        testProperty "records that were written come back with their lines"
        <| fun (rows: NonEmptyString[][]) ->
            let rows = rows |> Array.map (Array.map _.Get >> Array.append [| "a\"b" |])

            let text = StringBuilder()

            for row in rows do
                text.Append(String.Join(',', Array.map CsvLayout.quote row)).Append '\n' |> ignore

            match CsvLayout.scan (text.ToString()) with
            | Ok records ->
                let lines =
                    rows
                    |> Array.scan
                        (fun line row -> line + 1 + Seq.sumBy (Seq.filter ((=) '\n') >> Seq.length) row)
                        1

                (records |> Array.map _.Fields) = rows
                && (records |> Array.map _.Line) = lines[.. rows.Length - 1]
            | Error _ -> false

        testCase "a name that stands twice but for blanks is refused; a column without a name is none"
        <| fun () ->
            let texts (csv: string) = TextColumn.ofCsv "f.csv" "text" (Encoding.UTF8.GetBytes csv)

            for csv in [ "text, text\n1,2\n"; "text,\"text \"\n1,2\n"; "\u00A0text,text\u2028\n1,2\n" ] do
                match texts csv with
                | Error e -> Expect.stringContains e.Sentence "line 1: column 'text' stands twice" csv
                | Ok _ -> failtest $"%s{csv} should be refused"

            Expect.equal (texts "id, text,,\n1,a,,\n") (Ok [| "a" |]) "a spreadsheet's empty columns"
            Expect.isError (texts "a,\"te\"xt\n1,x\n") "text behind a quote, in the header too"
            Expect.isError (texts "text,text\f\"\"\n1,2,3\n") "a ragged row"
    ]
