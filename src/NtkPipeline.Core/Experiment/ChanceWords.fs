namespace NtkPipeline.Core

/// How far chance alone may move an accuracy, in words.
[<RequireQualifiedAccess>]
module ChanceWords =

    /// "standard error 1.0 percentage points". Of 0 or 1 that formula gives 0, as if nothing were left to chance: there stands the exact
    /// limit at 95%, "at least 88.3% at 95% confidence".
    let ofAccuracy (rows: int) (accuracy: float) : string =
        let limit side (share: float) = $"%s{side} %s{VerdictWords.percent share} at 95%% confidence"

        if accuracy >= 1.0 then
            limit "at least" (ExactShare.lower 0.95 rows rows)
        elif accuracy <= 0.0 then
            limit "at most" (ExactShare.upper 0.95 0 rows)
        else
            $"standard error %.1f{100.0 * Metrics.standardError rows accuracy} percentage points"
