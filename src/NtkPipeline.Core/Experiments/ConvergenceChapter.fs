namespace NtkPipeline.Core

open System.Text.RegularExpressions

/// What `Convergence` adds to a run's findings.
[<RequireQualifiedAccess>]
module ConvergenceChapter =

    /// "weight-movement-1": layers count from 1, as everywhere in results.csv.
    let private kebab (quantity: Quantity) =
        let text =
            Regex.Replace(Quantity.print quantity, "[A-Z]", fun found -> "-" + found.Value.ToLowerInvariant())

        Regex.Replace(text, "[0-9]+$", fun found -> $"-%d{int found.Value + 1}")

    let private timed (family: LawFamily) (law: WidthLaw) =
        if law.Time = 0 then
            "before training"
        else
            $"after %d{law.Time} %s{family.Unit}"

    let private findings (families: LawFamily[]) (evidence: BandEvidence) : Finding[] = [|
        for family in families do
            for law in family.Laws do
                let name = $"%s{family.Key}-%s{kebab law.Quantity}"
                let time = if law.Time = 0 then "" else $"-after-%d{law.Time}-%s{family.Unit}"
                yield! Finding.ofFit $"%s{name}-exponent%s{time}" law.Fit

                for place in law.Places do
                    Finding.create $"%s{name}-m=%d{place.Width}%s{time}" place.Mean

        for time in evidence.Times do
            let after = $"after-%d{time.Steps}-steps"
            yield! Finding.ofDifference $"band-inside-share-%s{after}" "" (Some time.Inside)
            Finding.create $"band-mean-z-squared-%s{after}" time.MeanSquare
            Finding.create $"band-mean-z-squared-limit-%s{after}" time.Limit
            Finding.create $"band-width-%s{after}" time.Width
    |]

    let private fitOf (family: LawFamily) quantity =
        family.Of quantity
        |> Array.tryLast
        |> Option.bind (fun law -> law.Fit |> Option.map (fun fit -> law, fit))

    /// For the head of the report.
    let private answer (family: LawFamily) : string list = [
        match fitOf family Quantity.GapToKernel with
        | Some(law, fit) ->
            let widest = Array.last law.Places

            $"A network of m = %d{widest.Width} that starts from 0 lies %.3f{widest.Mean} from its kernel (rms over validation tweets, targets ±1, %s{timed family law}), and that distance falls with the width as %s{LawClaims.fitWords fit}; theory says m^−½."
        | None -> ()
    ]

    let private seen (family: LawFamily) =
        let say quantity words =
            match fitOf family quantity with
            | Some(law, fit) -> [ $"%s{words} ∝ %s{LawClaims.fitWords fit} %s{timed family law}" ]
            | None -> []

        let all =
            say Quantity.InitKernelError "‖Θ̂₀ − Θ‖"
            @ say Quantity.GapToKernel "the distance from the trained kernel"
            @ say Quantity.DeltaTheta "ΔΘ"
            @ say Quantity.GapToLinearised "the distance from the linearised network"
            @ say (Quantity.FeatureMovement 0) "the movement of the first layer's features"

        let lost =
            if family.Diverged = 0 then
                ""
            else
                $" Of %s{VerdictWords.networks family.Networks} %d{family.Diverged} diverged, left out from then on."

        match all with
        | [] -> $"No power law could be fitted.%s{lost}"
        | all -> $"""What was seen: %s{String.concat "; " all}.%s{lost}"""

    let private words (families: LawFamily[]) (evidence: BandEvidence) : string list = [
        "As its width m grows, a network in NTK parameterisation should become linear in its weights, with a kernel that is fixed before training (Jacot, Gabriel & Hongler 2018; Lee et al. 2019). How fast? By chance alone the kernel of m random units is off its limit by m^−½, and so is whatever descends by it; how far weights, gates, features and kernel move while training is bounded by m^−½ too, and may fall faster."
        $"Networks of several widths and seeds were trained on a part of the rows, evenly spaced, by full-batch descent, beside the infinitely wide kernel and beside their own linearisation by the very same steps (%s{families[0].Setting}). Nothing was chosen on validation rows: they are where distances between functions are measured."
        seen families[0]
        $"""Networks that are not centred are random functions before training and, at infinite width, Gaussian ones at every step of it. Their mean and variance have a closed form, from both kernels; %s{VerdictWords.count "trained network" evidence.Networks} are laid over it. Nothing was fitted to them."""
    ]

    let private write values (own: NetworkRun list, families: LawFamily[], evidence: BandEvidence) : Chapter = {
        Chapter.create Convergence.experiment.Name Convergence.experiment.Question with
            Answer = answer families[0]
            Words = words families evidence
            Verdicts = [|
                for claim in Convergence.claims values do
                    yield! claim.Judge families[0]
                for claim in Convergence.bandClaims values do
                    yield! claim.Judge evidence
            |]
            Findings = findings families evidence
            Runs = Array.ofList own
            Charts = ConvergenceCharts.laws families[0] @ ConvergenceCharts.band evidence
            Tables = ConvergenceTables.laws families @ [ ConvergenceTables.band evidence ]
    }

    /// From the grid's networks, all laws and the band.
    let chapter
        (values: Map<string, string>)
        (own: Artifact<NetworkRun list>)
        (families: Artifact<LawFamily[]>)
        (evidence: Artifact<BandEvidence>)
        : Artifact<Chapter> =
        Artifact.map3
            (fun own families evidence -> write values (own, families, evidence))
            own
            families
            evidence
