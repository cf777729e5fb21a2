namespace NtkPipeline.Core

/// What charts against the width share.
[<RequireQualifiedAccess>]
module WidthAxis =

    /// Logarithmic, with a label at every width.
    let axis (widths: int[]) : FigureAxis = {
        FigureAxis.logarithmic "width m (hidden units)" with
            Ticks = Some(widths |> Array.map (fun width -> float width, string width))
    }

    /// From the narrowest to the widest.
    let extent (widths: int[]) =
        if widths.Length = 0 then
            1.0, 2.0
        else
            float (Array.min widths), float (Array.max widths)

    /// A line an input scale, with its spread over seeds.
    let scales (pick: WidthSeries -> CurvePoint[]) (findings: Findings) : FigureSeries list = [
        for place, series in Array.indexed (WidthSeries.main findings) do
            {
                FigureSeries.create (WidthSeries.shortLabel series) (Palette.category place) (pick series) with
                    Symbol = Some(Palette.symbol place)
                    Spread = Bars
            }
    ]
