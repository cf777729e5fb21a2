module NtkPipeline.Tests.ChaptersTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let tests =
    testList "Chapters" [
        testCase "the chapter's curves are drawn, one line a width, and its numbers stand in results.csv"
        <| fun () ->
            let runs = OutputScaleTests.networks (fun alpha -> 0.2 / alpha) (fun _ -> 200)

            let chapter =
                OutputScale.chapter
                    (artifact "kernel" kernel)
                    (artifact "runs" (EpochChoice.ended runs))
                    (artifact "evidence" (OutputScaleTests.evidence runs))
                |> fun chapter -> want (chapter.Value.Force())

            let figures = Curves.drawAll chapter.Runs chapter.Curves
            Expect.equal figures.Length chapter.Curves.Length "each"
            let movement = Figure.json false figures[0]

            for words in
                [
                    "m = 64"
                    "m = 256"
                    "output scale α"
                    "∝ α\\u003csup\\u003e−1.00\\u003c/sup\\u003e"
                ] do
                Expect.stringContains movement words "in the first"

            let findings = { SampleFindings.make true with Chapters = [| chapter |] }
            let csv = ResultFrame.csv findings
            Expect.stringContains csv "output-scale/width,sqrt-d,1,64,,,,output-scale=0.1," "a network's axes"
            Expect.stringContains csv "delta-theta-exponent-m=64-upper" "a number"
            let page = Report.html findings
            Expect.stringContains page "id=\"output-scale\"" "a chapter"
            Expect.stringContains page "Does a larger output scale" "its question"
    ]
