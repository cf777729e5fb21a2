/// The answer of runs of three classes and of numbers.
module NtkPipeline.Tests.TaskAnswerTests

open Expecto
open NtkPipeline.Core

let private other =
    Architecture.parse "dense m | erf | dense m | erf | dense 1" |> Flip.Expect.wantOk "it is a network"

let private ofOther (findings: TaskFindings) = {
    findings with
        Runs = [|
            for run in findings.Runs -> { run with Spec = { run.Spec with Architecture = other } }
        |]
}

/// One contest of this outcome, by a margin of 0.01.
let private contest (holds: bool option) (stays: bool option) value reach (findings: TaskFindings) = {
    findings with
        Contests = [|
            {
                findings.Contests[0] with
                    Difference = { Value = value; Lower = value - reach; Upper = value + reach }
                    Rows = 31
                    Holds = holds
                    Moved = [| 0.18; 0.19 |]
                    StaysPut = stays
            }
        |]
}

let private says (words: string) (findings: TaskFindings) =
    Expect.stringContains (TaskAnswer.opening findings) words "the answer"

let tests =
    testList "TaskAnswer" [
        testCase "what cannot be told of classes is said in points, and what the kernel did beside it"
        <| fun () ->
            let open' = SampleTasks.ofClasses.Value |> contest None (Some false) 0.032 0.097
            Expect.stringStarts (TaskAnswer.opening open') "Whether networks match" "first of all"
            says "kernel regression to within 1.0% cannot be told from 31 rows: +3.2 points" open'
            says "(95% band −6.5 to +12.9) at ‖x‖ =" open'
            says "the tangent kernel moved by 18.5%: features are learnt." open'

        testCase "numbers differ by R², and a kernel stays put"
        <| fun () ->
            let worse = SampleTasks.ofNumbers.Value |> contest (Some false) (Some true) -0.17 0.05
            says "Networks fall short of kernel regression: R² −0.170 " worse
            says "R² −0.170 (95% band −0.220 to −0.120)" worse
            says ": it stays put." worse

        testCase "a match is told from a gain"
        <| fun () ->
            let matches = SampleTasks.ofNumbers.Value |> contest (Some true) None 0.0 0.005
            says "Networks match kernel regression: R² 0.000 " matches
            says "with some seeds features are learnt." matches
            says "Networks do better" (matches |> contest (Some true) None 0.05 0.005)

        testCase "verdicts on numbers have margins of R², never of points or percent"
        <| fun () ->
            for verdict in SampleTasks.ofNumbers.Value.Verdicts |> Array.truncate 1 do
                Expect.stringContains verdict.Evidence "a margin of 0.010 counts as none" "the margin"
                Expect.isFalse (verdict.Evidence.Contains "points") "of R²"

        testCase "where every network diverged, or none was trained, that is the answer"
        <| fun () ->
            says
                "cannot be told: at the main learning rate"
                (SampleTasks.diverged SampleTasks.ofNumbers.Value)

            let none = { SampleTasks.ofNumbers.Value with Runs = [||]; Contests = [||] }
            says "No network was trained" none

        testCase "another network is named beside the kernel's: in answer, head, verdicts and on the console"
        <| fun () ->
            let kernel = "(kernel regression: dense m | relu | dense 1)"

            for findings in [ SampleTasks.ofClasses.Value; SampleTasks.ofNumbers.Value ] do
                let other = ofOther findings
                says $"Compared are networks dense m | erf | dense m | erf | dense 1 %s{kernel}." other

                Expect.stringContains
                    (String.concat "\n" (TaskAnswer.sentences other))
                    "the infinitely wide network dense m | relu | dense 1:"
                    "in the head"

                let console = TaskText.lines other |> String.concat "\n"
                Expect.stringContains console "; of dense m | relu | dense 1, infinitely wide" "of the kernel"

                let contests = [| for contest in findings.Contests -> { contest with Runs = other.Runs } |]

                for verdict in TaskClaims.judge SampleRuns.settings findings.Labels.Task other.Runs contests do
                    Expect.stringContains verdict.Setting kernel verdict.Claim

                Expect.isFalse ((TaskAnswer.opening findings).Contains "Compared") "the written method's"

        testCase "what was not asked is one sentence"
        <| fun () ->
            let asked = { SampleTasks.ofNumbers.Value with NotAsked = [| "depth"; "regime" |] }
            let note = Expect.wantSome (TaskAnswer.notAsked asked) "a note"
            Expect.stringEnds note "and these labels are numbers: depth, regime." "both"
            Expect.isNone (TaskAnswer.notAsked SampleTasks.ofNumbers.Value) "nothing was left out"
    ]
