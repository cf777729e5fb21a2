namespace NtkPipeline.Core

/// The first and third expected observations: whose accuracy is greater.
[<RequireQualifiedAccess>]
module AccuracyVerdicts =

    let private hits labels (runs: NetworkRun[]) =
        runs |> Array.map (fun run -> Bootstrap.hits labels run.ValidationOutputs)

    let private accuracy labels = hits labels >> Array.averageBy Array.average

    let private againstTuned settings seed (kernel: KernelRegression) labels (runs: NetworkRun[]) =
        Bootstrap.hits labels kernel.ValidationOutputs
        |> Bootstrap.paired settings.Resamples seed (hits labels runs)

    let private againstRidgeless settings seed (kernel: KernelRegression) labels (runs: NetworkRun[]) =
        Bootstrap.hits labels kernel.SmallestRidgeOutputs
        |> Bootstrap.paired settings.Resamples seed (hits labels runs)

    /// "The widest networks (…) classify 80.1% of 1523 validation tweets rightly, the tuned kernel regression (…) 80.9%."
    let private scored kernel (labels: float[]) who runs =
        let share = Wording.percent (accuracy labels runs)
        $"%s{who} classify %s{share} of %d{labels.Length} validation tweets rightly, %s{Wording.tuned kernel}."

    /// The kernel trained by the same steps as the networks, where it was followed to the end.
    let private sameSteps (runs: NetworkRun[]) =
        match runs |> Array.choose (RunSummary.last >> _.KernelAccuracy) |> RunSummary.aggregate with
        | None -> ""
        | Some accuracy ->
            $"The infinite-width kernel trained by the very same steps reaches %s{Wording.percent accuracy.Mean}."

    let private reach margin (difference: Difference) =
        let limit = $"%.1f{100.0 * margin} percentage points"

        if difference.Lower >= -margin then
            Some true, $"so they are no further below it than the margin of %s{limit}"
        elif difference.Upper < 0.0 then
            Some false, "so they stay below it"
        elif difference.Value >= -margin then
            Some true, $"which is within the margin of %s{limit} and no clear difference"
        else
            None,
            $"which is more than the margin of %s{limit} but no clear difference, so the numbers cannot decide"

    /// (1) Holds where the whole band of the difference lies above −margin, or 0 lies in or below the band and the difference above
    /// −margin; does not hold where the whole band lies below 0; else the numbers cannot decide.
    let wideReachesKernel
        (settings: CompareSettings)
        (seed: Seed)
        (kernel: KernelRegression)
        (labels: float[])
        (scale: string)
        (runs: NetworkRun[])
        : Verdict =
        let width, all = RunSummary.widest runs
        let sound = all |> Array.filter RunSummary.isSound

        let holds, evidence =
            if sound.Length = 0 then
                None,
                $"All runs of the widest networks (m = %d{width}, %s{Wording.runs all.Length}) diverged, so nothing can be said."
            else
                let difference =
                    againstTuned settings (Seed.derive $"wide/%s{scale}" seed) kernel labels sound

                let holds, meaning = reach settings.Margin difference
                let who = $"The widest networks (m = %d{width}, mean of %s{Wording.seeds sound.Length})"

                holds,
                Wording.join [
                    scored kernel labels who sound
                    $"The difference is %s{Wording.points difference}, %s{meaning}."
                    sameSteps sound
                    Wording.diverged all
                ]

        {
            Claim = "Wide networks reach the kernel's accuracy"
            Setting = Wording.setting scale settings.MainRate all
            Holds = holds
            Evidence = evidence
        }

    let private smallClaim = "A small network with a larger learning rate beats the kernel"

    let private noSmall settings (candidates: int) =
        let reason =
            if candidates = 0 then
                "No such network was trained."
            else
                $"Of %s{Wording.configurations candidates} none was sound: in each, some seed diverged."

        {
            Claim = smallClaim
            Setting =
                $"width at most %d{settings.SmallWidth}, learning rate above %g{settings.MainRate} × N/Λ_max"
            Holds = None
            Evidence = reason
        }

    /// (3) Looks for the best configuration of small width and larger rate none of whose runs diverged. Holds where the whole
    /// band of its difference to the tuned kernel lies above 0.
    let smallBeatsKernel
        (settings: CompareSettings)
        (seed: Seed)
        (kernel: KernelRegression)
        (labels: float[])
        (runs: NetworkRun[])
        : Verdict =
        let candidates =
            runs
            |> Array.filter (fun run ->
                run.Width <= settings.SmallWidth && run.LearningRate > settings.MainRate)
            |> Array.groupBy (fun run -> run.InputScale, run.Width, run.LearningRate)

        let sound = candidates |> Array.filter (snd >> Array.forall RunSummary.isSound)

        if sound.Length = 0 then
            noSmall settings candidates.Length
        else
            let (scale, width, rate), best = sound |> Array.maxBy (snd >> accuracy labels)
            let difference = againstTuned settings (Seed.derive "small/tuned" seed) kernel labels best

            let ridgeless = againstRidgeless settings (Seed.derive "small/ridgeless" seed) kernel labels best

            let meaning =
                if difference.Lower > 0.0 then "so they beat the kernel"
                elif difference.Upper < 0.0 then "so the kernel beats them"
                else "so no difference is shown"

            let who =
                $"The best small networks (m = %d{width}, learning rate %g{rate}, input scale %s{scale}, mean of %s{Wording.seeds best.Length})"

            {
                Claim = smallClaim
                Setting = $"m = %d{width}, %s{Wording.setting scale rate best}"
                Holds = Some(difference.Lower > 0.0)
                Evidence =
                    Wording.join [
                        scored kernel labels who best
                        $"The difference is %s{Wording.points difference}, %s{meaning}."
                        if sound.Length > 1 then
                            $"They were picked as the best of %d{sound.Length} configurations on these very tweets, which flatters them."
                        $"Against %s{Wording.ridgeless kernel} the difference is %s{Wording.points ridgeless}."
                    ]
            }
