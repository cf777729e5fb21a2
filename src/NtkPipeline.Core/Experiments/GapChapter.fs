namespace NtkPipeline.Core

/// What the split of the gap says, in words, tables and charts.
[<RequireQualifiedAccess>]
module GapChapter =

    let private found (evidence: GapEvidence) =
        evidence.Chains
        |> Array.choose (fun chain -> chain.Found |> Option.map (fun (_, split) -> chain, split))

    let private norm (chain: GapChain) = InputScale.words chain.InputScale

    /// The widest networks of each input scale.
    let private widest (evidence: GapEvidence) =
        found evidence
        |> Array.groupBy (fun (chain, _) -> chain.InputScale)
        |> Array.map (snd >> Array.maxBy (fun (chain, _) -> chain.Width))

    let private answer evidence = [
        for chain, split in widest evidence do
            let k, link = GapClaims.largest split

            $"At %s{norm chain}, %s{GapClaims.ends chain} lies rms %s{GapClaims.band split.Rms} from the tuned kernel, and its accuracy differs by %s{VerdictWords.points split.Accuracy}; the largest part of the way, %s{GapClaims.band link.Part}%s{GapClaims.beyond split link.Part}, is %s{snd GapCauses.causes[k]}, which alone changes accuracy by %s{VerdictWords.points link.Accuracy}."
    ]

    let private words (evidence: GapEvidence) = [
        $"A trained network differs from the regression with its infinitely wide kernel in several ways at once. Here one is switched at a time, on %d{evidence.Rows} evenly spaced training rows, and judged on %d{evidence.ValidationRows} validation rows that chose nothing: from the kernel with the ridge that exact leave-one-out chose (λ = %.3g{evidence.RelativeRidge} × mean diagonal), by gradient flow in closed form for the network's time, the same number of full-batch steps, the network's own minibatches in function space, the same steps with its own kernel Θ̂₀ (which trains the linearised network), the network itself from the same weights on the same batches with its first output taken away, with that output, to the mean of all seeds (%s{evidence.Budget})."
        "A chain of differences telescopes, so that accuracies add up exactly. So do functions: the part of a link is its projection on the whole way, ⟨link, whole⟩/‖whole‖ in output units, which is below 0 where a link leads back; these sum to the rms between the two ends. A link's own rms says how far it moves outputs in any direction. The parts belong to this order; another order would give links other shares of what they do together. Bands are over rows and seeds, the ensemble's members held fixed."

        for chain, split in widest evidence do
            let back = split.Links |> Array.indexed |> Array.filter (fun (_, link) -> link.Part.Upper < 0.0)

            if back.Length > 0 then
                let names = back |> Array.map (fun (k, _) -> snd GapCauses.causes[k]) |> String.concat ", "
                $"At %s{norm chain}, m = %d{chain.Width}, part of the way leads back towards the kernel: %s{names}."

        for chain in evidence.Chains do
            if chain.Sound < chain.Networks then
                $"At %s{norm chain}, m = %d{chain.Width}, %d{chain.Networks - chain.Sound} of %s{VerdictWords.networks chain.Networks} diverged, left out here."
    ]

    let private row name (accuracy: Difference) (rms: string) (part: Difference) =
        let points (x: float) = VerdictWords.signed x

        [
            TextCell name
            NumberCell(points accuracy.Value)
            NumberCell $"%s{points accuracy.Lower} … %s{points accuracy.Upper}"
            NumberCell rms
            NumberCell($"%.3f{part.Value}")
            NumberCell $"%.3f{part.Lower} … %.3f{part.Upper}"
        ]

    let private table (chain: GapChain, split: ChainSplit) : ChapterTable = {
        Title = $"Parts of the gap, %s{norm chain}, m = %d{chain.Width}"
        Headings = [
            TextCell "switched on"
            NumberCell "accuracy, points"
            NumberCell "95% band"
            NumberCell "own rms"
            NumberCell "part of the gap"
            NumberCell "95% band"
        ]
        Rows = [
            for k, ((_, cause), link) in Seq.zip GapCauses.causes split.Links |> Seq.indexed do
                if k <> GapCauses.ensembling || chain.Sound > 1 then
                    row cause link.Accuracy $"%.3f{link.Rms}" link.Part
            row
                (if chain.Sound > 1 then
                     "the whole: ensemble less tuned ridge"
                 else
                     "the whole: network less tuned ridge")
                split.Accuracy
                $"%.3f{split.Rms.Value}"
                split.Rms
            [
                TextCell "the rest: whole less parts"
                NumberCell(GapClaims.rest (100.0 * split.RestOfAccuracy))
                NumberCell ""
                NumberCell ""
                NumberCell(GapClaims.rest split.RestOfRms)
                NumberCell ""
            ]
        ]
        Notes = [
            "The parts and the rest add up to the whole; own rms do not, since links may lead in different directions: a part may be larger than the whole, where others lead back."
            if chain.Sound > 1 then
                "What ensembling takes away is the members' scatter, which has no part of the way to their mean: it acts on accuracy."
        ]
    }

    let private ticks (names: string seq) =
        names |> Seq.mapi (fun k name -> float k, name) |> Array.ofSeq |> Some

    let private points pick (split: ChainSplit) =
        split.Links
        |> Array.mapi (fun k link ->
            let part: Difference = pick link
            { X = float k; Y = part.Value; Low = part.Lower; High = part.Upper })

    let private charts (evidence: GapEvidence) : PointChart list =
        let short = GapCauses.causes |> Array.map fst

        [
            for scale, chains in found evidence |> Array.groupBy (fun (chain, _) -> chain.InputScale) do
                let id, at = InputScale.print scale, norm (fst chains[0])

                let chart name title caption vertical horizontal lines = {
                    Id = $"gap-%s{name}-%s{id}"
                    Title = $"%s{title}, %s{at}"
                    Caption = caption
                    Horizontal = { FigureAxis.linear "" with Ticks = ticks horizontal }
                    Vertical = vertical
                    Drawing = Drawing.Lines lines
                }

                let across pick = [
                    PointChart.level "no part" (0.0, float (short.Length - 1)) 0.0
                    for chain, split in chains do
                        {
                            Name = $"m = %d{chain.Width}"
                            Mark = ChartMark.Points
                            Points = points pick split
                        }
                ]

                chart
                    "parts"
                    "Parts of the gap between networks and tuned kernel"
                    "Projection of each link on the whole way, in output units; they sum to the rms between the ends. Bars are 95% bands over rows and seeds."
                    (FigureAxis.linear "part of the rms gap (output units)")
                    short
                    (across _.Part)

                chart
                    "accuracy"
                    "What each cause does to validation accuracy"
                    "Accuracy with the cause less that without it. Bars are 95% bands over rows and seeds."
                    (FigureAxis.share "difference of accuracy (% of rows)")
                    short
                    (across _.Accuracy)

                chart
                    "models"
                    "Validation accuracy along the chain"
                    "From the tuned kernel to the networks and the mean of their outputs, means over seeds."
                    (FigureAxis.share "accuracy (% of rows)")
                    GapCauses.models
                    [
                        for chain, _ in chains do
                            let accuracies = chain.Found |> Option.map fst |> Option.defaultValue [||]

                            accuracies
                            |> Seq.mapi (fun k accuracy -> float k, accuracy)
                            |> PointChart.line $"m = %d{chain.Width}" ChartMark.Measured
                    ]
        ]

    let private findings (evidence: GapEvidence) = [|
        for chain in evidence.Chains do
            let at name = $"%s{name}-%s{InputScale.print chain.InputScale}-m=%d{chain.Width}"
            let reason = "every network diverged"
            let split = Option.map snd chain.Found
            let of' pick = Option.map pick split
            yield! Finding.ofDifference (at "accuracy-whole") reason (of' _.Accuracy)
            yield! Finding.ofDifference (at "rms-whole") reason (of' _.Rms)

            for k, (key, _) in Seq.indexed GapCauses.causes do
                yield! Finding.ofDifference (at $"accuracy-%s{key}") reason (of' _.Links[k].Accuracy)
                yield! Finding.ofDifference (at $"part-%s{key}") reason (of' _.Links[k].Part)

                match of' _.Links[k].Rms with
                | Some rms -> Finding.create (at $"rms-%s{key}") rms
                | None -> Finding.missing (at $"rms-%s{key}") reason
    |]

    let private write (evidence: GapEvidence) : Chapter = {
        Chapter.create GapCauses.experiment.Name GapCauses.experiment.Question with
            Answer = answer evidence
            Words = words evidence
            Verdicts = GapClaims.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = charts evidence
            Tables = found evidence |> Array.map table |> List.ofArray
    }

    /// What the experiment adds to a run's findings.
    let chapter (evidence: Artifact<GapEvidence>) : Artifact<Chapter> = Artifact.map write evidence
