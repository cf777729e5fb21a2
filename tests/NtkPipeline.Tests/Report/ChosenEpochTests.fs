/// What the report says of networks that are judged at a chosen epoch.
module NtkPipeline.Tests.ChosenEpochTests

open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleAnswers

/// Networks at ‖x‖ = 1 that differ from the kernel by this after 10 epochs, which fitted rows chose, and by that after 50.
let private chosen (there: Difference) (atEnd: Difference) =
    let findings = given false there none

    let choices =
        Group.ofRuns findings.Networks
        |> Array.map (fun group -> {
            Spec = group.Spec
            Errors = Array.init 51 (fun epoch -> 0.6 + 0.01 * abs (float epoch - 10.0))
            Epoch = Some 10
            Folds = 1
            Rows = 1218
        })

    {
        findings with
            Choices = choices
            Stopped =
                findings.Networks
                |> Array.choose (fun run ->
                    EpochChoice.stop choices run
                    |> Option.map (fun there -> { there with ValidationOutputs = run.ValidationOutputs }))
            Comparison = {
                findings.Comparison with
                    Differences =
                        findings.Comparison.Differences
                        |> Array.map (fun one -> { one with Epoch = Some 10; AtEnd = Some atEnd })
            }
    }

let private at (findings: Findings) scale width =
    findings.Networks
    |> Array.filter (fun run -> run.Spec.InputScale = scale && run.Spec.Width = width && run.Spec.Rate = 1.0)
    |> Array.choose (fun run -> run.Epochs |> Array.tryFind (fun measures -> measures.Epoch = 10))

let private opening findings = Answer.opening findings |> List.map _.Text |> String.concat " "
let private details findings = Answer.details findings |> List.map _.Text |> String.concat " "

let tests =
    testList "chosen epochs" [
        testCase "the answer judges them there, and says what they come to by the last"
        <| fun () ->
            let findings = chosen none worse

            let moved = at findings InputScale.Unit 4096 |> Array.averageBy _.DeltaTheta |> NumberText.percent

            says (opening findings) [
                "Feature learning brings nothing that these tweets show"
                $"whose kernel moves by %s{moved} in 10 epochs, differs from the tuned kernel's by −0.2"
                "Fitted rows that were held out chose that epoch; after all 50 the difference is −4.1 percentage points (95% band −5.5 to −2.7): training on harms."
            ]

            says (opening (chosen worse worse)) [ "Even stopped in time, feature learning harms" ]
            Expect.isFalse ((opening (chosen worse worse)).Contains "training on") "it harmed before"

            says (opening (chosen better none)) [
                "feature learning helps"
                "after all 50 the difference is −0.2"
            ]

            says (opening (chosen open' worse)) [ "cannot tell"; "after all 50 the difference is −4.1" ]

            says (details findings) [
                "At ‖x‖ = √d networks are their kernel from m = 4096 on: in 50 epochs"
                "their accuracy, each width at the epoch that fitted rows chose, is the tuned kernel's"
                "their accuracy, after the 10 that fitted rows chose, differs from"
            ]

        testCase "networks that diverge by the last epoch are judged where they are chosen"
        <| fun () ->
            let findings = chosen none worse

            let lost = {
                findings with
                    Networks =
                        findings.Networks
                        |> Array.map (fun run ->
                            if run.Spec.Width = 4096 && run.Spec.InputScale = InputScale.Unit then
                                {
                                    run with
                                        Diverged = Some 20
                                        DeltaTheta = None
                                        Epochs = run.Epochs |> Array.filter (fun one -> one.Epoch < 20)
                                }
                            else
                                run)
                    Comparison = {
                        findings.Comparison with
                            Differences =
                                findings.Comparison.Differences
                                |> Array.map (fun one -> { one with AtEnd = None })
                    }
            }

            says (opening lost) [ "in 10 epochs"; "by the last, 50, every one has diverged" ]

        testCase "results.csv, summary.json, console and page have both"
        <| fun () ->
            let findings = chosen none worse
            let measures = at findings InputScale.Unit 64
            Expect.hasLength measures 2 "one of three diverged before"
            let mean = measures |> Array.averageBy _.Validation.Accuracy

            let row metric =
                ResultRows.ofFindings findings
                |> Array.find (fun row ->
                    row.Experiment = "epoch-choice"
                    && row.InputScale = Some "unit"
                    && row.Width = Some 64
                    && row.Metric = metric)

            KernelSamples.wantClose
                1e-12
                "over the seeds that came there"
                (Option.toArray (row "validation-accuracy-mean").Value)
                [| mean |]

            for metric, expected in
                [
                    "chosen-epoch", 10.0
                    "validation-accuracy-count", 2.0
                    "held-out-error", 0.6
                    "held-out-error-at-end", 1.0
                    "held-out-rows", 1218.0
                    "difference-to-kernel", none.Value
                    "difference-to-kernel-at-end", worse.Value
                ] do
                KernelSamples.wantClose 1e-12 metric ((row metric).Value |> Option.toArray) [| expected |]

            let root = JsonDocument.Parse(SummaryJson.write findings 1.0 []).RootElement
            let kinds = root.GetProperty "chosenEpochs"
            Expect.equal (kinds.GetArrayLength()) findings.Choices.Length "every kind"
            Expect.equal (kinds[0].GetProperty("epoch").GetInt32()) 10 "its epoch"
            let after = kinds[0].GetProperty "differenceToKernelAtEnd"
            Expect.isLessThan (after.GetProperty("value").GetDouble()) 0.0 "beside it"

            for json, run in Seq.zip (root.GetProperty("networks").EnumerateArray()) findings.Networks do
                let expected =
                    run.Epochs
                    |> Array.tryFind (fun one -> one.Epoch = 10)
                    |> Option.map _.Validation.Accuracy

                let found = json.GetProperty "chosenValidationAccuracy"

                match expected with
                | Some accuracy -> Expect.equal (found.GetDouble()) accuracy "there"
                | None -> Expect.equal found.ValueKind JsonValueKind.Null "it had diverged"

            let said = ReportText.lines findings |> String.concat "\n"

            says said [
                "m = 64    after 10 epochs, as fitted rows chose, accuracy"
                "; after the last, accuracy"
            ]

            let page = Report.html findings

            says page [
                "where fitted rows stop them"
                "Validation accuracy against width, stopped in time"
            ]

        testCase "where nothing was chosen nothing is said of it"
        <| fun () ->
            let findings = given false none none
            let page = Report.html findings

            for words in [ "where fitted rows stop them"; "stopped in time"; "as fitted rows chose" ] do
                Expect.isFalse (page.Contains words) words

            Expect.isFalse
                (ResultRows.ofFindings findings |> Array.exists (fun row -> row.Experiment = "epoch-choice"))
                "no row"
    ]
