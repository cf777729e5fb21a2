/// Figures of single rows, where fitted rows stop the networks.
module NtkPipeline.Tests.StoppedFiguresTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

/// The run's networks at ‖x‖ = √d, of which the widest said something else after 10 epochs; and what that was.
let private findings, outputs =
    let whole = SampleFindings.make false

    let ended =
        whole.Networks
        |> Array.filter (fun run -> run.Spec.InputScale = InputScale.SqrtD && run.Spec.Rate = 1.0)

    let outputs = Array.map (fun y -> 0.5 * y) whole.Kernel.ValidationOutputs

    let stop (run: NetworkRun) = { (EpochChoice.at 10 run).Value with ValidationOutputs = outputs }

    {
        whole with
            Networks = ended |> Array.map (fun run -> { run with Diverged = Some 30; DeltaTheta = None })
            Stopped = Array.map stop ended
    },
    outputs

let tests =
    testList "figures of stopped networks" [
        testCase "row by row, confusion and ROC are of the chosen epoch, which captions and legends tell"
        <| fun () ->
            let name, run = WidestNetworks.all findings |> List.exactlyOne
            Expect.equal (run.Spec.Width, run.Spec.Member) (4096, 0) "though it diverged later"
            Expect.stringEnds name ", epoch 10" "the legend"
            let rows = RowFigures.ofFindings findings |> List.exactlyOne
            let drawn = [ for kind in [ "labelled 0"; "labelled 1" ] -> points (trace kind rows) ]

            for x, y in Seq.collect id drawn do
                Expect.isLessThan (abs (y - 0.5 * x)) 2e-6 "its outputs, with six digits"

            let said = "after 10 epochs, as fitted rows chose"
            Expect.stringContains rows.Caption $"the network's first seed %s{said};" "row by row"
            let confusion = ConfusionFigures.networks findings |> List.exactlyOne
            Expect.stringContains confusion.Caption $"the first of its seeds %s{said}:" "confusion"
            let labels = findings.ValidationLabels
            let counts = ConfusionFigures.counts labels outputs
            Expect.equal (cells (traces confusion).Head) (counts |> Array.map (Array.map float)) "its counts"
            let roc = Option.get (RocFigures.ofFindings findings)
            Expect.stringEnds roc.Caption $"The network stands %s{said}." "ROC"
            let auc = NumberText.score (Metrics.auc labels outputs)
            Expect.equal (FigureReading.name (trace name roc)) $"%s{name}, AUC %s{auc}" "its area"

        testCase "without a choice they are of the last epoch, and say so"
        <| fun () ->
            let whole = SampleFindings.make false
            let rows = (RowFigures.ofFindings whole).Head
            Expect.stringContains rows.Caption "first seed after its last epoch;" "row by row"
            let roc = Option.get (RocFigures.ofFindings whole)
            Expect.stringEnds roc.Caption "Networks stand after their last epoch." "ROC"

        testCase "of three classes and of numbers likewise"
        <| fun () ->
            for whole in [ SampleTasks.ofClasses.Value; SampleTasks.ofNumbers.Value ] do
                let stop (run: TaskRun) = {
                    run with
                        Diverged = Some 5
                        Stopped = Some { Epoch = 2; Validation = whole.Regression.Validation }
                }

                let findings = { whole with Runs = Array.map stop whole.Runs }
                let name, _, outputs = WidestNetworks.ofTask findings |> List.exactlyOne
                Expect.stringEnds name ", epoch 2" "the legend"
                Expect.equal outputs whole.Regression.Validation "what it said there"
                let figures = TaskFigures.networks findings
                let find id = figures |> List.find (fun (figure: Figure) -> figure.Id = id)
                let rows = find "task-rows-0"

                Expect.stringContains
                    rows.Caption
                    "first seed after 2 epochs, as fitted rows chose. "
                    "row by row"

                Expect.stringContains rows.Caption "They lie 0 apart" "its outputs"

                match whole.Labels.Task with
                | LearningTask.Regression -> ()
                | LearningTask.Binary _
                | LearningTask.Classes _ ->
                    Expect.stringContains
                        (find "task-confusion-0").Caption
                        "the first of its seeds after 2 epochs, as fitted rows chose"
                        "confusion"
    ]
