namespace NtkPipeline.Core

/// A learning curve as rows of results.csv: each fit by its number of rows and its draw, which stand under `axes`.
[<RequireQualifiedAccess>]
module LearningCurveRows =

    let all (curve: LearningCurve) : ResultRow list = [
        for point in curve.Points do
            yield!
                ResultRow.each
                    {
                        ResultRow.create "learning-curve" with
                            Axes = Some $"rows=%d{point.Rows}; draw=%d{point.Draw}"
                    }
                    [
                        "relative-ridge", Some point.RelativeRidge
                        for measure in point.Validation do
                            $"validation-%s{measure.Name}", Some measure.Value
                    ]
        for refusal in curve.Refusals do
            {
                ResultRow.create "learning-curve" with
                    Metric = "refused"
                    Note = Some refusal
            }
    ]
