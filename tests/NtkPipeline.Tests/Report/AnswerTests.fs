/// The answer at the report's head, for findings of every kind.
module NtkPipeline.Tests.AnswerTests

open System.Text.Json
open Expecto
open NtkPipeline.Core

let private band value lower upper : Difference = { Value = value; Lower = lower; Upper = upper }

/// Findings in which the networks of each input scale differ from the kernel by this, at every width.
let private given isSynthetic (unit: Difference) (sqrtD: Difference) =
    let findings = SampleFindings.make isSynthetic

    {
        findings with
            Comparison = {
                findings.Comparison with
                    Differences =
                        findings.Comparison.Differences
                        |> Array.map (fun one -> {
                            one with
                                Difference =
                                    (match one.Spec.InputScale with
                                     | InputScale.Unit -> unit
                                     | InputScale.SqrtD -> sqrtD)
                        })
            }
    }

let private none = band -0.002 -0.008 0.004
let private better = band 0.032 0.015 0.053
let private worse = band -0.041 -0.055 -0.027
let private open' = band 0.004 -0.016 0.024

let private opening findings = Answer.opening findings |> List.map _.Text |> String.concat " "
let private details findings = Answer.details findings |> List.map _.Text |> String.concat " "

let private says (text: string) (parts: string list) =
    for part in parts do
        Expect.stringContains text part part

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
                "Feature learning harms here: the accuracy of networks of m = 4096 at ‖x‖ = 1"
                "by −4.1 percentage points (95% band −5.5 to −2.7)"
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
            says (opening SampleFindings.alone) [ "trained no networks of its own"; "--experiment widths" ]

            Expect.all
                (Answer.sentences SampleFindings.alone)
                (fun said -> List.contains said.Chapter [ "kernel"; "data" ])
                "read off the chapters that are there"
    ]

let private rests =
    testList "rests" [
        testCase "from which width on networks are their kernel: both the kernel and the accuracy must be its"
        <| fun () ->
            says (details (given false worse none)) [
                "At ‖x‖ = √d networks are their kernel from m = 4096 on"
                "less than 5.0%"
                "At ‖x‖ = 1 no width makes networks their kernel: even at m = 4096 it moves by 13"
                "differs from the tuned kernel's by −4.1 percentage points"
            ]

            let lenient = given false worse none
            let lenient = { lenient with Comparison = { lenient.Comparison with LazyThreshold = 0.1 } }
            says (details lenient) [ "At ‖x‖ = √d networks are their kernel from m = 1024 on" ]

        testCase "a kernel that stays put while the accuracy differs, or cannot be told"
        <| fun () ->
            says (details (given false none worse)) [
                "stays put from m = 4096 on"
                "yet their accuracy is not the tuned kernel's: at m = 4096 it differs by −4.1"
            ]

            says (details (given false none open')) [
                "whether their accuracy is the tuned kernel's within 1.0 percentage points cannot be told"
                "validation tweets would tell"
            ]

        testCase "bands shrink like the root of the rows"
        <| fun () ->
            let findings = SampleFindings.make false
            let ask distance = SeriesAnswer.needed findings (band 0.0 -0.02 0.02) distance
            says (ask 0.01) [ "about 6,100 validation tweets" ]
            says (ask 0.0) [ "far more" ]
            says (ask 0.03) [ "A few more" ]

        testCase "the kernel's accuracy with its error, and what the input dimension does"
        <| fun () ->
            let kernel = SampleFindings.make false
            let accuracy = NumberText.accuracy kernel.Kernel.Validation.Accuracy
            says (details kernel) [ $"classifies %s{accuracy} of 1,523"; "standard error 1.0%" ]

            let dimensions accuracies =
                let points =
                    accuracies
                    |> List.mapi (fun k accuracy -> {
                        Dimensions = 8 <<< k
                        ExplainedVariance = 0.5
                        HeldOut = { RelativeRidge = 1.0; Accuracy = accuracy; Error = 0.5 }
                    })

                details { kernel with Dimensions = { Rows = 2000; Points = Array.ofList points } }

            says (dimensions [ 0.70; 0.80; 0.79 ]) [
                "accuracy rises"
                "70.0%"
                "79.0% at d = 32"
                "80.0%, at d = 16"
            ]

            says (dimensions [ 0.80; 0.70 ]) [ "accuracy falls" ]
            says (dimensions [ 0.80; 0.805 ]) [ "hardly changes" ]
            Expect.isFalse ((dimensions [ 0.8 ]).Contains "input dimension") "one is no comparison"
    ]

let private told =
    testList "told" [
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
                (ReportText.lines findings |> List.filter _.StartsWith("answer"))
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
                "First, 1 &lt; 2. Then this. <a class=\"from\" href=\"#first\">What of first?</a>"
            ]

            for chapter in [ "accuracy"; "kernel"; "movement"; "data"; "last" ] do
                Expect.stringContains page $"<a class=\"from\" href=\"#%s{chapter}\">" chapter
    ]

let tests = testList "Answer" [ opens; rests; told ]
