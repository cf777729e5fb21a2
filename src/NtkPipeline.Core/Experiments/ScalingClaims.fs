namespace NtkPipeline.Core

/// Claims about how features move as networks widen under each scaling.
[<RequireQualifiedAccess>]
module ScalingClaims =

    /// An exponent within this of theory's agrees with it.
    let near = 0.15

    /// A factor below this counts as no change.
    let private same = 1.5

    let number (x: float) = $"%.2f{x}".Replace('-', '−')

    let band (fit: PowerFit) =
        $"%s{number fit.Slope} (95%% band %s{number fit.Lower} to %s{number fit.Upper})"

    /// Whether a whole band lies in an interval, or outside of it.
    let within (low, high) (lower: float, upper: float) =
        if lower >= low && upper <= high then Some true
        elif upper < low || lower > high then Some false
        else None

    let meaning holds yes no unclear =
        match holds with
        | Some true -> yes
        | Some false -> no
        | None -> unclear

    let private layers (line: ScalingLine) = VerdictWords.hiddenLayers line.Layers

    let private left (line: ScalingLine) =
        match line.Places |> Array.sumBy _.Diverged with
        | 0 -> ""
        | n -> VerdictWords.leftOut n

    let private ofLine name scaling (judge: ScalingLine -> bool option * string) : Claim<RegimeEvidence> =
        let verdict evidence (line: ScalingLine) : Verdict =
            let holds, words = judge line

            {
                Claim = name
                Setting =
                    $"%s{WidthScaling.words scaling}, %s{layers line}, rate 1 at m₀, %s{evidence.Budget}"
                Holds = holds
                Evidence = VerdictWords.join [ words; left line ]
            }

        {
            Name = name
            Judge =
                fun evidence ->
                    evidence.Scalings
                    |> Array.filter (fun line -> line.Scaling = scaling)
                    |> Array.map (verdict evidence)
        }

    let private unfitted = "No power law can be fitted: it takes two widths and three networks that ended."

    let private freeze: Claim<RegimeEvidence> =
        ofLine
            "Under NTK scaling the first layer's features freeze as networks widen"
            WidthScaling.Ntk
            (fun line ->
                match line.Fit, RegimeScalings.ends line with
                | Some fit, Some(least, most) ->
                    let holds = within (-0.5 - near, -0.5 + near) (fit.Lower, fit.Upper)

                    let verdict =
                        meaning
                            holds
                            $"within %g{near} of theory's −½"
                            $"not within %g{near} of theory's −½"
                            $"which may or may not be within %g{near} of theory's −½"

                    holds,
                    $"From m = %d{least} to %d{most} their relative movement goes like m^%s{band fit}, %s{verdict}."
                | _ -> None, unfitted)

    let private keepMoving: Claim<RegimeEvidence> =
        ofLine
            "Under µP the first layer's features move alike at every width"
            WidthScaling.MaximalUpdate
            (fun line ->
                match RegimeScalings.change line, RegimeScalings.ends line with
                | Some change, Some(least, most) ->
                    let holds = within (1.0 / same, same) (change.Lower, change.Upper)

                    let verdict =
                        meaning
                            holds
                            $"less than a factor %g{same}"
                            $"more than a factor %g{same}"
                            $"which may or may not be less than a factor %g{same}"

                    holds,
                    $"From m = %d{least} to %d{most} their relative movement changes by a factor %s{number change.Value} (95%% band %s{number change.Lower} to %s{number change.Upper}), %s{verdict}."
                | _ -> None, unfitted)

    let private degenerates: Claim<RegimeEvidence> =
        let name =
            "Past one hidden layer mean-field scaling has no limit that trains: features stand still, or run away"

        let judge (evidence: RegimeEvidence) (own: ScalingLine) =
            let fast =
                evidence.Scalings
                |> Array.tryFind (fun line ->
                    line.Layers = own.Layers && line.Scaling = WidthScaling.MeanFieldInTime)

            let holds, words =
                match own.Fit, fast |> Option.bind _.Fit with
                | Some own, Some fast ->
                    (match own.Upper < 0.0, fast.Lower > 0.0 with
                     | true, true -> Some true
                     | _ when own.Lower >= 0.0 || fast.Upper <= 0.0 -> Some false
                     | _ -> None),
                    $"At its own rate, ∝ m, the first layer's movement goes like m^%s{band own}; at the rate that keeps the outputs' time like m^%s{band fast}."
                | _ -> None, unfitted

            {
                Claim = name
                Setting = $"%s{layers own}, rate 1 at m₀, %s{evidence.Budget}"
                Holds = holds
                Evidence = VerdictWords.join [ words; left own ]
            }

        {
            Name = name
            Judge =
                fun evidence ->
                    evidence.Scalings
                    |> Array.filter (fun line -> line.Scaling = WidthScaling.MeanField)
                    |> Array.map (judge evidence)
        }

    let all: Claim<RegimeEvidence> list = [ keepMoving; freeze; degenerates ]
