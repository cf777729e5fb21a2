namespace NtkPipeline.Core

open DynamicObj
open Plotly.NET
open Plotly.NET.LayoutObjects

/// Tangent kernels before and after training beside their limit, entry by entry.
[<RequireQualifiedAccess>]
module ProbeFigures =

    /// What the panels hold, from left to right and from the top.
    let panels (probe: ProbeKernels) : (string * float32[]) list = [
        "Θ, infinite width", probe.Limit
        "Θ̂₀, before training", probe.Initial
        "|Θ̂_T − Θ̂₀|, what moved", Array.map2 (fun a b -> abs (a - b)) probe.Final probe.Initial
        "Θ̂_T, after training", probe.Final
    ]

    /// The entries as rows of a picture.
    let private square (size: int) (values: float32[]) =
        Array.init size (fun i ->
            Array.init size (fun j -> FigureSeries.round 4 (float values[i * size + j])))

    let private trace (size: int) k (name: string, values: float32[]) : Trace =
        let picture =
            Trace2D.initHeatmap (Trace2DStyle.Heatmap(Z = square size values, Name = PlotLayout.text name))

        let place = if k = 0 then "" else string (k + 1)
        picture?xaxis <- $"x%s{place}"
        picture?yaxis <- $"y%s{place}"
        picture?coloraxis <- "coloraxis"

        picture?hovertemplate <-
            $"%s{PlotLayout.text name}, rows %%{{y}} and %%{{x}}: %%{{z:.4~g}}<extra></extra>"

        picture

    /// The axes of four panels in a square, with one scale of colours.
    let private layout (names: string list) (layout: Layout) : Layout =
        let across k name =
            let left = if k % 2 = 0 then 0.0 else 0.54

            LinearAxis.init (
                Title = Title.init (Text = PlotLayout.text name, Font = Font.init (Size = 12.0)),
                Domain = StyleParam.Range.MinMax(left, left + 0.46),
                Anchor = StyleParam.LinearAxisId.Y(k + 1),
                Constrain = StyleParam.AxisConstraint.Domain,
                ShowTickLabels = false,
                ShowGrid = false,
                GridColor = Color.fromString Palette.grid,
                ZeroLine = false
            )

        let down k =
            let bottom = if k < 2 then 0.56 else 0.0

            LinearAxis.init (
                Title = Title.init (Text = (if k % 2 = 0 then "rows, by target" else "")),
                Domain = StyleParam.Range.MinMax(bottom, bottom + 0.44),
                Anchor = StyleParam.LinearAxisId.X(k + 1),
                ScaleAnchor = StyleParam.ScaleAnchor.X(k + 1),
                Constrain = StyleParam.AxisConstraint.Domain,
                AutoRange = StyleParam.AutoRange.Reversed,
                ShowTickLabels = false,
                ShowGrid = false,
                GridColor = Color.fromString Palette.grid,
                ZeroLine = false
            )

        let colours =
            ColorAxis.init (
                ColorScale = StyleParam.Colorscale.Viridis,
                ColorBar =
                    ColorBar.init (
                        Title = Title.init (Text = "kernel units", Side = StyleParam.Side.Right),
                        Thickness = 14.0
                    )
            )

        let folder layout (k, name) =
            layout
            |> Layout.updateLinearAxisById (StyleParam.SubPlotId.XAxis(k + 1), across k name)
            |> Layout.updateLinearAxisById (StyleParam.SubPlotId.YAxis(k + 1), down k)

        List.indexed names
        |> List.fold folder layout
        |> Layout.updateColorAxisById (StyleParam.SubPlotId.ColorAxis 1, colours)

    /// Colours, fonts and margins are those of every figure.
    let private chart (probe: ProbeKernels) : GenericChart =
        let panels = panels probe

        let chart =
            panels
            |> List.mapi (trace probe.Rows.Length)
            |> PlotLayout.assemble (FigureAxis.linear "") (LinearAxis.init ()) (LinearAxis.init ()) []

        GenericChart.setLayout (GenericChart.getLayout chart |> layout (List.map fst panels)) chart

    let private caption (probe: ProbeKernels) =
        let size = probe.Rows.Length
        let distance a b = NumberText.percent (ProbeKernels.distance a b)
        let mean kernel = NumberText.number (ProbeKernels.meanDiagonal kernel size)

        let outputs =
            if probe.Outputs = 1 then
                ""
            else
                $" A network's kernel is the mean over its %d{probe.Outputs} outputs."

        $"""Each entry of the kernels of %s{NumberText.many size "training row" "training rows"}, evenly spaced, those with small targets first, in one scale of colours; the panel below Θ is how far each entry moved. On these rows ‖Θ̂₀ − Θ‖/‖Θ‖ = %s{distance probe.Initial probe.Limit} and ‖Θ̂_T − Θ̂₀‖/‖Θ̂₀‖ = %s{distance probe.Final probe.Initial}; the mean diagonal is %s{mean probe.Limit} in the limit, %s{mean probe.Initial} before training and %s{mean probe.Final} after it.%s{outputs}"""

    let draw (id: string) (probe: ProbeKernels) : NtkPipeline.Core.Figure = {
        Id = id
        Title =
            $"The tangent kernel itself (m = %d{probe.Spec.Width}, %s{InputScale.words probe.Spec.InputScale}, rate %s{NumberText.short probe.Spec.Rate})"
        Caption = caption probe
        Chart = chart probe
    }

    let all (probes: ProbeKernels[]) : NtkPipeline.Core.Figure list =
        probes |> List.ofArray |> List.mapi (fun k probe -> draw $"probe-%d{k}" probe)
