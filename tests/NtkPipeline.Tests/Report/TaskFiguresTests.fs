module NtkPipeline.Tests.TaskFiguresTests

open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let private classes, numbers = SampleTasks.ofClasses, SampleTasks.ofNumbers
let private ids (figures: Figure list) = figures |> List.map _.Id
let private find id figures = figures |> List.find (fun (figure: Figure) -> figure.Id = id)

let private measure name (findings: TaskFindings) =
    (TaskScores.find name findings.Regression.Fit.Validation).Value

let private column (outputs: Matrix<float>) k = Array.init outputs.Rows (fun i -> outputs[i, k])

let tests =
    testList "TaskFigures" [
        testCase "of three classes: a confusion matrix, curves, the ridge, more rows; and networks row by row"
        <| fun () ->
            Expect.equal
                (ids (TaskFigures.kernel classes.Value))
                [ "task-confusion"; "task-roc"; "task-ridge"; "learning-curve" ]
                "the kernel's"

            let networks = ids (TaskFigures.networks classes.Value)

            for id in
                [
                    "task-width"
                    "task-movement"
                    "task-confusion-0"
                    "task-rows-0"
                    "probe-0"
                    "probe-1"
                ] do
                Expect.contains networks id "the networks'"

        testCase "curves of the classes have the table's AUC as their mean, to 1e-12"
        <| fun () ->
            let findings = classes.Value
            let expected, outputs = findings.Expected, findings.Regression.Validation
            let there = expected |> Array.map int |> Array.distinct
            Expect.equal there.Length 3 "all classes are there"

            let areas =
                there
                |> Array.map (fun k ->
                    let labels = expected |> Array.map (fun y -> if y = float k then 1.0 else -1.0)
                    RocCurve.area (RocCurve.points labels (column outputs k)))

            Expect.isLessThan (abs (Array.average areas - measure "auc" findings)) 1e-12 "their mean"
            let figure = TaskFigures.kernel findings |> find "task-roc"
            let lines = traces figure |> List.filter (fun trace -> (name trace).Contains ", AUC ")
            Expect.equal lines.Length 3 "a line each"

            let shown = lines |> List.map (points >> RocCurve.area) |> List.average
            Expect.isLessThan (abs (shown - measure "auc" findings)) 1e-5 "as drawn, with six digits"
            let fewer = (Option.get (RocFigures.ofTask 2 findings)).Caption
            Expect.stringEnds fewer "1 rarer class is not drawn." "fewer lines than classes"

        testCase "the confusion matrix's counts give the accuracy of the table, the networks' theirs"
        <| fun () ->
            let findings = classes.Value

            let share figure =
                let cells = cells (traces figure).Head
                (Array.mapi (fun k (row: float[]) -> row[k]) cells |> Array.sum) / Array.sumBy Array.sum cells

            let kernel = share (TaskFigures.kernel findings |> find "task-confusion")
            Expect.isLessThan (abs (kernel - measure "accuracy" findings)) 1e-12 "the kernel's"
            let _, widest, _ = WidestNetworks.ofTask findings |> List.exactlyOne
            Expect.equal (widest.Spec.Width, widest.Spec.Member) (64, 0) "the widest, first seed"
            let network = share (TaskFigures.networks findings |> find "task-confusion-0")
            Expect.isLessThan (abs (network - TaskRun.final "accuracy" widest)) 1e-12 "the network's"

        testCase "of numbers there is no ROC and no confusion matrix, but predictions against labels"
        <| fun () ->
            let findings = numbers.Value
            let kernel, networks = TaskFigures.kernel findings, TaskFigures.networks findings
            Expect.equal (ids kernel) [ "task-predictions"; "task-ridge"; "learning-curve" ] "the kernel's"

            Expect.isFalse
                (ids networks |> List.exists (fun id -> id.Contains "roc" || id.Contains "confusion"))
                "the networks'"

            let round = Array.map (fun (a, b) -> FigureSeries.round 6 a, FigureSeries.round 6 b)

            Expect.equal
                (points (trace "validation rows" (find "task-predictions" kernel)))
                (Array.zip findings.Expected (column findings.Regression.Validation 0) |> round)
                "label and prediction"

            let _, run, _ = WidestNetworks.ofTask findings |> List.exactlyOne

            Expect.equal
                (points (trace "validation rows" (find "task-rows-0" networks)))
                (Array.zip (column findings.Regression.Validation 0) (column run.Validation 0) |> round)
                "kernel and network"

        testCase "each row of a class stands at both outputs of its own class"
        <| fun () ->
            let findings = classes.Value
            let _, run, _ = WidestNetworks.ofTask findings |> List.exactlyOne
            let figure = TaskFigures.networks findings |> find "task-rows-0"
            let own (outputs: Matrix<float>) i = FigureSeries.round 6 outputs[i, 0]

            let expected = [|
                for i in 0 .. findings.Expected.Length - 1 do
                    if findings.Expected[i] = 0.0 then
                        own findings.Regression.Validation i, own run.Validation i
            |]

            Expect.equal (points (trace "sport" figure)) expected "the first class"

        testCase "where every network diverged the kernel's figures stay, and the page is made"
        <| fun () ->
            for findings in [ classes.Value; numbers.Value ] do
                let lost = SampleTasks.diverged findings
                Expect.isEmpty (TaskFigures.networks lost) "nothing of networks"

                Expect.equal
                    (ids (TaskFigures.kernel lost))
                    (ids (TaskFigures.kernel findings))
                    "the kernel's"

                Expect.stringContains (TaskPage.html lost) "diverged" "and it is said"

        testCase "names that mean harm are names on the page, in charts and in captions"
        <| fun () ->
            for findings in [ classes.Value; numbers.Value ] do
                let page = TaskPage.html findings
                Expect.isFalse (page.Contains "<img") "no element"

                Expect.equal
                    (Regex.Count(page, "</script>"))
                    (Regex.Count(page, "<script[ >]"))
                    "none ends early"

                Expect.stringContains page "href=\"results.csv\"" "and it leads to the numbers"

        testCase "results.csv has the learning curve, a row for each fit and measure"
        <| fun () ->
            let findings = classes.Value
            let csv = TaskFiles.csv findings

            for point in findings.Learning.Points do
                Expect.stringContains
                    csv
                    $"\"rows=%d{point.Rows}; draw=%d{point.Draw}\",validation-accuracy,"
                    "its row"
    ]
