module NtkPipeline.Tests.RocFiguresTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let private findings = lazy (SampleFindings.make false)
let private figure = lazy (Option.get (RocFigures.ofFindings findings.Value))

let tests =
    testList "RocFigures" [
        testCase "the regression's line has the area of its AUC to 1e-12, and its legend says that AUC"
        <| fun () ->
            let labels, outputs = findings.Value.ValidationLabels, findings.Value.Kernel.ValidationOutputs
            let auc = Metrics.auc labels outputs
            Expect.isLessThan (abs (RocCurve.area (RocCurve.points labels outputs) - auc)) 1e-12 "data"
            let line = trace "kernel regression" figure.Value
            Expect.equal (name line) $"kernel regression, AUC %s{NumberText.score auc}" "legend"
            Expect.isLessThan (abs (RocCurve.area (points line) - auc)) 1e-5 "drawn, with six digits"

        testCase "beside it stands the widest network of each input scale, the first seed that ended"
        <| fun () ->
            let widest = WidestNetworks.all findings.Value

            Expect.equal
                (widest |> List.map (fun (_, run) -> run.Spec.Width, run.Spec.Member))
                [ 4096, 0; 4096, 0 ]
                "which"

            Expect.equal (widest |> List.distinctBy fst |> List.length) 2 "names"

            for label, run in widest do
                let auc = Metrics.auc findings.Value.ValidationLabels run.ValidationOutputs

                Expect.equal
                    (name (trace label figure.Value))
                    $"%s{label}, AUC %s{NumberText.score auc}"
                    label

        testCase
            "where the widest diverged, the next stands in for it; without networks the regression is alone"
        <| fun () ->
            let lost =
                findings.Value.Networks
                |> Array.map (fun run ->
                    if run.Spec.Width = 4096 then { run with Diverged = Some 1 } else run)

            let widest = WidestNetworks.all { findings.Value with Networks = lost }
            Expect.equal (widest |> List.map (fun (_, run) -> run.Spec.Width)) [ 1024; 1024 ] "the next"
            let alone = Option.get (RocFigures.ofFindings SampleFindings.alone)
            Expect.equal (traces alone |> List.length) 3 "chance, the line, the cut"

        testCase "the mark is where outputs are cut at 0, and the caption says what is found there"
        <| fun () ->
            let labels, outputs = findings.Value.ValidationLabels, findings.Value.Kernel.ValidationOutputs

            let share isPositive =
                Array.zip labels outputs
                |> Array.filter (fun (label, _) -> label > 0.0 = isPositive)
                |> fun rows -> float (rows |> Array.filter (fun (_, f) -> f > 0.0)).Length / float rows.Length

            let x, y = (points (trace "outputs cut at 0" figure.Value))[0]
            Expect.isLessThan (abs (x - share false) + abs (y - share true)) 1e-5 "its place"

            Expect.stringContains
                figure.Value.Caption
                $"finds %s{NumberText.percent (share true)} of the positive rows and calls %s{NumberText.percent (share false)} of the negative"
                "in words"

        testCase "rows of one class have no such curve, and the page says nothing of it"
        <| fun () ->
            let one = {
                findings.Value with
                    ValidationLabels = Array.create SampleData.validationRows 1.0
            }

            Expect.isNone (RocFigures.ofFindings one) "none"
    ]
