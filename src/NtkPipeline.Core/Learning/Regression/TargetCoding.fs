namespace NtkPipeline.Core

/// What a classifier's regression learns for labels of ±1.
[<RequireQualifiedAccess>]
type TargetCoding =
    /// −1 and 1, cut at 0.
    | PlusMinus
    /// 0 and 1, cut at ½. Not equivalent: a ridge pulls outputs towards 0, which is no longer the boundary.
    | ZeroOne
    /// −2N₊/N and 2N₋/N, cut at 0: both classes weigh the same, as in Fisher's discriminant.
    | Balanced

[<RequireQualifiedAccess>]
module TargetCoding =

    let all = [ TargetCoding.PlusMinus; TargetCoding.ZeroOne; TargetCoding.Balanced ]

    /// The name in settings and results.
    let print (coding: TargetCoding) : string =
        match coding with
        | TargetCoding.PlusMinus -> "plus-minus"
        | TargetCoding.ZeroOne -> "zero-one"
        | TargetCoding.Balanced -> "balanced"

    let parse (text: string) : Result<TargetCoding, string> =
        PrintedUnion.parse "a coding of targets" print all text

    /// The targets that are learnt for labels of ±1. Of one class alone, balanced targets are ±1.
    let encode (coding: TargetCoding) (labels: float[]) : float[] =
        match coding with
        | TargetCoding.PlusMinus -> labels
        | TargetCoding.ZeroOne -> labels |> Array.map (fun label -> (1.0 + label) / 2.0)
        | TargetCoding.Balanced ->
            let positive =
                (labels |> Array.filter (fun label -> label > 0.0) |> Array.length |> float)
                / float labels.Length

            if positive = 0.0 || positive = 1.0 then
                labels
            else
                labels
                |> Array.map (fun label -> if label > 0.0 then 2.0 * (1.0 - positive) else -2.0 * positive)

    /// (slope, offset) of the map that brings outputs to where 0 is the boundary and the classes lie 2 apart.
    let decision (coding: TargetCoding) : float * float =
        match coding with
        | TargetCoding.PlusMinus
        | TargetCoding.Balanced -> 1.0, 0.0
        | TargetCoding.ZeroOne -> 2.0, -1.0

    let decide (coding: TargetCoding) (outputs: float[]) : float[] =
        let slope, offset = decision coding
        outputs |> Array.map (fun f -> slope * f + offset)
