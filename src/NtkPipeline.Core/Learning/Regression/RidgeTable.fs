namespace NtkPipeline.Core

open System.Globalization

/// A regression's path as CSV, a row for each ridge. Errors and accuracies are those of rows left out; a cell is empty where a
/// score does not exist. Cross-validation has columns where there were folds.
[<RequireQualifiedAccess>]
module RidgeTable =

    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)
    let private maybe = Option.map number >> Option.defaultValue ""

    let private columns (isFolded: bool) : (string * (RidgePoint -> string)) list = [
        "ridge", _.Ridge >> number
        "relative-ridge", _.RelativeRidge >> number
        "effective-dimension", _.EffectiveDimension >> number
        "loo-error", _.LooError >> number
        "loo-accuracy", _.LooAccuracy >> maybe
        "gcv", _.Gcv >> number
        "log-likelihood", _.LogLikelihood >> maybe
        if isFolded then
            "cv-error", _.CvError >> maybe
            "cv-accuracy", _.CvAccuracy >> maybe
    ]

    /// How every such table begins.
    let beginning: string = columns false |> List.map fst |> String.concat ","

    let csv (points: RidgePoint[]) : string =
        let columns = columns (points |> Array.exists _.CvError.IsSome)

        [
            columns |> List.map fst
            for point in points do
                columns |> List.map (fun (_, cell) -> cell point)
        ]
        |> List.map (String.concat "," >> fun line -> line + "\n")
        |> String.concat ""
