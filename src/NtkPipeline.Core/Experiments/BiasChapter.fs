namespace NtkPipeline.Core

/// What is known of where optimisers end, in words, charts and numbers.
[<RequireQualifiedAccess>]
module BiasChapter =

    let private widest (evidence: BiasEvidence) isLinear =
        evidence.Falls
        |> Array.filter (fun fall -> OptimiserKind.isLinear fall.Kind = isLinear && fall.OwnWidest.Length > 0)
        |> Array.sortBy (fun fall -> Array.average fall.OwnWidest)

    let private percent (fall: BiasFall) = VerdictWords.percent (Array.average fall.OwnWidest)

    let private answer (evidence: BiasEvidence) = [
        match Array.tryHead (widest evidence true), Array.tryLast (widest evidence false) with
        | Some near, Some far ->
            let more =
                match far.Excess with
                | Some excess -> $", %s{VerdictWords.points excess} further"
                | None -> ""

            $"Fitted to the last of %d{evidence.Rows} rows, networks of m = %d{evidence.Widest} end %s{percent near} of its size from the solution of least norm of their own first kernel by %s{OptimiserKind.print near.Kind}, and %s{percent far} by %s{OptimiserKind.print far.Kind}%s{more}: the kernel stands for the optimiser as much as for the network."
        | Some near, None ->
            $"Fitted to the last of %d{evidence.Rows} rows, networks of m = %d{evidence.Widest} end %s{percent near} of its size from the solution of least norm of their own first kernel by %s{OptimiserKind.print near.Kind}."
        | None, _ -> ()
    ]

    let private words (evidence: BiasEvidence) = [
        $"An overparameterised network can fit its rows in many ways, and the optimiser chooses among them. %d{evidence.Rows} training rows, spread over all and no two of them too close, were fitted by centred networks (%s{evidence.Budget}); steps of Adam and sign descent, which do not shrink with the gradients, shrink evenly to 0, so that they end somewhere. Ends are compared on %d{evidence.ValidationRows} validation rows with the infinite-width kernel's ridgeless regression, the function of least norm that fits every row, and with that of each network's own kernel at its first weights."
        "Stopped early, training is held against ridge regressions of every λ on a fine grid: for gradient flow the two filters, 1 − e^{−Λt/N} and Λ/(Λ + λ), agree best near λ = N/(ηt). The first steps are held against what each optimiser's own rule does to the linearised network, and against Θ̂₀. What counts as near, from which kernel it is measured, and that early stopping is judged only where N/(ηt) ≥ Λ_min, were settled on real tweets after a first look at them; no band counts that."

        match evidence.Support with
        | Some support ->
            $"On the cross-entropy outputs grow without end and only directions can be compared: with the function of the greatest margin, at which %d{support} of %d{evidence.Rows} rows stand; with the solution of least norm, which is the same where all do; and with the kernel trained by the same steps. Such directions are known to be approached as slowly as 1/log t."
        | None -> ()

        match evidence.NoMargin with
        | Some reason -> $"The greatest margin was not found: %s{reason}."
        | None -> ()
    ]

    let private perKind items name (line: 'a -> (float * float) seq) mark = [
        for item in items -> PointChart.line (name item) mark (line item)
    ]

    let private positive = Seq.filter (fun (_, y) -> y > 0.0)

    let private charts (evidence: BiasEvidence) : PointChart list =
        let chart id title caption horizontal vertical lines = {
            Id = $"implicit-bias-%s{id}"
            Title = title
            Caption = caption
            Horizontal = horizontal
            Vertical = vertical
            Drawing = Drawing.Lines lines
        }

        [
            chart
                "distance"
                "Distance of the end from the kernel's solution of least norm"
                "rms(f − f*)/rms(f*) on the validation rows, the mean of all seeds, the smallest and the largest."
                (FigureAxis.logarithmic "width m (hidden units)")
                (FigureAxis.logarithmicShare "distance (% of f*'s size)")
                [
                    for kind, ends in evidence.Ends |> Array.groupBy _.Kind do
                        {
                            Name = OptimiserKind.print kind
                            Mark = ChartMark.Measured
                            Points = [|
                                for e in ends do
                                    if e.Distances.Length > 0 then
                                        CurvePoint.ofValues true (float e.Width) e.Distances
                            |]
                        }
                ]

            if evidence.Stoppings.Length > 0 then
                chart
                    "stopping"
                    "The ridge that is nearest to training stopped early"
                    "λ over the mean diagonal; theory's N/(ηt) dashed. Time in steps of plain descent."
                    (FigureAxis.logarithmic "training time t (steps)")
                    (FigureAxis.logarithmic "λ (× mean diagonal)")
                    [
                        yield!
                            perKind
                                evidence.Stoppings
                                (_.Kind >> OptimiserKind.print)
                                (fun stopping ->
                                    stopping.Stops |> Seq.map (fun stop -> stop.Time, stop.Ridge))
                                ChartMark.Measured

                        evidence.Stoppings
                        |> Seq.collect _.Stops
                        |> Seq.map (fun stop -> stop.Time, stop.Theory)
                        |> Seq.distinct
                        |> Seq.sort
                        |> PointChart.line "N/(ηt)" ChartMark.Theory
                    ]

            let turning = evidence.Turns |> Array.filter (fun turn -> turn.Turned.IsSome)

            if turning.Length > 0 then
                chart
                    "margin"
                    "Angle between the network and the function of the greatest margin"
                    "On the cross-entropy, on the validation rows; means over seeds."
                    (FigureAxis.logarithmic "steps")
                    (FigureAxis.linear "angle (degrees)")
                    (perKind
                        turning
                        (_.Kind >> OptimiserKind.print)
                        (fun turn ->
                            turn.Angles
                            |> Seq.choose (fun a ->
                                a.ToMargin |> Option.map (fun angle -> float a.Step, angle)))
                        ChartMark.Measured)

            let predicted =
                evidence.Predictions
                |> Array.filter (fun p -> p.Steps.Length > 0 && not (OptimiserKind.isLinear p.Kind))

            if predicted.Length > 0 then
                let named (p: BiasPrediction) =
                    OptimiserKind.print p.Kind + (if p.IsSingle then ", single rows" else "")

                let errors pick (p: BiasPrediction) =
                    Seq.zip (Seq.map float p.Steps) (pick p: float[]) |> positive

                chart
                    "prediction"
                    "First steps beside what is predicted of them"
                    "Relative error of the optimiser's own kernel, and of Θ̂₀ stretched as fits best."
                    (FigureAxis.logarithmic "steps")
                    (FigureAxis.logarithmicShare "error (% of the change)")
                    (perKind predicted (named >> sprintf "%s: own kernel") (errors _.Own) ChartMark.Measured
                     @ perKind predicted (named >> sprintf "%s: Θ̂₀") (errors _.Tangent) ChartMark.Points)
        ]

    let private write (evidence: BiasEvidence) : Chapter = {
        Chapter.create ImplicitBias.experiment.Name ImplicitBias.experiment.Question with
            Answer = answer evidence
            Words = words evidence
            Verdicts = BiasClaims.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = BiasTables.findings evidence
            Charts = charts evidence
            Tables = BiasTables.all evidence
    }

    /// What the experiment adds to a run's findings.
    let chapter (evidence: Artifact<BiasEvidence>) : Artifact<Chapter> = Artifact.map write evidence
