module NtkPipeline.Tests.TransformerChapterTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.SampleTransformer

let private chapter found =
    let chapter = TransformerChapter.ofEvidence (artifact "evidence" found)
    Expect.wantOk (chapter.Value.Force() |> Result.mapError _.Sentence) "written"

let private text cell =
    match cell with
    | TextCell text
    | NumberCell text -> text

let private places (chart: PointChart) =
    match chart.Drawing with
    | Drawing.Lines lines -> lines |> List.collect (fun line -> List.ofArray line.Points)
    | Drawing.Map _
    | Drawing.Frames _ -> failtest "lines are expected"

let private isSound (words: string) = not (words.Contains "NaN" || words.Contains "∞" || words.Contains "nan")

let tests =
    testList "TransformerChapter" [
        testCase "every number of it is one, with fine-tuning and without"
        <| fun () ->
            for found in [ evidence; untuned ] do
                let chapter = chapter found
                Expect.isTrue (chapter.Words |> List.forall isSound) "words"
                Expect.isTrue (chapter.Answer |> List.forall isSound) "answer"
                Expect.hasLength chapter.Verdicts 3 "a verdict a claim"

                for finding in chapter.Findings do
                    Expect.isTrue (finding.Value |> Option.forall Double.IsFinite) finding.Metric

                    Expect.isTrue
                        (finding.Value.IsSome || finding.Note.IsSome)
                        $"%s{finding.Metric}: or why not"

                let names = chapter.Findings |> Array.map _.Metric
                Expect.equal (Array.distinct names) names "nothing twice"

                for chart in chapter.Charts do
                    for point in places chart do
                        for x in [ point.X; point.Y; point.Low; point.High ] do
                            Expect.isTrue (Double.IsFinite x) chart.Id

                for table in chapter.Tables do
                    for row in table.Rows do
                        Expect.hasLength row table.Headings.Length table.Title
                        Expect.isTrue (row |> List.forall (text >> isSound)) table.Title

                    Expect.isTrue (table.Notes |> List.forall isSound) table.Title

        testCase "tables have a row for each thing that there is, and none for what there is not"
        <| fun () ->
            let rows found = [ for table in (chapter found).Tables -> table.Title, table.Rows.Length ]

            Expect.equal
                (rows evidence)
                [
                    "The models side by side", 5
                    "The tangent kernel through fine-tuning", 4
                    "What foretells fine-tuning", 1
                    "Layers of the tangent kernel", 3
                    "Kinds of parameters in the tangent kernel", 2
                ]
                "rows"

            Expect.equal
                (rows untuned |> List.map fst)
                [
                    "The models side by side"
                    "Layers of the tangent kernel"
                    "Kinds of parameters in the tangent kernel"
                ]
                "without fine-tuning"

            Expect.hasLength (chapter evidence).Charts 4 "charts"
            Expect.hasLength (chapter untuned).Charts 2 "without fine-tuning"

        testCase "the table says how each was chosen, and marks what has seen labels"
        <| fun () ->
            let table = TransformerTables.models evidence
            let at (row: int) (column: int) = text (table.Rows[row].[column])
            Expect.equal (at 1 1) "ridge 1" "a kernel"
            Expect.equal (at 2 1) "ridge 1, 80.0% tangent" "both"
            Expect.equal (at 3 2) "0.510 †" "the after-kernel"
            Expect.equal (at 4 1) "stopped after epoch 1, 2" "trained"
            Expect.equal (at 4 2) "–" "no cross-validation"
            Expect.stringContains table.Notes[1] "0.501" "the leak"

            let cosines = {
                evidence with
                    Models = evidence.Models |> Array.map (fun m -> { m with IsUnit = true })
            }

            let table = TransformerTables.models cosines
            Expect.equal (text (table.Rows[2].[1])) "ridge 1, 80.0% tangent, cosines" "by their directions"

        testCase "every model with answers for test tweets is a submission, and the preferred one is named"
        <| fun () ->
            let made = chapter evidence

            Expect.equal
                (made.Submissions |> List.map _.Name)
                [ "frozen-ntk"; "tangent"; "both-kernels"; "after-kernel"; "fine-tuned" ]
                "each"

            let words = String.concat " " made.Words
            Expect.stringContains words "the preferred one is submission-transformer-fine-tuned.csv" "named"

            let none = {
                evidence with
                    Models = evidence.Models |> Array.map (fun m -> { m with Test = [||] })
            }

            Expect.isEmpty (chapter none).Submissions "no test tweets"

            Expect.isFalse
                ((String.concat " " (chapter none).Words).Contains ".csv")
                "and no word of files that there are not"

        testCase "what was judged comes back from its bytes"
        <| fun () ->
            let codec = (TransformerJudge.stage settings).Codec

            for found in [ evidence; untuned ] do
                use stream = new MemoryStream()
                codec.Write stream found
                stream.Position <- 0L
                Expect.equal (codec.Read stream) (Ok found) "the same"
    ]
