/// Other people's words in what a run writes: nothing obeys them.
module NtkPipeline.Tests.ForeignWordsTests

open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private obeyed = [ '\u001b'; '\u0007'; '\u202E'; '\u2066'; '\u0085'; '\u007f' ]

let private none where (text: string) =
    for c in obeyed do
        Expect.isFalse (text.Contains c) $"U+%04X{int c} in %s{where}"

let private findings name =
    let findings = SampleFindings.make false
    { findings with Data = { findings.Data with Name = name } }

let private hostile = "=cmd|' /C calc'!A1\u001b[31m\u0007\u202Eevil\u2066\u0085\u007f"

let tests =
    testList "foreign words" [
        testCase "no control character and none that turns words around reaches page, table, console or JSON"
        <| fun () ->
            let findings = findings hostile

            Regex.Replace(Report.html findings, @"<script>.*?</script>", "", RegexOptions.Singleline)
            |> none "report.html, but for its libraries' code"

            ResultFrame.csv findings |> none "results.csv"
            ReportText.lines findings |> String.concat "\n" |> none "the console"
            let json = SummaryJson.write findings 1.0 []
            none "summary.json" json
            use document = JsonDocument.Parse json

            Expect.equal
                (document.RootElement.GetProperty("data").GetProperty("name").GetString())
                hostile
                "JSON escapes them, so that the name comes back"

        testCase "a name that begins like a formula is a text to a spreadsheet"
        <| fun () ->
            for start in [ "=1+1"; "+1"; "-1"; "@SUM(A1)" ] do
                let lines = (ResultFrame.csv (findings start)).Split '\n'

                for line in lines[1 .. lines.Length - 2] do
                    Expect.stringStarts line $"'%s{start}" "each line"

            Expect.equal (PlainLine.ofCell "kaggle") "kaggle" "a name is a name"
            Expect.equal (PlainLine.ofCell "\t=1") "' =1" "behind a tab too"

        testCase "a row's own id is shown as it came, and nothing of it is obeyed"
        <| fun () ->
            let id = "<b>=1+2, \"a\"</b>"
            let sample = SampleFindings.make false
            let suspects = [| { sample.Suspects[0] with Id = RowId.Word id }; sample.Suspects[1] |]
            let findings = { sample with Suspects = suspects }
            let page = Report.html findings
            Expect.stringContains page "&lt;b&gt;=1+2, &quot;a&quot;&lt;/b&gt;" "escaped"
            Expect.isFalse (page.Contains id) "not as it stands"
            use document = JsonDocument.Parse(SummaryJson.write findings 1.0 [])
            let suspects = document.RootElement.GetProperty "suspects"
            Expect.equal (suspects[0].GetProperty("id").GetString()) id "a text"
            Expect.equal (suspects[1].GetProperty("id").GetRawText()) "51" "a number"

        testCase "a refusal that repeats a person's words cannot steer the terminal"
        <| fun () ->
            let answer = call [ "embed"; "--texts"; hostile; "--encoder"; hostile; "--out"; "e.npy" ]
            Expect.equal answer.Code 2 answer.Error
            none "the refusal" answer.Error
            let missing = call [ "embed"; "--texts"; hostile; "--encoder"; "lsa"; "--out"; "e.npy" ]
            Expect.equal missing.Code 1 missing.Error
            none "the refusal" missing.Error
    ]
