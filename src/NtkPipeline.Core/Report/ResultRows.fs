namespace NtkPipeline.Core

/// Findings as rows, one a number.
[<RequireQualifiedAccess>]
module ResultRows =

    let private regression (kernel: KernelRegression) (calibrated: Calibrated) = [
        yield!
            ResultRow.each { ResultRow.create "kernel-regression" with Ridge = Some kernel.Chosen.Ridge } [
                yield! ResultRow.scores "validation-" kernel.Validation
                "validation-log-loss", Some calibrated.Reliability.LogLoss
                "validation-brier-score", Some calibrated.Reliability.Brier
                "validation-calibration-error", Some calibrated.Reliability.ExpectedError
                "mean-diagonal", Some kernel.MeanDiagonal
                "residual", Some kernel.Certificate.Residual
                "condition-number", Some kernel.Certificate.ConditionNumber
                "clipped-eigenvalues", Some(float kernel.Certificate.Clipped)
            ]
        yield!
            ResultRow.scores "validation-" kernel.SmallestRidgeValidation
            |> ResultRow.each { ResultRow.create "kernel-regression" with Ridge = Some kernel.SmallestRidge }
    ]

    let private path (point: RidgePoint) =
        ResultRow.each { ResultRow.create "ridge-path" with Ridge = Some point.Ridge } [
            "relative-ridge", Some point.RelativeRidge
            "effective-dimension", Some point.EffectiveDimension
            "train-accuracy", point.TrainAccuracy
            "cv-accuracy", point.CvAccuracy
            "cv-f1", point.CvF1
            "cv-error", point.CvError
            "loo-accuracy", point.LooAccuracy
            "loo-error", Some point.LooError
            "gcv", Some point.Gcv
            "log-likelihood", point.LogLikelihood
        ]

    let private slope (slope: Slope) =
        ResultRow.each
            {
                ResultRow.create "slope" with
                    InputScale = Some(InputScale.print slope.Spec.InputScale)
            }
            [
                $"%s{Quantity.print slope.Quantity}-slope", Some slope.Slope
                $"%s{Quantity.print slope.Quantity}-lower", Some slope.Lower
                $"%s{Quantity.print slope.Quantity}-upper", Some slope.Upper
            ]

    let private verdict (name: string) (verdict: Verdict) = {
        ResultRow.create name with
            Metric = verdict.Claim
            Value = verdict.Holds |> Option.map (fun holds -> if holds then 1.0 else 0.0)
            Note = Some $"%s{verdict.Setting}: %s{verdict.Evidence}"
    }

    /// The numbers of a question, under its name.
    let chapter (chapter: Chapter) : ResultRow list = [
        yield! NetworkRows.all $"%s{chapter.Id}/" chapter.Runs
        for finding in chapter.Findings do
            {
                ResultRow.create $"%s{chapter.Id}/number" with
                    Metric = finding.Metric
                    Value = finding.Value
                    Note = finding.Note
            }
        for judged in chapter.Verdicts do
            verdict $"%s{chapter.Id}/verdict" judged
    ]

    /// Every number of the findings. A verdict's value is 1 where the claim holds, 0 where it does not, none where it is open.
    let ofFindings (findings: Findings) : ResultRow[] = [|
        yield! regression findings.Kernel findings.Calibration
        for point in findings.Kernel.Path do
            yield! path point
        yield! LearningCurveRows.all findings.Learning
        yield! NetworkRows.all "" findings.Networks
        yield! ChoiceRows.all findings
        for fit in findings.Comparison.Slopes do
            yield! slope fit
        for judged in findings.Comparison.Verdicts do
            verdict "verdict" judged
        for asked in findings.Chapters do
            yield! chapter asked
    |]
