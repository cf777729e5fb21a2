namespace NtkPipeline.Core

/// Claims about the map: where lazy training ends, and what lies beyond.
[<RequireQualifiedAccess>]
module RegimeClaims =

    let lasts (evidence: RegimeEvidence) : RegimeBorder[] =
        let last = evidence.Borders |> Array.map _.Epoch |> Array.fold max 0
        evidence.Borders |> Array.filter (fun border -> border.Epoch = last)

    let private borderRuns: Claim<RegimeEvidence> =
        let name = "The border of lazy training runs along α√m = constant"

        let judge (evidence: RegimeEvidence) (border: RegimeBorder) =
            let limit = VerdictWords.percent evidence.Threshold
            let widths = border.Places |> Array.map _.Width |> Array.distinct

            let holds, words =
                match border.Fit with
                | None ->
                    None,
                    $"""ΔΘ crosses %s{limit} within the map for %s{VerdictWords.networks border.Places.Length} of %s{VerdictWords.count "width" widths.Length}, through which no power law can be fitted."""
                | Some fit ->
                    let holds =
                        ScalingClaims.within
                            (-0.5 - ScalingClaims.near, -0.5 + ScalingClaims.near)
                            (fit.Lower, fit.Upper)

                    let verdict =
                        ScalingClaims.meaning
                            holds
                            $"within %g{ScalingClaims.near} of theory's −½"
                            $"further than %g{ScalingClaims.near} from theory's −½, which is the limit of large widths"
                            $"and the band does not tell whether that is within %g{ScalingClaims.near} of theory's −½"

                    holds,
                    $"ΔΘ = %s{limit} lies at α ∝ m^%s{ScalingClaims.band fit} over m = %d{Array.min widths} to %d{Array.max widths}, %s{verdict}."

            {
                Claim = name
                Setting = $"rate %g{border.Rate}, epoch %d{border.Epoch}, %s{evidence.Budget}"
                Holds = holds
                Evidence = words
            }

        {
            Name = name
            Judge = fun evidence -> lasts evidence |> Array.map (judge evidence)
        }

    let private featuresHelp: Claim<RegimeEvidence> =
        let name = "Networks that leave the lazy regime classify better than those that stay in it"

        let judge (evidence: RegimeEvidence) (sides: RegimeSides) =
            let limit = VerdictWords.percent evidence.Threshold

            let holds, words =
                match sides.Difference with
                | None ->
                    None,
                    $"At m = %d{sides.Width} there are no networks on both sides of ΔΘ = %s{limit} that ended."
                | Some difference ->
                    Difference.isPositive difference,
                    $"At m = %d{sides.Width}, networks with ΔΘ of %s{limit} or more against those below it: validation accuracy differs by %s{VerdictWords.points difference}. The sides are told by ΔΘ, not by the outcome."

            {
                Claim = name
                Setting = $"rate %g{sides.Rate}, m = %d{sides.Width}, %s{evidence.Budget}"
                Holds = holds
                Evidence =
                    VerdictWords.join [
                        words
                        if evidence.IsStopped then
                            "Each kind is looked at after the epoch at which it is judged, its ΔΘ too."
                        StopWords.sides evidence.IsStopped evidence.Epochs sides.AtEnd
                    ]
            }

        {
            Name = name
            Judge = fun evidence -> evidence.Sides |> Array.map (judge evidence)
        }

    let all: Claim<RegimeEvidence> list = [ borderRuns; featuresHelp ] @ ScalingClaims.all
