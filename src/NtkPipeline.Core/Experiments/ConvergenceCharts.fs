namespace NtkPipeline.Core

/// Charts of `Convergence`: laws in the width, and theory's band through training.
[<RequireQualifiedAccess>]
module ConvergenceCharts =

    let private timed (family: LawFamily) (law: WidthLaw) =
        if law.Time = 0 then
            "before training"
        else
            $"after %d{law.Time} %s{family.Unit}"

    let private widthAxis (places: LawPlace seq) = {
        FigureAxis.logarithmic "width m (hidden units)" with
            Ticks =
                Some [|
                    for width in places |> Seq.map _.Width |> Seq.distinct |> Seq.sort ->
                        float width, string width
                |]
    }

    let private line (name: string) (law: WidthLaw) : ChartLine = {
        Name = name
        Mark = ChartMark.Measured
        Points = [|
            for place in law.Places ->
                { X = float place.Width; Y = place.Mean; Low = place.Least; High = place.Most }
        |]
    }

    /// m^−½ through the widest place of a law: its slope is theory's, its height is not.
    let private guide (law: WidthLaw) : ChartLine =
        let last = Array.last law.Places
        let at (width: int) = float width, last.Mean * sqrt (float last.Width / float width)
        PointChart.line "∝ m^−½ (slope alone)" ChartMark.Theory [ at law.Places[0].Width; at last.Width ]

    let private chart (family: LawFamily) id title caption (laws: (string * WidthLaw)[]) : PointChart list =
        if laws.Length = 0 then
            []
        else
            let all = laws |> Array.map snd

            [
                {
                    Id = $"convergence-%s{id}"
                    Title = title
                    Caption =
                        $"%s{caption} Geometric mean over seeds; bars reach from the least to the greatest. %s{family.Setting}."
                    Horizontal = widthAxis (all |> Seq.collect _.Places)
                    Vertical = FigureAxis.ofQuantity all[0].Quantity
                    Drawing =
                        Drawing.Lines [
                            for name, law in laws do
                                line name law
                            guide (Array.last all)
                        ]
                }
            ]

    let laws (family: LawFamily) : PointChart list =
        let timed quantity = family.Of quantity |> Array.map (fun law -> timed family law, law)

        /// Of every layer, at the last time.
        let layered (word: string) =
            family.Laws
            |> Array.filter (fun law -> (Quantity.print law.Quantity).StartsWith word)
            |> Array.groupBy _.Quantity
            |> Array.mapi (fun layer (_, laws) -> $"layer %d{layer + 1}", Array.last laws)

        [
            yield!
                chart
                    family
                    "init"
                    "The kernel at random against its limit"
                    "‖Θ̂₀ − Θ‖/‖Θ‖ before training."
                    (timed Quantity.InitKernelError)
            yield!
                chart
                    family
                    "delta"
                    "Movement of the kernel against width"
                    "ΔΘ on the probe rows."
                    (timed Quantity.DeltaTheta)
            yield!
                chart
                    family
                    "gap-kernel"
                    "Distance from the trained kernel against width"
                    "Root mean square of f_t − f_kernel,t on the validation rows, both trained by the same steps."
                    (timed Quantity.GapToKernel)
            yield!
                chart
                    family
                    "gap-linearised"
                    "Distance from the linearised network against width"
                    "Root mean square of f_t − f_lin,t on the validation rows, both trained by the same steps."
                    (timed Quantity.GapToLinearised)
            yield!
                chart
                    family
                    "weights"
                    "Movement of the weights against width"
                    "‖W_t − W₀‖/‖W₀‖ after the last step."
                    (layered "weightMovement")
            yield!
                chart
                    family
                    "features"
                    "Movement of the features against width"
                    "‖h_t − h₀‖/‖h₀‖ of each hidden layer on the probe rows, after the last step."
                    (layered "featureMovement")
            yield!
                chart
                    family
                    "gates"
                    "Flipped gates against width"
                    "Share of (row, unit) pairs of the probe whose gate has changed."
                    (timed Quantity.FlippedGates)
        ]

    let private theory name (steps: int[]) (moments: MeanDeviation[]) : ChartLine = {
        Name = name
        Mark = ChartMark.Theory
        Points =
            Array.map2
                (fun (step: int) (law: MeanDeviation) -> {
                    X = float step
                    Y = law.Mean
                    Low = law.Mean - 2.0 * law.Deviation
                    High = law.Mean + 2.0 * law.Deviation
                })
                steps
                moments
    }

    let private networks (evidence: BandEvidence) name (outputs: float[][]) : ChartLine =
        PointChart.line name ChartMark.Points [
            for step, values in Array.zip evidence.Steps outputs do
                for value in values -> float step, value
        ]

    let private stepAxis = FigureAxis.logarithmic "steps of full-batch descent"

    let band (evidence: BandEvidence) : PointChart list =
        let trained = $"%d{evidence.Networks} networks of m = %d{evidence.Width}"

        let caption what =
            $"%s{what} The dashed line and its band are theory's mean and two standard deviations, in closed form (Lee et al. 2019, eq. 14–16); points are really trained networks. %s{evidence.Setting}."

        let loss name (path: LossPath) = [
            theory $"theory, %s{name} rows" evidence.TheorySteps path.Theory
            networks evidence $"%s{trained}, %s{name} rows" path.Networks
        ]

        [
            {
                Id = "convergence-band"
                Title = "Outputs of single tweets through training, and theory's band"
                Caption =
                    caption
                        "f_t of validation tweets whose outputs theory expects lowest, highest, and at the thirds between: the slider goes through them."
                Horizontal = stepAxis
                Vertical = FigureAxis.linear "f_t (targets are ±1)"
                Drawing =
                    Drawing.Frames(
                        [],
                        [
                            for tweet in evidence.Tweets ->
                                $"tweet %s{RowId.text tweet.Id}",
                                [
                                    theory "theory: mean ± 2 s.d." evidence.TheorySteps tweet.Theory
                                    networks evidence trained tweet.Networks
                                ]
                        ]
                    )
            }
            {
                Id = "convergence-loss-band"
                Title = "The mean loss through training, and theory's band"
                Caption =
                    caption
                        "½·mean((f_t − y)²) on training and on validation rows: a quadratic form of Gaussian outputs, whose mean and variance are exact."
                Horizontal = stepAxis
                Vertical = FigureAxis.linear "loss (½ mean squared error)"
                Drawing =
                    Drawing.Lines(
                        loss "training" evidence.TrainLoss @ loss "validation" evidence.ValidationLoss
                    )
            }
        ]
