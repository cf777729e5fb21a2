/// The answer at the report's head, for findings of every kind.
module NtkPipeline.Tests.AnswerTests

open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleAnswers

let private opening findings = Answer.opening findings |> List.map _.Text |> String.concat " "

let private opens =
    testList "opens" [
        testCase "networks that moved their kernel and gained: feature learning helps, by so many points"
        <| fun () ->
            says (opening (given false better none)) [
                "No, the fixed kernel is not enough here: feature learning helps."
                "networks of m = 4096 at ‖x‖ = 1, whose tangent kernel moves by 13"
                "by +3.2 percentage points (95% band +1.5 to +5.3)"
            ]

        testCase "why they gain is said of the sample alone, and only where they gain"
        <| fun () ->
            let isGiven findings = (opening findings).Contains "combinations of words"
            Expect.isTrue (isGiven (given true better none)) "of the sample"
            Expect.isFalse (isGiven (given false better none)) "not of people's tweets"
            Expect.isFalse (isGiven (given true none none)) "not where nothing was gained"
            Expect.isFalse (isGiven (given true none better)) "not where the kernel stayed put"

        testCase "networks that gained while their kernel stayed put have not learnt features"
        <| fun () ->
            says (opening (given false none better)) [
                "it is not feature learning that beats it"
                "‖x‖ = √d, whose tangent kernel moves by 2."
            ]

        testCase
            "no gain, and a loss where the kernel moves: the kernel is enough, and feature learning harms"
        <| fun () ->
            says (opening (given false worse none)) [
                "Yes, the fixed kernel is enough"
                "by no more than 1.0 percentage points"
                "Untuned and trained to the end, feature learning harms: the accuracy of networks of m = 4096 at ‖x‖ = 1"
                "by −4.1 percentage points (95% band −5.5 to −2.7)"
            ]

        testCase
            "networks that stood higher before training ended: the answer says when, and that it was seen on these tweets"
        <| fun () ->
            let findings = given false worse none

            Expect.isFalse
                ((opening findings).Contains "where training ended")
                "they end where they stand highest"

            let early (run: NetworkRun) = {
                run with
                    Epochs =
                        run.Epochs
                        |> Array.map (fun measures ->
                            if measures.Epoch = 10 then
                                { measures with Validation.Accuracy = 0.875 }
                            else
                                measures)
            }

            says (opening { findings with Networks = Array.map early findings.Networks }) [
                "That is where training ended: after 10 epochs they stood at 87.5%, an epoch found on these very tweets"
            ]

        testCase "no gain and no loss: feature learning brings nothing that is shown"
        <| fun () ->
            says (opening (given false none none)) [
                "Yes, the fixed kernel is enough"
                "Feature learning brings nothing that these tweets show"
            ]

        testCase
            "networks that all stayed lazy put feature learning to no test, and the answer says what would"
        <| fun () ->
            let findings = given false none none

            let kept = findings.Networks |> Array.filter (fun run -> run.Spec.InputScale = InputScale.SqrtD)

            says (opening { findings with Networks = kept }) [ "not put to the test"; "inputs of norm 1" ]

        testCase "a band that reaches past 0 and past the margin decides nothing; the answer says what would"
        <| fun () ->
            let text = opening (given false open' none)

            says text [
                "cannot tell whether the fixed kernel is enough"
                "+0.4 percentage points (95% band −1.6 to +2.4)"
                "about 17,000 validation tweets would tell; these are 1,523"
            ]

            Expect.isFalse (text.Contains "Yes" || text.Contains "No,") "neither"

        testCase "where every network diverged, and where there is none, nothing is claimed"
        <| fun () ->
            says (opening SampleFindings.barren) [ "cannot tell"; "A smaller train.rate would tell." ]

            says (opening SampleFindings.alone) [
                "was not asked whether the fixed kernel is enough"
                "--experiment widths"
            ]

            Expect.all
                (Answer.sentences SampleFindings.alone)
                (fun said -> List.contains said.Chapter [ "kernel"; "data" ])
                "read off the chapters that are there"
    ]

let private told =
    testList "told" [
        testCase
            "tuned networks open the answer where they were asked, and the run's own do not judge a second time"
        <| fun () ->
            let tuned = {
                Chapter.create "tuned" "Does it help?" with
                    Answer = [ "These numbers cannot tell."; "They stand at +0.3 points." ]
                    Opens = true
            }

            let findings = { given false worse none with Chapters = [| tuned |] }
            Expect.equal (opening findings) "These numbers cannot tell. They stand at +0.3 points." "alone"
            let said = Answer.details findings |> List.map _.Text |> String.concat " "
            Expect.isFalse (said.Contains "Yes, the fixed kernel is enough") "one verdict"
            Expect.stringContains said "feature learning harms: the accuracy of networks" "their numbers"
            Expect.isFalse (said.Contains "These numbers cannot tell.") "said once"

        testCase
            "each chapter adds its sentences in its turn; page, console and summary say the same, the page with links"
        <| fun () ->
            let chapter id answer = { Chapter.create id $"What of %s{id}?" with Answer = answer }

            let findings = {
                given true better none with
                    Chapters = [|
                        chapter "first" [ "First, 1 < 2."; "Then this." ]
                        chapter "silent" []
                        chapter "last" [ "At last." ]
                    |]
            }

            let said = Answer.sentences findings |> List.map _.Text

            Expect.equal
                (List.skip (said.Length - 3) said)
                [ "First, 1 < 2."; "Then this."; "At last." ]
                "in turn"

            Expect.equal
                (ReportText.lines findings |> List.filter _.StartsWith("answer "))
                [ for text in said -> $"answer    %s{text}" ]
                "the console"

            let summary = JsonDocument.Parse(SummaryJson.write findings 1.0 []).RootElement

            Expect.equal
                [
                    for one in summary.GetProperty("answer").EnumerateArray() ->
                        one.GetProperty("text").GetString()
                ]
                said
                "summary.json"

            let page = Report.html findings

            says page [
                "First, 1 &lt; 2. <a class=\"from\" href=\"#first\">What of first?</a>"
                "Then this. <a class=\"from\" href=\"#first\">What of first?</a>"
            ]

            for chapter in [ "accuracy"; "kernel"; "movement"; "data"; "last" ] do
                Expect.stringContains page $"<a class=\"from\" href=\"#%s{chapter}\">" chapter
    ]

let tests = testList "Answer" [ opens; told ]
