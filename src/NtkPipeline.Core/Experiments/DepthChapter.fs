namespace NtkPipeline.Core

/// The chapter on depth.
[<RequireQualifiedAccess>]
module DepthChapter =

    let private words (evidence: DepthEvidence) = [
        "A layer multiplies what tells two inputs apart by about χ: below 1 deep networks see all inputs alike (order), above 1 they see none alike (chaos), and either way what is left falls like e^(−L/ξ) with depth L (Poole et al. 2016; Schoenholz et al. 2017). Xiao et al. 2020 carry this to Θ: ill-conditioned in the ordered phase, near the identity in the chaotic one. Without biases a ReLU network knows no scale; it is critical at every σ_w, and NTK parameterisation makes σ_w a factor of its kernel."
        $"Kernels of infinite width on %s{evidence.KernelBudget}: evenly spaced among all fitted rows, without those that all but repeat another, whose kernel would be singular at every depth. Ridges are chosen by exact leave-one-out, and accuracy is leave-one-out's. The networks: %s{evidence.NetworkBudget}."
        "What ξ says of kernels is sharper than of networks. A regression whose ridge is tuned finds what is left of the differences however small, in the ordered phase down to float64's rounding, some 30 ξ deep; in the chaotic phase what is left must outweigh the classes' imbalance, which it does for a few ξ only. Gradient descent has neither patience: its rate is bound by Λ_max, and in the ordered phase all but the mean has tiny eigenvalues, so that past some 6 ξ nothing is learnt in a budget; in the chaotic phase every row is fitted by itself, and nothing carries over."
        "What counts as lost (half of the accuracy that the best of all gains on the majority class), the tolerance on ξ and the default widths, rates and σ_w² were settled on real tweets, after a first look at them; no band here counts that."
        match evidence.Diverged with
        | 0 -> ()
        | n -> VerdictWords.leftOut n
    ]

    let private range (evidence: DepthEvidence) =
        let accuracies = evidence.Families |> Array.map (fun (_, _, kernel) -> kernel.Accuracy)
        let layers = evidence.Families |> Array.map (fun (_, layers, _) -> layers)

        if accuracies.Length < 2 then
            None
        else
            Some(Array.min accuracies, Array.max accuracies, Array.min layers, Array.max layers)

    let private answer (evidence: DepthEvidence) = [
        match range evidence, evidence.KernelDifferences with
        | Some(least, most, few, many), differences when differences.Length > 0 ->
            let families = evidence.Families |> Array.countBy (fun (family, _, _) -> family) |> Array.length
            let largest = differences |> Array.maxBy (fun one -> abs one.Difference.Value)

            $"""From %d{few} to %s{VerdictWords.hiddenLayers many} kernels of %s{VerdictWords.count "architecture" families} lie between %s{VerdictWords.percent least} and %s{VerdictWords.percent most} (leave-one-out); the largest effect of depth is %s{VerdictWords.points largest.Difference}, %s{DepthFamily.print largest.Family} with %s{VerdictWords.count "layer" largest.Layers}."""
        | _ -> ()
    ]

    let private ofKernel at (kernel: DepthKernel) = [
        match kernel.Condition with
        | Some condition -> Finding.create $"condition-%s{at}" condition
        | None -> Finding.missing $"condition-%s{at}" "λ_min cannot be told from 0 in float64"

        Finding.create $"effective-rank-%s{at}" kernel.EffectiveRank
        Finding.create $"correlation-%s{at}" kernel.Correlation
        Finding.create $"correlation-spread-%s{at}" kernel.Spread
        Finding.create $"relative-ridge-%s{at}" kernel.RelativeRidge
        Finding.create $"leave-one-out-accuracy-%s{at}" kernel.Accuracy
    ]

    let private findings (evidence: DepthEvidence) : Finding[] = [|
        for family, layers, kernel in evidence.Families do
            yield! ofKernel $"%s{DepthFamily.print family}-layers=%d{layers}" kernel

        for weight, layers, kernel in evidence.Phases do
            yield! ofKernel $"erf-w2=%g{weight}-layers=%d{layers}" kernel

        for weight in evidence.Phases |> Array.map (fun (weight, _, _) -> weight) |> Array.distinct do
            let place = (DepthPhase.place Erf.activation weight evidence.BiasVariance).Propagation
            Finding.create $"chi-w2=%g{weight}" place.Slope

            match place.DepthScale with
            | Some scale -> Finding.create $"depth-scale-w2=%g{weight}" scale
            | None -> Finding.missing $"depth-scale-w2=%g{weight}" "correlations do not decay exponentially"

        for scale in evidence.Scales do
            Finding.create $"depth-scale-measured-w2=%g{scale.WeightVariance}" scale.Measured

        for outcome, trained in Array.zip evidence.NetworkOutcomes evidence.TrainAccuracies do
            let at = $"w2=%g{outcome.WeightVariance}-layers=%d{outcome.Layers}"
            Finding.create $"network-accuracy-%s{at}" outcome.Accuracy
            Finding.create $"network-train-accuracy-%s{at}" trained

        for what, differences in
            [ "kernel", evidence.KernelDifferences; "network", evidence.NetworkDifferences ] do
            for one in differences do
                yield!
                    Finding.ofDifference
                        $"%s{what}-difference-%s{DepthFamily.print one.Family}-layers=%d{one.Layers}"
                        "there is none"
                        (Some one.Difference)
    |]

    let private write (runs: NetworkRun list) (evidence: DepthEvidence) : Chapter = {
        Chapter.create Depth.experiment.Name Depth.experiment.Question with
            Answer = answer evidence
            Words = words evidence
            Verdicts = DepthClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Runs = Array.ofList runs
            Charts = DepthCharts.families evidence @ DepthCharts.planes @ DepthCharts.trainability evidence
            Tables = DepthTables.all evidence
    }

    /// What the experiment adds to a run's findings.
    let ofEvidence (runs: Artifact<NetworkRun list>) (evidence: Artifact<DepthEvidence>) : Artifact<Chapter> =
        Artifact.map2 write runs evidence
