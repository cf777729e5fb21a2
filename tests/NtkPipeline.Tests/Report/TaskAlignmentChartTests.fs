module NtkPipeline.Tests.TaskAlignmentChartTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let tests =
    testList "TaskAlignment" [
        testCase "of three classes and of numbers: a line a width, mean over seeds, in report and table"
        <| fun () ->
            for findings, said in
                [
                    SampleTasks.ofClasses.Value, "with YYᵀ, Y being ±1 for each class,"
                    SampleTasks.ofNumbers.Value, "with yyᵀ"
                ] do
                let figures = TaskFigures.networks findings

                for id, pick in
                    [
                        "task-alignment-targets-sqrt-d", (fun (run: TaskRun) -> run.AlignmentWithTargets)
                        "task-alignment-start-sqrt-d", (fun run -> run.AlignmentWithInitial)
                    ] do
                    let figure = figures |> List.find (fun (figure: Figure) -> figure.Id = id)

                    for width in [ 16; 64 ] do
                        let seeds = findings.Runs |> Array.filter (fun run -> run.Spec.Width = width)
                        let line = traces figure |> List.find (fun trace -> name trace = $"m = %d{width}")
                        let drawn = points line
                        Expect.equal (Array.map fst drawn) [| 0.0 .. 5.0 |] "every epoch"

                        for epoch, (_, value) in Array.indexed drawn do
                            let mean = seeds |> Array.averageBy (fun run -> (pick run)[epoch])
                            Expect.isLessThan (abs (value - mean)) 1e-5 "the mean, with six digits"

                        if width = 64 then
                            let number epoch =
                                seeds |> Array.averageBy (fun run -> (pick run)[epoch]) |> NumberText.score

                            Expect.stringEnds
                                figure.Caption
                                $" At m = 64 it goes from %s{number 0} to %s{number 5}."
                                "in words"

                let figure = figures |> List.find (fun figure -> figure.Id = "task-alignment-targets-sqrt-d")

                Expect.stringContains figure.Caption said "what it is aligned with"
                let csv = TaskFiles.csv findings

                for metric in [ "alignment-with-targets"; "alignment-with-initial" ] do
                    Expect.stringContains csv $",%s{metric}," "in the table"

        testCase "where every network diverged there is none"
        <| fun () ->
            Expect.isEmpty (TaskAlignment.charts (SampleTasks.diverged SampleTasks.ofClasses.Value)) "none"
    ]
