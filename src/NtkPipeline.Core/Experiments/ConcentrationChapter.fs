namespace NtkPipeline.Core

/// What `Concentration` adds to a run's findings.
[<RequireQualifiedAccess>]
module ConcentrationChapter =

    let private widthAxis = FigureAxis.logarithmic "width m (hidden units)"

    let private errorChart (evidence: ConcentrationEvidence) : PointChart =
        let line (name, law: WidthLaw) : ChartLine = {
            Name = name
            Mark = ChartMark.Measured
            Points = [|
                for place in law.Places ->
                    { X = float place.Width; Y = place.Mean; Low = place.Least; High = place.Most }
            |]
        }

        let guide =
            let _, law = evidence.Errors[0]
            let last = Array.last law.Places
            let at (width: int) = float width, last.Mean * sqrt (float last.Width / float width)
            PointChart.line "∝ m^−½ (slope alone)" ChartMark.Theory [ at law.Places[0].Width; at last.Width ]

        {
            Id = "concentration-errors"
            Title = "Entries of the kernel at random against their limits"
            Caption =
                $"Quantiles of |Θ̂₀(x, z) − Θ(x, z)| over all pairs of training rows, over the mean of Θ(x, x). Geometric mean over seeds; bars reach from the least to the greatest. %s{evidence.Setting}."
            Horizontal = widthAxis
            Vertical = FigureAxis.logarithmicShare "|Θ̂₀ − Θ| (% of mean Θ(x, x))"
            Drawing = Drawing.Lines [ yield! evidence.Errors |> Seq.map line; guide ]
        }

    let private pairChart (evidence: ConcentrationEvidence) : PointChart =
        let line name (widths: PairedWidth[]) : ChartLine = {
            Name = name
            Mark = ChartMark.Measured
            Points = [|
                for paired in widths ->
                    {
                        X = float paired.Width
                        Y = 1.0 - paired.Agreement.Value
                        Low = 1.0 - paired.Agreement.Upper
                        High = 1.0 - paired.Agreement.Lower
                    }
            |]
        }

        {
            Id = "concentration-pairs"
            Title = "Tweets on which a network and its own first kernel disagree"
            Caption =
                $"Share of validation tweets that a trained network and kernel regression with its Θ̂₀ put on different sides. Bars are 95%% bands over seeds and tweets. %s{evidence.Setting}."
            Horizontal = widthAxis
            Vertical = FigureAxis.share "disagreement (% of tweets)"
            Drawing =
                Drawing.Lines [
                    line "descent with Θ̂₀, same steps" evidence.Stopped
                    line "ridge regression with Θ̂₀" evidence.Ridge
                ]
        }

    let private table (evidence: ConcentrationEvidence) : ChapterTable = {
        Title = "Trained networks and regression with their own first kernels, by tweet"
        Headings = [
            TextCell "kernel"
            NumberCell "m"
            NumberCell "seeds"
            NumberCell "agree"
            NumberCell "rms"
            NumberCell "network alone right"
            NumberCell "kernel alone right"
            NumberCell "network less kernel"
        ]
        Rows = [
            for name, widths in [ "Θ̂₀, same steps", evidence.Stopped; "Θ̂₀, ridge", evidence.Ridge ] do
                for paired in widths ->
                    [
                        TextCell name
                        NumberCell(string paired.Width)
                        NumberCell(string paired.Seeds)
                        NumberCell(VerdictWords.percent paired.Agreement.Value)
                        NumberCell $"%.3f{paired.Rms}"
                        NumberCell $"%.1f{paired.NetworkAlone}"
                        NumberCell $"%.1f{paired.KernelAlone}"
                        NumberCell(VerdictWords.points paired.Gain)
                    ]
        ]
        Notes = [
            "Each network is paired with its own kernel on the same tweets; counts are means over seeds. Bands are a bootstrap over seeds and tweets. The ridge is that of the analytic kernel's regression on the same rows, relative to the mean diagonal: nothing was chosen here."
        ]
    }

    let private findings (evidence: ConcentrationEvidence) : Finding[] = [|
        for name, law in evidence.Errors do
            let name = name.Replace("%", "-percent")
            yield! Finding.ofFit $"kernel-error-%s{name}-exponent" law.Fit

            for place in law.Places do
                Finding.create $"kernel-error-%s{name}-m=%d{place.Width}" place.Mean

        for name, widths in [ "same-steps", evidence.Stopped; "ridge", evidence.Ridge ] do
            for paired in widths do
                let at metric = $"%s{name}-%s{metric}-m=%d{paired.Width}"
                yield! Finding.ofDifference (at "agreement") "" (Some paired.Agreement)
                Finding.create (at "rms") paired.Rms
                Finding.create (at "network-alone-right") paired.NetworkAlone
                Finding.create (at "kernel-alone-right") paired.KernelAlone
                yield! Finding.ofDifference (at "accuracy-difference") "" (Some paired.Gain)
    |]

    let private answer (evidence: ConcentrationEvidence) : string list = [
        match Array.tryLast evidence.Stopped with
        | Some last ->
            $"At m = %d{last.Width} a trained network and regression with the kernel that it had before training, stopped at the same step, agree on %s{VerdictWords.percent last.Agreement.Value} of validation tweets, and their accuracies differ by %s{VerdictWords.points last.Gain}."
        | None -> ()
    ]

    let private seen (evidence: ConcentrationEvidence) =
        let _, law = Array.last evidence.Errors
        let first, last = law.Places[0], Array.last law.Places

        let lost =
            if evidence.Diverged = 0 then
                ""
            else
                $" %d{evidence.Diverged} of %s{VerdictWords.networks evidence.Networks} diverged, without an outcome to be paired."

        $"The worst of all pairs of rows was off its limit by %s{VerdictWords.percent first.Mean} of the mean diagonal at m = %d{first.Width} and by %s{VerdictWords.percent last.Mean} at m = %d{last.Width}.%s{lost}"

    let private write
        (values: Map<string, string>)
        (compare: CompareSettings)
        (evidence: ConcentrationEvidence)
        : Chapter = {
        Chapter.create Concentration.experiment.Name Concentration.experiment.Question with
            Answer = answer evidence
            Words = [
                "Arora et al. (2019) prove two things of wide networks: every entry of the tangent kernel at random is near its limit, with an error of m^−½ but for logarithms, and a network that is trained is then kernel regression. A norm may hide single bad pairs, and one accuracy may hide that different tweets are got right; so here are quantiles over pairs, and tweets paired one by one."
                $"Networks were trained by full-batch descent on a part of the rows (%s{evidence.Setting}). Each is held against its own kernel before training, Θ̂₀: against descent in function space for as many steps, of which it can differ only by moving its kernel, and against ridge regression. Nothing was chosen on validation tweets."
                seen evidence
            ]
            Verdicts = [|
                for claim in
                    ConcentrationEvidence.claims
                        (Setting.real values "concentration.tolerance")
                        (Setting.real values "concentration.disagreement")
                        compare.Margin do
                    yield! claim.Judge evidence
            |]
            Findings = findings evidence
            Charts = [ errorChart evidence; pairChart evidence ]
            Tables = [ table evidence ]
    }

    let chapter
        (values: Map<string, string>)
        (compare: CompareSettings)
        (evidence: Artifact<ConcentrationEvidence>)
        : Artifact<Chapter> =
        Artifact.map (write values compare) evidence
