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

    /// (3) Looks for the best configuration of small width and larger rate none of whose runs diverged. Holds where the whole
    /// band of its difference to the tuned kernel lies above 0, does not where it lies below.
    let private judge (evidence: NetworkEvidence) : Verdict =
        let settings, kernel, labels = evidence.Settings, evidence.Kernel, evidence.Labels

        let candidates =
            evidence.Runs
            |> Array.filter (fun run ->
                run.Spec.Width <= settings.SmallWidth && run.Spec.Rate > settings.MainRate)
            |> Array.groupBy (fun run -> RunSpec.group run.Spec)

        let sound = candidates |> Array.filter (snd >> Array.forall Group.isSound)

        if sound.Length = 0 then
            noSmall settings candidates.Length
        else
            let spec, best = sound |> Array.maxBy (snd >> NetworksAgainstKernel.accuracy labels)

            let difference =
                NetworksAgainstKernel.tuned
                    settings
                    (Seed.derive "small/tuned" evidence.Seed)
                    kernel
                    labels
                    best

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
                $"m = %d{spec.Width}, learning rate %g{spec.Rate}, %s{InputScale.words spec.InputScale}%s{Axis.remark evidence.Unlabelled spec}"

            {
                Claim = name
                Setting = $"m = %d{spec.Width}, %s{VerdictWords.setting spec best}"
                Holds = Difference.isPositive difference
                Evidence =
                    VerdictWords.join [
                        NetworksAgainstKernel.scored kernel labels "best small" traits best
                        $"The difference is %s{VerdictWords.points difference}, %s{meaning}."
                        if sound.Length > 1 then
                            NetworksAgainstKernel.oneOrMany
                                best
                                $"It was picked as the best of %s{VerdictWords.configurations sound.Length} on these very tweets, which flatters it."
                                $"They were picked as the best of %s{VerdictWords.configurations sound.Length} on these very tweets, which flatters them."
                        $"Against %s{VerdictWords.ridgeless kernel} the difference is %s{VerdictWords.points ridgeless}."
                    ]
            }

    let claim: Claim<NetworkEvidence> = { Name = name; Judge = fun evidence -> [| judge evidence |] }
