namespace NtkPipeline.Core

/// The charts and tables of the chapter on a model of one's own.
[<RequireQualifiedAccess>]
module OwnCharts =

    let private last (values: float[]) = float (max 1 (values.Length - 1))

    let movement (evidence: OwnEvidence) : PointChart =
        let course name pick =
            PointChart.line name ChartMark.Measured [
                for epoch, value in Array.indexed (pick evidence.Course) -> float epoch, value
            ]

        {
            Id = "movement"
            Title = "Movement of the model's own tangent kernel"
            Caption =
                $"ΔΘ and centred alignment with Θ̂₀ on %d{evidence.ProbeRows} fitted rows, and the movement of the weights, after each epoch of fine-tuning; below the dotted line a kernel counts as staying put."
            Horizontal = FigureAxis.linear "epoch"
            Vertical = FigureAxis.share "share"
            Drawing =
                Drawing.Lines [
                    course "ΔΘ" _.Movement
                    course "alignment with Θ̂₀" _.Cka
                    course "weights' movement" _.Weights
                    PointChart.level "lazy below" (0.0, last evidence.Course.Movement) evidence.LazyThreshold
                ]
        }

    let errors (evidence: OwnEvidence) : PointChart =
        let byEpoch name mark (values: float[]) =
            PointChart.line name mark [ for epoch, value in Array.indexed values -> float epoch, value ]

        {
            Id = "errors"
            Title = "Squared error while the model is fine-tuned"
            Caption =
                "Mean squared error after each epoch, targets as they are coded: of the model and its linearisation on validation rows, which chose nothing, and on the held-out fitted rows, which chose the epoch. Dashed: regression with the two kernels."
            Horizontal = FigureAxis.linear "epoch"
            Vertical = FigureAxis.linear "mean squared error"
            Drawing =
                Drawing.Lines [
                    byEpoch "fine-tuned" ChartMark.Measured evidence.Errors
                    byEpoch "linearised" ChartMark.Measured evidence.LinearisedErrors

                    if evidence.Stop.Folds > 0 then
                        byEpoch "held-out fitted rows" ChartMark.Followed evidence.Stop.Errors

                    for id in [ "tangent"; "analytic" ] do
                        for scores in Option.toList (OwnClaims.find id evidence) do
                            PointChart.line scores.Title ChartMark.Theory [
                                0.0, scores.Error
                                last evidence.Errors, scores.Error
                            ]
                ]
        }

    let models (evidence: OwnEvidence) : ChapterTable = {
        Title = "The model's uses side by side"
        Headings = [
            TextCell "model"
            TextCell "chosen"
            NumberCell(if evidence.Measure = "r2" then "validation R²" else "validation accuracy")
            NumberCell "squared error"
        ]
        Rows = [
            for scores in evidence.Models ->
                [
                    TextCell scores.Title
                    TextCell scores.Choice
                    NumberCell(OwnClaims.reached evidence scores)
                    NumberCell $"%.4f{scores.Error}"
                ]
        ]
        Notes = [
            "All stand on the same fitted and validation rows. Squared errors are in units of the targets: codes of ±1, or numbers over the fitted rows' deviation."
        ]
    }

    let foretold (evidence: OwnEvidence) : ChapterTable =
        let maybe show value = NumberCell(value |> Option.map show |> Option.defaultValue "–")

        {
            Title = "What foretells fine-tuning"
            Headings = [
                TextCell "said by"
                NumberCell "explained"
                NumberCell "correlation of changes"
                NumberCell "rows named alike"
            ]
            Rows = [
                for found in evidence.Foretold ->
                    [
                        TextCell found.What
                        maybe VerdictWords.percent found.Explained
                        maybe (sprintf "%.3f") found.Correlation
                        maybe VerdictWords.percent found.Agreement
                    ]
            ]
            Notes = [
                "Changes of f at the validation rows from the model as it comes to where it is judged. Explained: 1 − ‖Δ − Δ'‖²/‖Δ‖², below 0 where no change at all would be the better guess."
            ]
        }
