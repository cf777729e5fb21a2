namespace NtkPipeline.Core

/// Everything that is said of networks and their own first kernels.
type ConcentrationEvidence = {
    /// Quantile by quantile: at each width, and as a power of it.
    Errors: (string * WidthLaw)[]
    /// By width: against descent with Θ̂₀ for as many steps, and against ridge regression with it.
    Stopped: PairedWidth[]
    Ridge: PairedWidth[]
    Networks: int
    Diverged: int
    Setting: string
}

/// Evidence and claims of `Concentration`.
[<RequireQualifiedAccess>]
module ConcentrationEvidence =

    let private law resamples seed (k: int) (pairs: OwnKernelPair[]) : WidthLaw =
        let points = pairs |> Array.map (fun pair -> float pair.Width, pair.Errors[k])
        let wide = points |> Array.filter (fun (width, _) -> width >= float Slope.narrowest)

        {
            Quantity = Quantity.InitKernelError
            Time = 0
            Places =
                points
                |> Array.groupBy fst
                |> Array.sortBy fst
                |> Array.map (fun (width, found) ->
                    let values = Array.map snd found

                    {
                        Width = int width
                        Seeds = values.Length
                        Mean = values |> Array.averageBy log |> exp
                        Least = Array.min values
                        Most = Array.max values
                    })
            Fit = PowerLaw.overSeeds resamples (Seed.derive $"errors/%d{k}" seed) wide
            IsResampled = PowerLaw.hasSeeds wide
        }

    /// `runs` in any order; the networks that diverged have no outcome to be compared.
    let gather
        (resamples: int)
        (seed: Seed)
        (labels: float[])
        (runs: NetworkRun list)
        (pairs: OwnKernelPair list)
        : ConcentrationEvidence =
        let sound =
            runs
            |> List.filter Group.isSound
            |> List.map (fun run -> run.Spec.Width, run.Spec.Member)
            |> Set.ofList

        let all = pairs |> List.sortBy (fun pair -> pair.Width, pair.Member) |> Array.ofList

        let byWidth name (pick: OwnKernelPair -> float[] option) =
            all
            |> Array.filter (fun pair -> sound.Contains(pair.Width, pair.Member) && (pick pair).IsSome)
            |> Array.groupBy _.Width
            |> Array.map (fun (width, pairs) ->
                PairedWidth.ofPairs
                    resamples
                    (Seed.derive $"%s{name}/%d{width}" seed)
                    labels
                    (pick >> Option.defaultValue [||])
                    pairs)

        let sorted = Group.sort runs

        {
            Errors =
                Concentration.shares
                |> List.mapi (fun k (name, _) -> name, law resamples seed k all)
                |> Array.ofList
            Stopped = byWidth "stopped" _.Stopped
            Ridge = byWidth "ridge" (_.Ridge >> Some)
            Networks = runs.Length
            Diverged = runs.Length - sound.Count
            Setting =
                $"""%s{VerdictWords.setting sorted[0].Spec sorted}, %s{VerdictWords.count "training row" sorted[0].TrainRows}"""
        }

    let private run resamples seed (split: Split, runs: NetworkRun list, pairs: OwnKernelPair list) =
        Ok(gather resamples seed (SplitTweets.validationLabels split) runs pairs)

    let stage
        (settings: CompareSettings)
        : Stage<Split * NetworkRun list * OwnKernelPair list, ConcentrationEvidence> = {
        Name = "judge-concentration"
        // 3: bands of few rows that differ are exact.
        Version = 3
        Settings = Fingerprint.describe settings.Resamples
        Codec = Codec.json "concentration/1"
        Body = Seeded(run settings.Resamples)
    }

    let inputs split runs pairs : Artifact<Split * NetworkRun list * OwnKernelPair list> =
        Artifact.map3 (fun split runs pairs -> split, runs, pairs) split runs pairs

    let private concentrates tolerance : Claim<ConcentrationEvidence> =
        let name = "Entries of the kernel at random near their limits as m^−½"

        let judge (evidence: ConcentrationEvidence) =
            let outcomes =
                evidence.Errors
                |> Array.map (fun (_, law) ->
                    law.Fit |> Option.bind (LawClaims.agrees tolerance (LawBound.Exactly -0.5)))

            let words (share, law: WidthLaw) =
                match law.Fit with
                | Some fit -> $"%s{share} ∝ %s{LawClaims.fitWords fit}"
                | None -> $"%s{share}: no power law can be fitted"

            let all = evidence.Errors |> Array.map words |> String.concat "; "

            {
                Claim = name
                Setting = evidence.Setting
                Holds =
                    if Array.contains (Some false) outcomes then Some false
                    elif Array.forall ((=) (Some true)) outcomes then Some true
                    else None
                Evidence =
                    $"Quantiles of |Θ̂₀(x, z) − Θ(x, z)| over pairs of training rows: %s{all}. Theory's exponent is −0.5 (Arora et al. 2019, theorem 3.1, up to logarithms), taken to within %g{tolerance}."
            }

        { Name = name; Judge = judge >> Array.singleton }

    let private widest claim (evidence: ConcentrationEvidence) judge =
        let holds, words =
            match Array.tryLast evidence.Stopped with
            | Some last -> judge last
            | None -> None, "Every network diverged, so there is nothing to compare."

        { Claim = claim; Setting = evidence.Setting; Holds = holds; Evidence = words }

    let private start (last: PairedWidth) = $"At m = %d{last.Width}, over %s{VerdictWords.seeds last.Seeds},"

    let private alike threshold : Claim<ConcentrationEvidence> =
        let name = "A wide trained network classifies tweets as its own first kernel does"

        let judge (last: PairedWidth) =
            let least = 1.0 - threshold

            let holds =
                if last.Agreement.Lower >= least then Some true
                elif last.Agreement.Upper < least then Some false
                else None

            let meaning =
                match holds with
                | Some true -> "not less than"
                | Some false -> "less than"
                | None -> "not told from"

            holds,
            $"%s{start last} network and descent with Θ̂₀ for as many steps agree on %s{VerdictWords.percent last.Agreement.Value} of tweets (95%% band %s{VerdictWords.percent last.Agreement.Lower} to %s{VerdictWords.percent last.Agreement.Upper}), %s{meaning} the %s{VerdictWords.percent least} that is asked for; their outputs lie %.3f{last.Rms} apart (rms)."

        { Name = name; Judge = fun evidence -> [| widest name evidence judge |] }

    let private asGood margin : Claim<ConcentrationEvidence> =
        let name = "A wide trained network is as accurate as its own first kernel"

        let judge (last: PairedWidth) =
            let holds =
                if last.Gain.Lower >= -margin && last.Gain.Upper <= margin then Some true
                elif last.Gain.Lower > margin || last.Gain.Upper < -margin then Some false
                else None

            let meaning =
                match holds with
                | Some true -> "within"
                | Some false -> "beyond"
                | None -> "not told from"

            holds,
            $"%s{start last} the network's accuracy less its kernel's is %s{VerdictWords.points last.Gain}, %s{meaning} the margin of %s{VerdictWords.signed margin}; on average the network alone is right on %.1f{last.NetworkAlone} tweets and the kernel alone on %.1f{last.KernelAlone}."

        { Name = name; Judge = fun evidence -> [| widest name evidence judge |] }

    let claims (tolerance: float) (disagreement: float) (margin: float) : Claim<ConcentrationEvidence> list = [
        concentrates tolerance
        alike disagreement
        asGood margin
    ]
