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

    /// A network of one seed is one network.
    let private oneOrMany (runs: NetworkRun[]) one many = if runs.Length = 1 then one else many

    /// "The widest networks (m = 4096, mean of 3 seeds) classify 80.1% of 1523 validation tweets rightly, the tuned kernel
    /// regression (…) 80.9%." `which` and `traits` say which networks: "widest", "m = 4096".
    let private scored kernel (labels: float[]) which traits (runs: NetworkRun[]) =
        let share = Wording.percent (accuracy labels runs)
        let who = oneOrMany runs $"The %s{which} network" $"The %s{which} networks"
        let seeds = oneOrMany runs "1 seed" $"mean of %s{Wording.seeds runs.Length}"
        let classify = oneOrMany runs "classifies" "classify"

        $"%s{who} (%s{traits}, %s{seeds}) %s{classify} %s{share} of %s{Wording.tweets labels.Length} rightly, %s{Wording.tuned kernel}."

    /// The kernel trained by the same steps as the networks, where it was followed to the end.
    let private sameSteps (runs: NetworkRun[]) =
        match runs |> Array.choose (RunSummary.last >> _.KernelAccuracy) |> RunSummary.aggregate with
        | None -> ""
        | Some accuracy ->
            $"The infinite-width kernel trained by the very same steps reaches %s{Wording.percent accuracy.Mean}."

    let private reach margin (runs: NetworkRun[]) (difference: Difference) =
        let limit = $"%.1f{100.0 * margin} percentage points"

        if difference.Lower > 0.0 then
            Some true, oneOrMany runs "so it surpasses the kernel" "so they surpass the kernel"
        elif difference.Lower >= -margin then
            let they = oneOrMany runs "it is" "they are"
            Some true, $"so %s{they} no further below the kernel than the margin of %s{limit}"
        elif difference.Upper < 0.0 then
            Some false, oneOrMany runs "so it stays below the kernel" "so they stay below the kernel"
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
                $"%s{Wording.every all.Length} of the greatest width (m = %d{width}) diverged, so nothing can be said."
            else
                let difference =
                    againstTuned settings (Seed.derive $"wide/%s{scale}" seed) kernel labels sound

                let holds, meaning = reach settings.Margin sound difference

                holds,
                Wording.join [
                    scored kernel labels "widest" $"m = %d{width}" sound
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
            match candidates with
            | 0 -> "No such network was trained."
            | 1 -> "The 1 configuration that was tried is not sound: a seed diverged."
            | _ ->
                $"None of the %s{Wording.configurations candidates} that were tried is sound: in each of them a seed diverged."

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
                if difference.Lower > 0.0 then
                    oneOrMany best "so it beats the kernel" "so they beat the kernel"
                elif difference.Upper < 0.0 then
                    oneOrMany best "so the kernel beats it" "so the kernel beats them"
                else
                    "so no difference is shown"

            let traits = $"m = %d{width}, learning rate %g{rate}, input scale %s{scale}"

            {
                Claim = smallClaim
                Setting = $"m = %d{width}, %s{Wording.setting scale rate best}"
                Holds = Some(difference.Lower > 0.0)
                Evidence =
                    Wording.join [
                        scored kernel labels "best small" traits best
                        $"The difference is %s{Wording.points difference}, %s{meaning}."
                        if sound.Length > 1 then
                            oneOrMany
                                best
                                $"It was picked as the best of %d{sound.Length} configurations on these very tweets, which flatters it."
                                $"They were picked as the best of %d{sound.Length} configurations on these very tweets, which flatters them."
                        $"Against %s{Wording.ridgeless kernel} the difference is %s{Wording.points ridgeless}."
                    ]
            }
