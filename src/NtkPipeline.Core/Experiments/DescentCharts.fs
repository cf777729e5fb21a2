namespace NtkPipeline.Core

/// Test errors through the widths, drawn and listed.
[<RequireQualifiedAccess>]
module DescentCharts =

    let private flipped noise = $"%g{100.0 * noise}%% flipped"

    /// A line of a series: the geometric mean over seeds, with the smallest and the largest seed.
    let private line isGeometric name mark (series: ErrorSeries) : ChartLine = {
        Name = name
        Mark = mark
        Points =
            series.Places
            |> Array.mapi (fun p place ->
                let values = series.Errors |> Array.map (fun errors -> errors[p])
                let point = CurvePoint.ofValues true place values

                if isGeometric then
                    { point with Y = values |> Array.averageBy log |> exp }
                else
                    point)
    }

    /// A vertical guide over the whole of some lines.
    let private guide name place (lines: ChartLine list) : ChartLine list =
        let all = lines |> Seq.collect _.Points |> Array.ofSeq

        if all.Length = 0 then
            []
        else
            let least, most = all |> Array.map _.Low |> Array.min, all |> Array.map _.High |> Array.max
            [ PointChart.line name ChartMark.Guide [ place, least; place, most ] ]

    let private lines pick isGeometric (evidence: DescentEvidence) kind : ChartLine list = [
        for noise in DescentEvidence.noises evidence do
            let of' name mark method' =
                line
                    isGeometric
                    $"%s{name}, %s{flipped noise}"
                    mark
                    (DescentEvidence.series pick noise method' evidence)

            of' "no ridge" ChartMark.Measured (DescentMethod.Ridgeless kind)
            of' "tuned ridge" ChartMark.Followed (DescentMethod.Tuned kind)

            if
                kind = FeatureKind.Gradients
                && evidence.Networks |> Array.exists (fun one -> one.Noise = noise)
            then
                of' "trained network" ChartMark.Measured DescentMethod.Trained
    ]

    let private chart (evidence: DescentEvidence) kind (id, title, pick, isGeometric, axis) : PointChart =
        let lines = lines pick isGeometric evidence kind
        let threshold = DescentEvidence.threshold kind evidence

        let horizontal =
            match kind with
            | FeatureKind.Random -> "features (hidden units m)"
            | FeatureKind.Gradients -> "features (parameters m(d + 1))"

        {
            Id = $"double-descent-%s{id}-%s{FeatureKind.print kind}"
            Title = $"%s{title}: %s{FeatureKind.words kind}"
            Caption =
                "On the validation rows, whose labels are as they came. Lines are means over seeds (geometric ones on the logarithmic axis), with the smallest and the largest seed; the dotted line is where independent features are as many as distinct rows."
            Horizontal = FigureAxis.logarithmic horizontal
            Vertical = axis
            Drawing = Drawing.Lines(lines @ guide "as many as rows" threshold lines)
        }

    let all (evidence: DescentEvidence) : PointChart list = [
        for kind in DescentEvidence.kinds evidence do
            chart
                evidence
                kind
                ("square",
                 "Test error through the threshold",
                 _.Square,
                 true,
                 FigureAxis.logarithmic "mean squared error (targets ±1)")

            chart
                evidence
                kind
                ("wrong",
                 "Error rate through the threshold",
                 _.Wrong,
                 false,
                 FigureAxis.share "wrong (% of rows)")
    ]

    let private mean (values: float[]) = Array.average values
    let private geometric (values: float[]) = values |> Array.averageBy log |> exp

    let private places (evidence: DescentEvidence) kind noise : ChapterTable =
        let curves = DescentEvidence.curves kind noise evidence

        {
            Title = $"Regression on %s{FeatureKind.words kind}, %s{flipped noise}"
            Headings =
                [
                    "width m"
                    "features"
                    "rank"
                    "smallest over largest singular value"
                    "no ridge: error"
                    "wrong"
                    "‖w‖"
                    "on fitted rows"
                    "tuned ridge: error"
                    "wrong"
                    "ridge over mean diagonal"
                ]
                |> List.map NumberCell
            Rows = [
                for p in 0 .. curves[0].Places.Length - 1 do
                    let read pick = curves |> Array.map (fun curve -> pick curve.Places[p])
                    let first = curves[0].Places[p]

                    [
                        string first.Width
                        string first.Features
                        $"%.0f{mean (read (fun place -> float place.Rank))}"
                        $"%.1e{geometric (read _.SmallestSingular)}"
                        DescentClaims.number (geometric (read _.Ridgeless.Square))
                        VerdictWords.percent (mean (read _.Ridgeless.Wrong))
                        DescentClaims.number (geometric (read _.RidgelessNorm))
                        $"%.2g{mean (read _.RidgelessFit)}"
                        $"%.3g{geometric (read _.Tuned.Square)}"
                        VerdictWords.percent (mean (read _.Tuned.Wrong))
                        $"%.2g{geometric (read _.TunedRelativeRidge)}"
                    ]
                    |> List.map NumberCell
            ]
            Notes = [
                "Means over seeds, geometric ones but for ranks and shares. Errors are means of squares. A singular value counts as 0 up to max(N, P) · 2⁻⁵² of the largest, LAPACK's rule."
            ]
        }

    let private networks (evidence: DescentEvidence) noise : ChapterTable =
        let runs = evidence.Networks |> Array.filter (fun one -> one.Noise = noise)

        {
            Title = $"Trained networks, %s{flipped noise}"
            Headings =
                [
                    "width m"
                    "parameters"
                    "steps"
                    "error on fitted rows"
                    "error"
                    "wrong"
                    "diverged"
                ]
                |> List.map NumberCell
            Rows = [
                for p in 0 .. runs[0].Networks.Length - 1 do
                    let own = runs |> Array.map (fun run -> run.Networks[p])
                    let sound = own |> Array.choose _.Test

                    let show (pick: TestError -> float) (print: float -> string) =
                        if sound.Length = 0 then "–" else print (sound |> Array.averageBy pick)

                    [
                        string own[0].Width
                        string own[0].Parameters
                        $"%.0f{own |> Array.averageBy (fun one -> float one.Steps)}"
                        match own |> Array.choose _.Fit with
                        | [||] -> "–"
                        | fits -> $"%.2g{mean fits}"
                        show _.Square (fun x -> $"%.3g{x}")
                        show _.Wrong VerdictWords.percent
                        string (own.Length - sound.Length)
                    ]
                    |> List.map NumberCell
            ]
            Notes = [
                "Means over the seeds that did not diverge. Where the error on fitted rows is not small, the steps ran out."
            ]
        }

    let tables (evidence: DescentEvidence) : ChapterTable list = [
        for kind in DescentEvidence.kinds evidence do
            for noise in DescentEvidence.noises evidence do
                places evidence kind noise

        for noise in evidence.Networks |> Array.map _.Noise |> Array.distinct |> Array.sort do
            networks evidence noise
    ]
