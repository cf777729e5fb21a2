namespace NtkPipeline.Core

/// The second expected observation: the tangent kernel of a wide network hardly moves.
[<RequireQualifiedAccess>]
module KernelStaysPut =

    /// The width that the written method states the second observation for.
    let private statedWidth = 4096

    /// Through which tracked epoch the probe rows' kernel of every seed stayed below the threshold.
    let private lazyUntil threshold (runs: NetworkRun[]) =
        let shared =
            runs
            |> Array.map (fun run -> run.Epochs |> Array.map _.Epoch |> Set.ofArray)
            |> Set.intersectMany
            |> Set.toArray

        let worst epoch =
            runs
            |> Array.collect _.Epochs
            |> Array.filter (fun measures -> measures.Epoch = epoch)
            |> Array.map _.DeltaTheta
            |> Array.max

        let limit = VerdictWords.percent threshold

        match shared |> Array.tryFindIndex (fun epoch -> worst epoch >= threshold) with
        | None when shared.Length = 0 -> ""
        | None ->
            $"On the probe rows ΔΘ was below %s{limit} at every tracked epoch, up to epoch %d{Array.last shared}."
        | Some 0 -> $"On the probe rows ΔΘ was past %s{limit} from the start."
        | Some 1 when shared[0] = 0 ->
            $"On the probe rows ΔΘ was past %s{limit} from the first tracked epoch on: at %s{VerdictWords.percent (worst shared[1])} by epoch %d{shared[1]}."
        | Some k ->
            let move = VerdictWords.percent (worst shared[k])

            $"On the probe rows ΔΘ was below %s{limit} up to epoch %d{shared[k - 1]}, and at %s{move} by epoch %d{shared[k]}."

    let private judgeMoves threshold (moves: float[]) =
        let limit = VerdictWords.percent threshold

        match moves |> Array.filter (fun move -> move < threshold) |> Array.length with
        | 0 -> Some false, $"not below %s{limit}"
        | below when below = moves.Length -> Some true, $"below %s{limit}"
        | below -> None, $"below %s{limit} for %d{below} of %d{moves.Length} seeds only"

    let private range (moves: float[]) =
        let least, most = VerdictWords.percent (Array.min moves), VerdictWords.percent (Array.max moves)

        if moves.Length = 1 then
            ""
        else
            $" (%s{least} to %s{most} over %d{moves.Length} seeds)"

    /// (2) Holds where every seed's kernel moved by less than the threshold over all of training, does not hold where none did; else undecided. The claim
    /// is about the widest networks that there are, and names their width.
    let private judge (evidence: NetworkEvidence) (spec: RunSpec, runs: NetworkRun[]) : Verdict =
        let settings = evidence.Settings
        let width, all = Group.widest runs
        let choice = EpochChoice.find evidence.Choices all[0].Spec
        let sound = all |> Array.filter (fun run -> Group.isSound run && run.DeltaTheta.IsSome)
        let moves = sound |> Array.choose _.DeltaTheta

        let remark =
            if width = statedWidth then
                ""
            else
                $"The expectation is stated for m = %d{statedWidth}; the widest networks here have m = %d{width}."

        let holds, evidence =
            if moves.Length = 0 then
                None,
                VerdictWords.join [
                    $"%s{VerdictWords.every all.Length} at m = %d{width} diverged, so no kernel is left to compare."
                    remark
                ]
            else
                let holds, meaning = judgeMoves settings.LazyThreshold moves
                let budget = VerdictWords.epochs (VerdictWords.lastEpoch sound)
                let mean = VerdictWords.percent (Array.average moves)

                holds,
                VerdictWords.join [
                    $"At m = %d{width}, after %s{budget}, the kernel of all %d{sound[0].TrainRows} training rows has moved by ΔΘ = %s{mean}%s{range moves}, %s{meaning}."
                    lazyUntil settings.LazyThreshold sound
                    evidence.AtStop all |> Array.filter Group.isSound |> StopWords.movement choice
                    remark
                    VerdictWords.diverged all
                ]

        {
            Claim =
                $"The tangent kernel moves by less than %s{VerdictWords.percent settings.LazyThreshold} at m = %d{width}"
            Setting = VerdictWords.setting spec all
            Holds = holds
            Evidence = evidence
        }

    /// Judged for each series at the main learning rate.
    let claim: Claim<NetworkEvidence> = {
        Name = "The tangent kernel of wide networks hardly moves"
        Judge = fun evidence -> evidence.MainSeries |> Array.map (judge evidence)
    }
