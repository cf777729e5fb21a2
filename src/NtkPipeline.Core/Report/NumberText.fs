namespace NtkPipeline.Core

open System
open System.Globalization

/// Numbers as a reader meets them. What is missing, or is no number, is a dash.
[<RequireQualifiedAccess>]
module NumberText =

    let missing = "–"

    let private invariant = CultureInfo.InvariantCulture

    let private superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹"

    let private superscript (n: int) =
        let digits = (abs n).ToString invariant |> String.map (fun digit -> superscripts[int digit - int '0'])

        if n < 0 then "⁻" + digits else digits

    let private minus (text: string) = text.Replace('-', '−')

    let private fixedPoint (decimals: int) (x: float) = x.ToString($"F%d{decimals}", invariant) |> minus

    /// So many significant digits, without an exponent.
    let private plain (digits: int) (x: float) =
        let before = 1 + int (floor (log10 (abs x)))
        fixedPoint (max 0 (digits - before)) x

    /// Four significant digits; a power of ten where the number is large or small.
    let number (x: float) : string =
        if not (Double.IsFinite x) then
            missing
        elif x = 0.0 then
            "0"
        elif abs x >= 1e-3 && abs x < 1e5 then
            plain 4 x
        else
            let exponent = int (floor (log10 (abs x)))
            let mantissa = x / Math.Pow(10.0, float exponent)
            // 9.996 would be shown as 10.00.
            let mantissa, exponent =
                if abs mantissa >= 9.995 then
                    mantissa / 10.0, exponent + 1
                else
                    mantissa, exponent

            $"%s{fixedPoint 2 mantissa}·10%s{superscript exponent}"

    /// By one of these ways; a dash where there is no number.
    let maybe (show: float -> string) (x: float option) : string =
        x |> Option.map show |> Option.defaultValue missing

    /// A setting's number as a person would write it: 1, 0.5, 2.
    let short (x: float) : string =
        if Double.IsFinite x then
            x.ToString("0.######", invariant) |> minus
        else
            missing

    /// An exponent of a power law.
    let slope (x: float) : string = if Double.IsFinite x then fixedPoint 2 x else missing

    /// F1, AUC: three decimals.
    let score (x: float) : string = if Double.IsFinite x then fixedPoint 3 x else missing

    /// Decimals that a percentage of about this size is given with.
    let private percentDecimals (share: float) =
        let share = abs share

        if share >= 0.9995 then 0
        elif share >= 1e-3 || share = 0.0 then 1
        else 1 - int (floor (log10 (100.0 * share)))

    let private percentWith decimals (share: float) = fixedPoint decimals (100.0 * share) + "%"

    /// A share in percent.
    let percent (x: float) : string = if Double.IsFinite x then percentWith (percentDecimals x) x else missing

    /// A share of rows in percent, one decimal.
    let accuracy (x: float) : string = if Double.IsFinite x then percentWith 1 x else missing

    /// 7,613
    let count (n: int) : string = n.ToString("N0", invariant) |> minus

    let many (n: int) (one: string) (more: string) : string = $"%s{count n} %s{if n = 1 then one else more}"

    /// mean ± standard deviation over seeds; a single seed has no deviation.
    let private spread (show: float -> string) (value: Aggregate) =
        match value.StandardDeviation with
        | Some deviation -> $"%s{show value.Mean} ± %s{show deviation}"
        | None -> show value.Mean

    let scores (value: Aggregate) : string = spread score value

    let accuracies (value: Aggregate) : string = spread accuracy value

    /// Mean and deviation in percent, with as many decimals as the mean needs.
    let percents (value: Aggregate) : string =
        if Double.IsFinite value.Mean then
            spread (percentWith (percentDecimals value.Mean)) value
        else
            missing

    /// Mean and deviation, with two digits of the deviation.
    let measured (value: Aggregate) : string =
        match value.StandardDeviation with
        | Some deviation when deviation > 0.0 && Double.IsFinite deviation ->
            spread (fixedPoint (Math.Clamp(1 - int (floor (log10 deviation)), 0, 9))) value
        | _ -> spread number value

    /// What chose a ridge, spelled out.
    let chosenBy (choice: RidgeChoice) : string =
        match choice with
        | RidgeChoice.CrossValidation -> "cross-validation"
        | RidgeChoice.LeaveOneOut -> "leave-one-out"
        | RidgeChoice.Gcv -> "generalised cross-validation"
        | RidgeChoice.Likelihood -> "marginal likelihood"
        | RidgeChoice.CrossValidationAccuracy
        | RidgeChoice.LeaveOneOutAccuracy -> RidgeChoice.print choice
