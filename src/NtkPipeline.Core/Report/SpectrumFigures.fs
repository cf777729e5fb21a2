namespace NtkPipeline.Core

/// Charts of the tangent kernel's eigenvalues, before training and after it.
[<RequireQualifiedAccess>]
module SpectrumFigures =

    let private spectrum (place: int) (series: WidthSeries) : Figure option =
        let runs = series.Groups |> Array.choose (fun group -> Array.tryHead group.Sound)

        if runs.Length = 0 then
            None
        else
            let chosen = [ runs[0]; Array.last runs ] |> List.distinctBy _.Spec.Width

            let line k (run: NetworkRun) when' dash (values: float[]) = {
                FigureSeries.create
                    $"m = %d{run.Spec.Width}, %s{when'}"
                    (Palette.category k)
                    (values
                     |> Array.mapi (fun rank value -> CurvePoint.create (float (rank + 1)) value)
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
