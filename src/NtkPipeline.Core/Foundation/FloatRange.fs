namespace NtkPipeline.Core

open System
open System.Globalization

/// Numbers as a person writes them that float64 does not hold: it would read 0 or infinity, which is not what is written.
[<RequireQualifiedAccess>]
module FloatRange =

    /// Whether a digit before the exponent is above 0.
    let private isWrittenNonzero (text: string) =
        text |> Seq.takeWhile (fun c -> c <> 'e' && c <> 'E') |> Seq.exists (fun c -> c >= '1' && c <= '9')

    /// Why a number is not held, as the end of a sentence; none where it is, and of what is no number in digits.
    let refusal (text: string) : string option =
        match Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value when value = 0.0 && isWrittenNonzero text ->
            Some
                "it is too small for float64, which has nothing between 0 and 5e-324; write a larger number, or 0 where 0 is meant"
        | true, value when Double.IsInfinity value && isWrittenNonzero text ->
            Some "it is too large for float64, which ends at 1.8e308; write a smaller number"
        | _ -> None
