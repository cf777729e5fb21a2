namespace NtkPipeline.Core

/// Charts of feature learning: what moves inside a network, beyond what a fixed kernel allows.
[<RequireQualifiedAccess>]
module FeatureFigures =

    let private last (pick: EpochMeasures -> 'a) (run: NetworkRun) =
        Array.tryLast run.Epochs |> Option.map pick

    let private first (pick: EpochMeasures -> 'a) (run: NetworkRun) =
        Array.tryHead run.Epochs |> Option.map pick

    let private weightMovement (findings: Findings) : Figure =
        let layers =
            findings.Networks
            |> Seq.collect _.Epochs
            |> Seq.fold (fun most measures -> max most measures.WeightMovement.Length) 0

        {
            Id = "weight-movement"
            Title = "Movement of the weights"
            Caption =
                "‖W_T − W₀‖/‖W₀‖ of each layer, input side first. A lazy network fits its targets by moving every weight a little."
            Chart =
                Plot.lines
                    (WidthAxis.axis (WidthSeries.widths findings))
                    (FigureAxis.logarithmicShare "movement (% of ‖W₀‖)")
                    [
                        for place, series in Array.indexed (WidthSeries.main findings) do
                            for layer in 0 .. layers - 1 do
                                {
                                    FigureSeries.create
                                        $"layer %d{layer + 1}, %s{Show.inputScale series.Spec.InputScale}"
                                        (Palette.category place)
                                        (series
                                         |> WidthSeries.byWidth (
                                             last (fun measures ->
                                                 Array.tryItem layer measures.WeightMovement)
                                             >> Option.flatten
                                         )) with
                                        Symbol = Some(Palette.symbol layer)
                                        Dash = (if layer % 2 = 0 then LineDash.Solid else LineDash.Dotted)
                                        Spread = Bars
                                }
                    ]
        }

    let private flippedGates (findings: Findings) : Figure = {
        Id = "flipped-gates"
        Title = "Gates that flipped"
        Caption =
            "Share of (row, hidden unit) pairs of the probe that were on and are off, or the reverse, after the last epoch. A fixed kernel has fixed gates. Networks without a ReLU or its like have none."
        Chart =
            Plot.lines
                (WidthAxis.axis (WidthSeries.widths findings))
                (FigureAxis.share "flipped gates (% of all pairs)")
                [
                    for place, series in Array.indexed (WidthSeries.main findings) do
                        {
                            FigureSeries.create
                                (Show.inputScale series.Spec.InputScale)
                                (Palette.category place)
                                (WidthSeries.byWidth (last _.FlippedGates >> Option.flatten) series) with
                                Symbol = Some(Palette.symbol place)
                                Spread = Bars
                        }
                ]
    }

    /// A quantity before training (dotted) and after it, by width.
    let private beforeAndAfter
        id
        title
        caption
        unit
        (pick: EpochMeasures -> float option)
        (findings: Findings)
        : Figure = {
        Id = id
        Title = title
        Caption = caption
        Chart =
            Plot.lines (WidthAxis.axis (WidthSeries.widths findings)) (FigureAxis.linear unit) [
                for place, series in Array.indexed (WidthSeries.main findings) do
                    let name = Show.inputScale series.Spec.InputScale

                    {
                        FigureSeries.create
                            $"before, %s{name}"
                            (Palette.category place)
                            (WidthSeries.byWidth (first pick >> Option.flatten) series) with
                            Dash = LineDash.Dotted
                    }

                    {
                        FigureSeries.create
                            $"after, %s{name}"
                            (Palette.category place)
                            (WidthSeries.byWidth (last pick >> Option.flatten) series) with
                            Symbol = Some(Palette.symbol place)
                            Spread = Bars
                    }
            ]
    }

    /// Weights, gates, alignment and rank against width.
    let evidence (findings: Findings) : Figure list = [
        weightMovement findings
        flippedGates findings
        beforeAndAfter
            "alignment-targets"
            "Alignment of the tangent kernel with the targets"
            "Centred kernel alignment of Θ̂ with yyᵀ on the probe, 0 to 1. Where it rises, the network has bent its kernel towards the task: it has learnt features."
            "alignment (0 to 1)"
            (fun measures -> Some measures.AlignmentWithTargets)
            findings
        beforeAndAfter
            "effective-rank"
            "Effective rank of the tangent kernel"
            "exp of the entropy of the probe kernel's eigenvalues: how many directions it really uses. Feature learning spends it on few directions."
            "effective rank (directions)"
            _.EffectiveRank
            findings
    ]

    let private spectrum (place: int) (series: WidthSeries) : Figure option =
        let runs =
            series.Groups
            |> Array.choose (fun group -> WidthSeries.sound group.Spec.Width series |> Array.tryHead)

        if runs.Length = 0 then
            None
        else
            let chosen = [ runs[0]; Array.last runs ] |> List.distinctBy _.Spec.Width

            let line k (run: NetworkRun) when' dash (values: float[]) = {
                FigureSeries.create
                    $"m = %d{run.Spec.Width}, %s{when'}"
                    (Palette.category k)
                    (values
                     |> Array.mapi (fun rank value -> FigureSeries.point (float (rank + 1)) value)
                     |> FigureSeries.thin 150) with
                    Dash = dash
            }

            Some {
                Id = $"spectrum-%d{place}"
                Title = $"Spectrum before and after (%s{WidthSeries.label series})"
                Caption =
                    "Largest eigenvalues of the tangent kernel on the probe rows, for the narrowest and the widest network (first seed)."
                Chart =
                    Plot.lines
                        (FigureAxis.logarithmic "rank of the eigenvalue (largest first)")
                        (FigureAxis.logarithmic "eigenvalue of Θ̂ (kernel units)")
                        [
                            for k, run in List.indexed chosen do
                                line k run "before" LineDash.Dotted run.SpectrumInitial
                                line k run "after" LineDash.Solid run.SpectrumFinal
                        ]
            }

    /// The probe kernel's eigenvalues, for each input scale.
    let spectra (findings: Findings) : Figure list =
        WidthSeries.main findings |> Array.mapi spectrum |> Array.choose id |> List.ofArray
