namespace NtkPipeline.Core

open System
open System.Globalization

/// A ridge as people write it, the same wherever one is: `0.1` is λ itself, `0.1rel` is 0.1 times the mean of the kernel's diagonal.
[<RequireQualifiedAccess>]
type RidgeValue =
    | Absolute of ridge: float
    | Relative of multiple: float

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module RidgeValue =

    /// What marks a multiple of the mean diagonal.
    let private mark = "rel"

    /// "0.1" or "0.1rel": a finite number, 0 or above.
    let parse (text: string) : Result<RidgeValue, string> =
        let trimmed = text.Trim()
        let isRelative = trimmed.EndsWith(mark, StringComparison.Ordinal)
        let number = if isRelative then trimmed[.. trimmed.Length - mark.Length - 1] else trimmed

        match
            FloatRange.refusal number,
            Double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture)
        with
        | Some reason, _ -> Error $"'%s{PlainLine.ofWords trimmed}': %s{reason}"
        | None, (true, value) when value >= 0.0 && Double.IsFinite value ->
            Ok(if isRelative then RidgeValue.Relative value else RidgeValue.Absolute value)
        | None, (true, _) -> Error $"'%s{PlainLine.ofWords trimmed}': a ridge is at least 0 and finite"
        | None, (false, _) ->
            Error
                $"'%s{PlainLine.ofWords trimmed}': it is not a ridge; write λ itself, such as 0.1, or 0.1rel for 0.1 times the kernel's mean diagonal"

    /// The multiple alone, for what is laid over several kernels; λ itself is refused, with the right spelling.
    let parseRelative (text: string) : Result<float, string> =
        parse text
        |> Result.bind (fun value ->
            match value with
            | RidgeValue.Relative multiple -> Ok multiple
            | RidgeValue.Absolute _ ->
                Error
                    $"'%s{PlainLine.ofWords (text.Trim())}': the grid is of multiples of each kernel's mean diagonal; write %s{PlainLine.ofWords (text.Trim())}rel")

    /// λ, on a kernel of this mean diagonal.
    let absolute (meanDiagonal: float) (value: RidgeValue) : float =
        match value with
        | RidgeValue.Absolute ridge -> ridge
        | RidgeValue.Relative multiple -> multiple * meanDiagonal

    /// Both ways: "ridge 0.1 (0.05 × mean diagonal)".
    let print (meanDiagonal: float) (ridge: float) : string =
        $"ridge %.6g{ridge} (%.4g{ridge / meanDiagonal} × mean diagonal)"
