namespace NtkPipeline.Core

/// The third expected observation: a small network with a larger learning rate beats the kernel.
[<RequireQualifiedAccess>]
module SmallBeatsKernel =

    let private name = "A small network with a larger learning rate beats the kernel"

    let private noSmall settings (candidates: int) =
        let reason =
            match candidates with
            | 0 -> "No such network was trained."
            | 1 -> "The 1 configuration that was tried is not sound: a seed diverged."
            | _ ->
                $"None of the %s{VerdictWords.configurations candidates} that were tried is sound: in each of them a seed diverged."

        {
            Claim = name
            Setting =
                $"width at most %d{settings.SmallWidth}, learning rate above %g{settings.MainRate} × N/Λ_max"
            Holds = None
            Evidence = reason
        }

    /// Which of several configurations is judged, and how it was picked: by the least error on fitted rows held out, where there is one;
    /// else by the accuracy on the validation rows, which flatters it.
    let private pick (evidence: NetworkEvidence) (sound: (RunSpec * NetworkRun[])[]) =
        let met =
            sound
            |> Array.choose (fun (spec, runs) ->
                EpochChoice.find evidence.Choices spec
                |> Option.bind (fun choice ->
                    choice.Epoch |> Option.map (fun epoch -> choice.Errors[epoch], (spec, runs))))

        let among = VerdictWords.configurations (if met.Length > 0 then met.Length else sound.Length)

        if met.Length > 0 then
            let best = met |> Array.minBy fst |> snd

            best,
            NetworksAgainstKernel.oneOrMany
                (snd best)
                $"Of %s{among} it met fitted rows that were held out best."
                $"Of %s{among} they met fitted rows that were held out best."
        else
            let best = sound |> Array.maxBy (snd >> NetworksAgainstKernel.accuracy evidence.Labels)

            best,
            NetworksAgainstKernel.oneOrMany
                (snd best)
                $"It was picked as the best of %s{among} on these very tweets, which flatters it."
                $"They were picked as the best of %s{among} on these very tweets, which flatters them."

    /// (3) Looks for the best configuration of small width and larger rate none of whose runs diverged before the epoch at which it is
    /// judged. Holds where the whole band of its difference to the tuned kernel lies above 0, does not where it lies below.
    let private judge (evidence: NetworkEvidence) : Verdict =
        let settings, kernel, labels = evidence.Settings, evidence.Kernel, evidence.Labels

        let candidates =
            evidence.Runs
            |> Array.filter (fun run ->
                run.Spec.Width <= settings.SmallWidth && run.Spec.Rate > settings.MainRate)
            |> Array.groupBy (fun run -> RunSpec.group run.Spec)

        let sound =
            candidates
            |> Array.map (fun (spec, runs) -> spec, evidence.AtStop runs)
            |> Array.filter (snd >> Array.forall Group.isSound)

        if sound.Length = 0 then
            noSmall settings candidates.Length
        else
            let (spec, best), picked = pick evidence sound
            let choice = EpochChoice.find evidence.Choices spec
            let ended = candidates |> Array.find (fst >> (=) spec) |> snd

            let against =
                NetworksAgainstKernel.tuned settings (Seed.derive "small/tuned" evidence.Seed) kernel labels

            let difference = against best

            let ridgeless =
                NetworksAgainstKernel.ridgeless
                    settings
                    (Seed.derive "small/ridgeless" evidence.Seed)
                    kernel
                    labels
                    best

            let meaning =
                if difference.Lower > 0.0 then
                    NetworksAgainstKernel.oneOrMany best "so it beats the kernel" "so they beat the kernel"
                elif difference.Upper < 0.0 then
                    NetworksAgainstKernel.oneOrMany best "so the kernel beats it" "so the kernel beats them"
                else
                    "so no difference is shown, and the numbers cannot decide"

            let traits =
                $"m = %d{spec.Width}, learning rate %g{spec.Rate}, %s{InputScale.words spec.InputScale}%s{Axis.remark evidence.Unlabelled spec}%s{StopWords.traits choice}"

            {
                Claim = name
                Setting =
                    $"m = %d{spec.Width}, %s{VerdictWords.settingOf (StopWords.budget choice spec) spec best}"
                Holds = Difference.isPositive difference
                Evidence =
                    VerdictWords.join [
                        NetworksAgainstKernel.scored kernel labels "best small" traits best
                        $"The difference is %s{VerdictWords.points difference}, %s{meaning}."
                        if sound.Length > 1 then
                            picked
                        $"Against %s{VerdictWords.ridgeless kernel} the difference is %s{VerdictWords.points ridgeless}."
                        StopWords.reason choice
                        StopWords.after choice ended against
                    ]
            }

    let claim: Claim<NetworkEvidence> = { Name = name; Judge = fun evidence -> [| judge evidence |] }
