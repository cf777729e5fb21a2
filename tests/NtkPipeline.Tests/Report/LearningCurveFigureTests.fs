module NtkPipeline.Tests.LearningCurveFigureTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let private task = LearningTask.Binary("0", "1")

let private curve (values: (int * float list) list) : LearningCurve = {
    Points = [|
        for rows, drawn in values do
            for draw, value in List.indexed drawn do
                {
                    Rows = rows
                    Draw = draw
                    RelativeRidge = 0.1
                    Validation = [| { Name = "accuracy"; Value = value } |]
                }
    |]
    Refusals = [||]
}

let private draw values = Option.get (LearningCurveFigure.draw task (Some 0.8) (curve values))

let tests =
    testList "LearningCurveFigure" [
        testCase
            "the line is the mean over draws, its band one standard deviation, the run's own regression a level"
        <| fun () ->
            let figure = draw [ 100, [ 0.6; 0.7; 0.8 ]; 200, [ 0.75 ] ]

            Expect.equal (points (trace "kernel regression" figure)) [| 100.0, 0.7; 200.0, 0.75 |] "means"

            let band = traces figure |> List.find (fun trace -> trace.TryGetProperty "fill" |> fst)
            KernelSamples.wantClose 1e-6 "its ends" (numbers "y" band) [| 0.8; 0.75; 0.75; 0.6 |]
            Expect.equal (numbers "y" (trace "the run" figure)) [| 0.8; 0.8 |] "the level"

        testCase "the caption is true whether more rows helped, hurt, or made no difference"
        <| fun () ->
            Expect.stringContains
                (draw [ 100, [ 0.5; 0.52 ]; 200, [ 0.6; 0.62 ]; 400, [ 0.8 ] ]).Caption
                "From 100 to 400 rows it goes from 51.0% to 80.0%; the last step, from 200 rows on, takes it up by 19.00 points, more than twice the standard deviation between draws (1.414 points)."
                "up"

            Expect.stringContains
                (draw [ 200, [ 0.8; 0.82 ]; 400, [ 0.7 ] ]).Caption
                "takes it down by 11.00 points, more than twice"
                "down"

            Expect.stringContains
                (draw [ 200, [ 0.7; 0.9 ]; 400, [ 0.81 ] ]).Caption
                "takes it up by 1.000 points, no more than twice"
                "within the luck of the draw"

            Expect.stringContains
                (draw [ 200, [ 0.7 ]; 400, [ 0.7 ] ]).Caption
                "from 200 rows on, leaves it where it was."
                "the same"

            Expect.stringContains
                (draw [ 20, [ 0.7 ] ]).Caption
                "With 20 rows it is 70.0%."
                "too few for a curve"

        testCase "R² of numbers has an axis of its own; where all was refused there is no figure"
        <| fun () ->
            let numbers = {
                curve [ 100, [ 0.5 ]; 200, [ 0.9 ] ] with
                    Refusals = [| "the kernel of 50 training rows: refused" |]
            }

            let points =
                numbers.Points
                |> Array.map (fun point -> {
                    point with
                        Validation = [| { Name = "r2"; Value = point.Validation[0].Value } |]
                })

            let figure =
                LearningCurveFigure.draw LearningTask.Regression None { numbers with Points = points }
                |> Option.get

            let title =
                (json figure)
                    .GetProperty("layout")
                    .GetProperty("yaxis")
                    .GetProperty("title")
                    .GetProperty("text")

            Expect.equal
                (System.Net.WebUtility.HtmlDecode(title.GetString()))
                "R² on the validation rows"
                "its axis"

            Expect.stringEnds
                figure.Caption
                "Refused: 1 fit; the first was the kernel of 50 training rows: refused."
                "why"

            Expect.isNone (LearningCurveFigure.draw task None { numbers with Points = [||] }) "none"
    ]
