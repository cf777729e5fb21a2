namespace NtkPipeline.Core

open System

/// How good kernel regression is against the number of rows that it was fitted on.
[<RequireQualifiedAccess>]
module LearningCurveFigure =

    /// The mean over draws of a measure, and the values, by number of rows.
    let values (name: string) (curve: LearningCurve) : (int * float[])[] =
        curve.Points
        |> Array.groupBy _.Rows
        |> Array.sortBy fst
        |> Array.map (fun (rows, points) ->
            rows, points |> Array.choose (fun point -> TaskScores.find name point.Validation))
        |> Array.filter (fun (_, values) -> values.Length > 0)

    /// A measure as a reader knows it, and a difference of two.
    let private shown (isShare: bool) : (float -> string) * (float -> string) =
        if isShare then
            NumberText.accuracy, (fun change -> $"%s{NumberText.number (100.0 * change)} points")
        else
            NumberText.score, NumberText.number

    /// From the fewest to all rows, and what the last step is beside the luck of the draw.
    let private course (isShare: bool) (found: (int * float[])[]) =
        let value, difference = shown isShare

        match Array.rev found with
        | [||] -> ""
        | [| rows, values |] -> $"With %s{NumberText.count rows} rows it is %s{value (Array.average values)}."
        | found ->
            let (all, last), (some, before), (first, least) = found[0], found[1], Array.last found
            let change = Array.average last - Array.average before

            let step =
                if change > 0.0 then $"takes it up by %s{difference change}"
                elif change < 0.0 then $"takes it down by %s{difference -change}"
                else "leaves it where it was"

            let luck =
                match Aggregate.ofValues before |> Option.bind _.StandardDeviation with
                | None -> ""
                | Some deviation ->
                    let beside = if abs change <= 2.0 * deviation then "no more" else "more"
                    $", %s{beside} than twice the standard deviation between draws (%s{difference deviation})"

            $"From %s{NumberText.count first} to %s{NumberText.count all} rows it goes from %s{value (Array.average least)} to %s{value (Array.average last)}; the last step, from %s{NumberText.count some} rows on, %s{step}%s{luck}."

    let private lost (curve: LearningCurve) =
        match curve.Refusals with
        | [||] -> ""
        | refusals ->
            $""" Refused: %s{NumberText.many refusals.Length "fit" "fits"}; the first was %s{refusals[0]}."""

    /// Of a task's main measure: the share of rows named right, or R². None where nothing was fitted.
    let draw (task: LearningTask) (chosen: float option) (curve: LearningCurve) : Figure option =
        let name = TaskScores.main task
        let isShare = name = "accuracy"
        let found = values name curve

        let axis =
            if isShare then
                FigureAxis.share "accuracy (% of validation rows)"
            else
                FigureAxis.linear "R² on the validation rows"

        let points = found |> Array.map (fun (rows, values) -> CurvePoint.ofValues false (float rows) values)

        if points.Length = 0 then
            None
        else
            Some {
                Id = "learning-curve"
                Title = "How much more rows would help"
                Caption =
                    $"""Kernel regression fitted on %s{NumberText.many (Array.last found |> fst) "row" "rows"}, half of them, a quarter and so on, the ridge of each by its own leave-one-out; judged on the same validation rows. Mean over %d{LearningCurve.draws} draws of rows, bands are one standard deviation; all rows are one draw. %s{course isShare found}%s{lost curve}"""
                Chart =
                    Plot.lines
                        {
                            FigureAxis.logarithmic "rows that are fitted (number)" with
                                Ticks =
                                    Some(
                                        found
                                        |> Array.map (fun (rows, _) -> float rows, NumberText.count rows)
                                    )
                        }
                        axis
                        [
                            {
                                FigureSeries.create "kernel regression" (Palette.category 0) points with
                                    Symbol = Some(Palette.symbol 0)
                                    Spread = Band
                            }
                            match chosen with
                            | Some value when Double.IsFinite value ->
                                FigureSeries.level
                                    "the run's own regression"
                                    Palette.ink
                                    LineDash.Dashed
                                    (points[0].X, (Array.last points).X)
                                    value
                            | _ -> ()
                        ]
            }
