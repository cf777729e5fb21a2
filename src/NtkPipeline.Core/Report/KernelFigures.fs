namespace NtkPipeline.Core

open System

/// Charts of the features, the infinite-width kernel and its regression.
[<RequireQualifiedAccess>]
module KernelFigures =

    let private extent (values: float[]) =
        let finite = values |> Array.filter Double.IsFinite
        if finite.Length = 0 then 0.0, 1.0 else Array.min finite, Array.max finite

    let private ridgeAxis = FigureAxis.logarithmic "ridge λ (absolute: added to the kernel's diagonal)"

    let private along (pick: RidgePoint -> float option) (path: RidgePoint[]) =
        path
        |> Array.choose (fun point -> pick point |> Option.map (CurvePoint.create point.Ridge))
        |> FigureSeries.thin 200

    let private ridgeAccuracy (kernel: KernelRegression) : Figure =
        let series name color dash pick = {
            FigureSeries.create name color (along pick kernel.Path) with
                Dash = dash
        }

        let seen =
            kernel.Path
            |> Array.collect (fun point -> [| point.CvAccuracy; point.LooAccuracy; point.TrainAccuracy |])
            |> Array.choose id
            |> Array.append [| kernel.Validation.Accuracy; kernel.SmallestRidgeValidation.Accuracy |]
            |> extent

        {
            Id = "ridge-accuracy"
            Title = "Accuracy along the ridge"
            Caption =
                $"%s{KernelCaptions.ends kernel.Path} The ridge was chosen by %s{NumberText.chosenBy kernel.ChosenBy} on the training rows alone; the validation rows only judge it."
            Chart =
                Plot.lines ridgeAxis (FigureAxis.share "accuracy (% of rows)") [
                    series "training rows" Palette.grey LineDash.Dotted _.TrainAccuracy
                    series
                        $"%d{kernel.Folds}-fold cross-validation"
                        (Palette.category 0)
                        LineDash.Solid
                        _.CvAccuracy
                    series "leave-one-out" (Palette.category 1) LineDash.Dashed _.LooAccuracy
                    FigureSeries.upright "chosen λ" Palette.ink LineDash.DashDotted kernel.Chosen.Ridge seen
                    {
                        FigureSeries.create "validation rows" (Palette.category 2) [|
                            CurvePoint.create kernel.SmallestRidge kernel.SmallestRidgeValidation.Accuracy
                            CurvePoint.create kernel.Chosen.Ridge kernel.Validation.Accuracy
                        |] with
                            Symbol = Some(Palette.symbol 2)
                            HasLine = false
                    }
                ]
        }

    let private ridgeError (kernel: KernelRegression) : Figure =
        let series name color dash pick = {
            FigureSeries.create name color (along pick kernel.Path) with
                Dash = dash
        }

        let seen =
            kernel.Path
            |> Array.collect (fun point -> [| point.CvError; Some point.LooError |])
            |> Array.choose id
            |> extent

        {
            Id = "ridge-error"
            Title = "Squared error along the ridge"
            Caption =
                "Targets are ±1, so an output of 0 everywhere has error 1. Leave-one-out is exact, from one eigendecomposition; the effective dimension at each ridge stands in the table below."
            Chart =
                Plot.lines ridgeAxis (FigureAxis.linear "mean squared error (targets ±1)") [
                    series
                        $"%d{kernel.Folds}-fold cross-validation"
                        (Palette.category 0)
                        LineDash.Solid
                        _.CvError
                    series "leave-one-out" (Palette.category 1) LineDash.Dashed (_.LooError >> Some)
                    FigureSeries.upright "chosen λ" Palette.ink LineDash.DashDotted kernel.Chosen.Ridge seen
                ]
        }

    /// How the regression depends on its ridge.
    let regression (findings: Findings) : Figure list = [
        ridgeAccuracy findings.Kernel
        ridgeError findings.Kernel
    ]

    let private explainedVariance (features: FeatureFacts) : Figure =
        let kept = features.ExplainedVariance |> Array.scan (+) 0.0 |> Array.tail
        let total = if kept.Length = 0 then 0.0 else Array.last kept

        {
            Id = "explained-variance"
            Title = "What the reduction keeps"
            Caption =
                $"%d{features.Columns} principal components of the training rows keep %s{NumberText.percent total} of the variance of %d{features.EmbeddingColumns} embedding columns."
            Chart =
                Plot.lines
                    (FigureAxis.linear "principal components kept (number)")
                    (FigureAxis.share "variance kept (% of all)")
                    [
                        kept
                        |> Array.mapi (fun k share -> CurvePoint.create (float (k + 1)) share)
                        |> FigureSeries.thin 200
                        |> FigureSeries.create "variance kept" (Palette.category 0)
                    ]
        }

    let private heatMap (picture: KernelPicture) : Figure = {
        Id = "kernel-picture"
        Title = "The kernel matrix"
        Caption = KernelCaptions.picture picture
        Chart =
            HeatMap.draw
                "Θ / mean diagonal"
                ("negative", "positive")
                picture.Negative
                picture.Size
                picture.Values
    }

    /// At most so many places of a list, evenly on a logarithmic axis, first and last among them.
    let private thinByRank (most: int) (values: float[]) : CurvePoint[] =
        let ranks =
            if values.Length <= most then
                [| 1 .. values.Length |]
            else
                Array.init most (fun k ->
                    int (Math.Round(Math.Pow(float values.Length, float k / float (most - 1)))))
                |> Array.distinct

        ranks |> Array.map (fun rank -> CurvePoint.create (float rank) values[rank - 1])

    let private eigenvalues (kernel: KernelRegression) (picture: KernelPicture) : Figure =
        let count = max 2 picture.Eigenvalues.Length

        {
            Id = "kernel-eigenvalues"
            Title = "Eigenvalues of the kernel"
            Caption = KernelCaptions.eigenvalues kernel.Chosen.Ridge picture.Eigenvalues
            Chart =
                Plot.lines
                    (FigureAxis.logarithmic "rank of the eigenvalue (largest first)")
                    (FigureAxis.logarithmic "eigenvalue of Θ (kernel units)")
                    [
                        thinByRank 200 picture.Eigenvalues
                        |> FigureSeries.create "eigenvalues" (Palette.category 0)
                        FigureSeries.level
                            "chosen λ"
                            Palette.ink
                            LineDash.DashDotted
                            (1.0, float count)
                            kernel.Chosen.Ridge
                    ]
        }

    /// What the features and the kernel look like.
    let pictures (findings: Findings) : Figure list = [
        if findings.Features.ExplainedVariance.Length > 0 then
            explainedVariance findings.Features
        if findings.Picture.Size > 0 then
            heatMap findings.Picture
        eigenvalues findings.Kernel findings.Picture
    ]
