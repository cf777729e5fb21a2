namespace NtkPipeline.Core

open System
open System.Globalization

/// What tables write where a number is missing, or is none.
[<RequireQualifiedAccess>]
module MissingNumber =

    let private words =
        set [
            "nan"
            "-nan"
            "na"
            "n/a"
            "<na>"
            "null"
            "none"
            "missing"
            "inf"
            "+inf"
            "-inf"
            "infinity"
            "-infinity"
        ]

    /// Whether a cell says that there is no number; 1e999 is written like one, and is none that float64 holds.
    let standsIn (cell: string) : bool =
        words.Contains(cell.Trim().ToLowerInvariant())
        || (match Double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture) with
            | isWritten, value -> isWritten && not (Double.IsFinite value))
