namespace NtkPipeline.Core

/// What is expected of test errors about the interpolation threshold (Belkin et al. 2019; Hastie et al. 2022), and how numbers judge it.
[<RequireQualifiedAccess>]
module DescentClaims =

    /// The peak lies within this factor of the predicted place, and stands this many times above its neighbours; below the second it is
    /// gone.
    let placeWithin, leastHeight, goneBelow = 1.5, 1.5, 1.1

    /// Three digits, without an exponent.
    let number (x: float) : string = if abs x >= 100.0 then $"%.0f{x}" else $"%.3g{x}"

    let private times (x: float) = if x >= 10.0 then number x else $"%.2f{x}"

    let ratio (ratio: Ratio) : string =
        match ratio.Band with
        | Some(lower, upper) -> $"%s{times ratio.Value} times (95%% band %s{times lower} to %s{times upper})"
        | None -> $"%s{times ratio.Value} times (one seed, so without a band)"

    let private range (peak: ErrorPeak) =
        if peak.First = peak.Last then
            $"every seed's own peak stands there"
        else
            $"the seeds' own peaks stand between %.0f{peak.First} and %.0f{peak.Last}"

    let isNear (threshold: float) (place: float) : bool =
        place <= placeWithin * threshold && threshold <= placeWithin * place

    let private notReached (peak: ErrorPeak) =
        $"The highest error stands at %.0f{peak.At} features, and the widths do not reach two octaves to both sides of it."

    /// Whether the highest error stands near the threshold, and there at least so many times above its neighbours. `nothing` is said where
    /// there is none; `place` says where it stands, and `height` how high.
    let private judgePeak
        threshold
        least
        nothing
        place
        height
        (peak: ErrorPeak option)
        : bool option * string =
        match peak with
        | None -> None, nothing
        | Some peak ->
            match isNear threshold peak.At, peak.Height with
            | false, _ when peak.IsAtEdge -> None, notReached peak
            | false, _ -> Some false, $"%s{place peak} That is not within a factor of %g{placeWithin}."
            | true, None -> None, notReached peak
            | true, Some ratio -> Ratio.isAtLeast least ratio, $"%s{place peak} %s{height peak ratio}"

    let private each (evidence: DescentEvidence) (judge: FeatureKind -> float -> Verdict) : Verdict[] = [|
        for kind in DescentEvidence.kinds evidence do
            for noise in DescentEvidence.noises evidence do
                judge kind noise
    |]

    let peaks: Claim<DescentEvidence> =
        let name = "Without a ridge the test error peaks where features are as many as rows"

        let judge (evidence: DescentEvidence) kind noise =
            let threshold = DescentEvidence.threshold kind evidence

            let place (peak: ErrorPeak) =
                $"On %s{FeatureKind.words kind} the mean squared error is highest at %.0f{peak.At} features, %.2f{peak.At / threshold} times the %.0f{threshold} predicted; %s{range peak}."

            let height (peak: ErrorPeak) height =
                $"It is %s{number peak.Error} there, %s{ratio height} that two octaves away on the higher side; %g{leastHeight} times is asked for."

            let holds, words =
                evidence
                |> DescentEvidence.squares noise (DescentMethod.Ridgeless kind)
                |> ErrorPeak.highest
                |> judgePeak threshold leastHeight "No width was fitted." place height

            {
                Claim = name
                Setting = $"%s{FeatureKind.words kind}, %s{DescentEvidence.setting noise evidence}"
                Holds = holds
                Evidence = words
            }

        { Name = name; Judge = fun evidence -> each evidence (judge evidence) }

    let removed: Claim<DescentEvidence> =
        let name = "The tuned ridge removes the peak"

        let judge (evidence: DescentEvidence) kind noise =
            let holds, words =
                match
                    evidence |> DescentEvidence.squares noise (DescentMethod.Tuned kind) |> ErrorPeak.steepest
                with
                | Some { Height = Some height; At = place } ->
                    let without =
                        evidence
                        |> DescentEvidence.squares noise (DescentMethod.Ridgeless kind)
                        |> ErrorPeak.steepest
                        |> Option.bind _.Height
                        |> Option.map (fun height -> $" Without a ridge it is %s{ratio height}.")
                        |> Option.defaultValue ""

                    Ratio.isAtLeast goneBelow height |> Option.map not,
                    $"With the ridge that is tuned on the fitted rows, no width's mean squared error stands higher over those two octaves away than that at %.0f{place} features, which is %s{ratio height} the higher of them; up to %g{goneBelow} counts as gone.%s{without}"
                | Some _
                | None -> None, "The widths do not reach two octaves to both sides of any of them."

            {
                Claim = name
                Setting = $"%s{FeatureKind.words kind}, %s{DescentEvidence.setting noise evidence}"
                Holds = holds
                Evidence = words
            }

        { Name = name; Judge = fun evidence -> each evidence (judge evidence) }

    /// The height at one place over a neighbour's, seed by seed.
    let private heights (series: ErrorSeries) (at: float) (neighbour: float) =
        let find place = System.Array.IndexOf(series.Places, place)
        let p, q = find at, find neighbour
        series.Errors |> Array.map (fun errors -> errors[p] / errors[q])

    let noiseRaises: Claim<DescentEvidence> =
        let name = "Flipped labels make the peak higher"

        let judge (evidence: DescentEvidence) (clean: float) (noisy: float) kind =
            let at noise = evidence |> DescentEvidence.squares noise (DescentMethod.Ridgeless kind)

            let holds, words =
                match ErrorPeak.highest (at noisy) with
                | Some { At = place; Below = Some below; Above = Some above } ->
                    let height noise =
                        Array.map2 min (heights (at noise) place below) (heights (at noise) place above)

                    let grown = Array.map2 (/) (height noisy) (height clean) |> Ratio.ofValues

                    Ratio.isAtLeast 1.0 grown,
                    $"At %.0f{place} features the peak with %g{100.0 * noisy}%% of labels flipped stands %s{ratio grown} as high over its neighbours as that with %g{100.0 * clean}%%."
                | Some peak -> None, notReached peak
                | None -> None, "No width was fitted."

            {
                Claim = name
                Setting = $"%s{FeatureKind.words kind}, %s{DescentEvidence.setting noisy evidence}"
                Holds = holds
                Evidence = words
            }

        {
            Name = name
            Judge =
                fun evidence ->
                    let noises = DescentEvidence.noises evidence

                    if noises.Length < 2 then
                        [||]
                    else
                        DescentEvidence.kinds evidence
                        |> Array.map (judge evidence noises[0] (Array.last noises))
        }

    let trained: Claim<DescentEvidence> =
        let name = "Networks that are trained on full batches peak there too"

        let judge (evidence: DescentEvidence) noise =
            let threshold = DescentEvidence.threshold FeatureKind.Gradients evidence

            let place (peak: ErrorPeak) =
                $"The mean squared error of the trained networks is highest at %.0f{peak.At} parameters, %.2f{peak.At / threshold} times the %.0f{threshold} at which their gradients are as many as rows."

            let height _ height =
                $"It is %s{ratio height} that two octaves away on the higher side; more than %g{goneBelow} counts as a peak."

            let holds, words =
                evidence
                |> DescentEvidence.squares noise DescentMethod.Trained
                |> ErrorPeak.highest
                |> judgePeak threshold goneBelow "At every width a network diverged." place height

            {
                Claim = name
                Setting = DescentEvidence.setting noise evidence
                Holds = holds
                Evidence = words
            }

        {
            Name = name
            Judge =
                fun evidence ->
                    evidence.Networks
                    |> Array.map _.Noise
                    |> Array.distinct
                    |> Array.sort
                    |> Array.map (judge evidence)
        }

    let all: Claim<DescentEvidence> list = [ peaks; removed; noiseRaises; trained ]
