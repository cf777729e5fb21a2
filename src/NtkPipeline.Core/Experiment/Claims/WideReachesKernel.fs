namespace NtkPipeline.Core

/// The first expected observation: wide networks reach the kernel's accuracy.
[<RequireQualifiedAccess>]
module WideReachesKernel =

    let private name = "Wide networks reach the kernel's accuracy"

    /// The kernel trained by the same steps as the networks, where it was followed to the end.
    let private sameSteps (runs: NetworkRun[]) =
        match runs |> Array.choose (Group.last >> _.KernelAccuracy) |> Aggregate.ofValues with
        | None -> ""
        | Some accuracy ->
            $"The infinite-width kernel trained by the very same steps reaches %s{VerdictWords.percent accuracy.Mean}."

    /// Holds where the whole band lies at or above −margin, does not where the whole band lies below; else the numbers cannot decide.
    let private reach margin (runs: NetworkRun[]) (difference: Difference) =
        let limit = $"%.1f{100.0 * margin} percentage points"

        if difference.Lower > 0.0 then
            Some true,
            NetworksAgainstKernel.oneOrMany runs "so it surpasses the kernel" "so they surpass the kernel"
        elif difference.Lower >= -margin then
            let they = NetworksAgainstKernel.oneOrMany runs "it is" "they are"
            Some true, $"so %s{they} no further below the kernel than the margin of %s{limit}"
        elif difference.Upper < -margin then
            let they = NetworksAgainstKernel.oneOrMany runs "it stays" "they stay"
            Some false, $"so %s{they} below the kernel by more than the margin of %s{limit}"
        elif difference.Upper < 0.0 then
            let they = NetworksAgainstKernel.oneOrMany runs "it stays" "they stay"

            None,
            $"so %s{they} below the kernel, but whether by more than the margin of %s{limit} the numbers cannot decide"
        else
            None,
            $"a band that reaches further below 0 than the margin of %s{limit}, so the numbers cannot decide"

    /// What would decide it.
    let private needed (settings: CompareSettings) (labels: float[]) (difference: Difference) =
        RowsNeeded.words labels.Length difference (abs (difference.Value + settings.Margin))

    /// (1) Networks are judged after the epoch that fitted rows chose; what became of them by the last stands beside it.
    let private judge (evidence: NetworkEvidence) (spec: RunSpec, runs: NetworkRun[]) : Verdict =
        let settings, kernel, labels = evidence.Settings, evidence.Kernel, evidence.Labels
        let width, ended = Group.widest runs
        let choice = EpochChoice.find evidence.Choices ended[0].Spec
        let all = evidence.AtStop ended
        let sound = all |> Array.filter Group.isSound
        let against = NetworksAgainstKernel.ofSeries evidence spec

        let holds, words =
            if sound.Length = 0 then
                None,
                VerdictWords.join [
                    $"%s{VerdictWords.every all.Length} of the greatest width (m = %d{width}) diverged, so nothing can be said."
                    StopWords.reason choice
                ]
            else
                let difference = against sound
                let holds, meaning = reach settings.Margin sound difference
                let traits = $"m = %d{width}%s{StopWords.traits choice}"

                holds,
                VerdictWords.join [
                    NetworksAgainstKernel.scored kernel labels "widest" traits sound
                    $"The difference is %s{VerdictWords.points difference}, %s{meaning}."
                    if holds.IsNone then
                        needed settings labels difference
                    sameSteps sound
                    VerdictWords.diverged all
                    StopWords.reason choice
                    StopWords.after choice ended against
                ]

        {
            Claim = name
            Setting = VerdictWords.settingOf (StopWords.budget choice spec) spec all
            Holds = holds
            Evidence = words
        }

    /// Judged for each series at the main learning rate.
    let claim: Claim<NetworkEvidence> = {
        Name = name
        Judge = fun evidence -> evidence.MainSeries |> Array.map (judge evidence)
    }
