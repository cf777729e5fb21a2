namespace NtkPipeline.Core

/// The charts of the first question.
[<RequireQualifiedAccess>]
module WidthCurves =

    let private conditions = [ Axis.inputScale; Axis.rate ]

    let private againstWidth = Abscissa.Along Axis.width

    let private levels (kernel: KernelRegression) : Level list = [
        { Name = "kernel, tuned ridge"; At = kernel.Validation.Accuracy }
        {
            Name = "kernel, smallest ridge"
            At = kernel.SmallestRidgeValidation.Accuracy
        }
    ]

    /// The movement below which a network is called lazy; none where the threshold is 0, which a logarithmic axis has no place for.
    let private lazyLevel (threshold: float) : Level list =
        if threshold > 0.0 then
            [
                {
                    Name = threshold.ToString("0.######%", System.Globalization.CultureInfo.InvariantCulture)
                    At = threshold
                }
            ]
        else
            []

    /// By epoch: a chart for each input scale and rate, a line a width.
    let private byEpoch id title caption quantity = {
        Curve.create id title caption quantity Abscissa.Epoch [ Axis.width ] with
            Panels = conditions
    }

    let learning (kernel: KernelRegression) : Curve list = [
        {
            byEpoch
                "learning"
                "Validation accuracy while training"
                "Mean over seeds; bands are one standard deviation. The dashed line, where there is one, is the infinite-width kernel trained by the very same steps."
                Quantity.Accuracy with
                Shared = [
                    {
                        Name = "kernel, same steps"
                        Quantity = Quantity.KernelAccuracy
                        Moment = Moment.End
                    }
                ]
                Levels = List.take 1 (levels kernel)
        }
        byEpoch
            "loss"
            "Training loss"
            "The loss that is descended, ½·mean((f − y)²) with targets ±1. Bands reach from the smallest to the largest seed."
            Quantity.TrainLoss
    ]

    let movement (threshold: float) : Curve list = [
        {
            byEpoch
                "movement"
                "How far the tangent kernel moves"
                "ΔΘ on the probe rows. A network whose line stays low learns like a fixed kernel. Bands reach from the smallest to the largest seed."
                Quantity.DeltaTheta with
                Levels = lazyLevel threshold
        }
        {
            Curve.create
                "delta-width"
                "Movement of the tangent kernel against width"
                "ΔΘ over all of training, on all training rows. Below the dashed line, where there is one, a network is called lazy here."
                Quantity.DeltaTheta
                againstWidth
                conditions with
                Levels = lazyLevel threshold
                IsFitted = true
        }
        {
            Curve.create
                "init-width"
                "Distance of the initial kernel from its limit"
                "‖Θ̂₀ − Θ‖/‖Θ‖ before any training: the random draw alone. Theory says m to the power −½."
                Quantity.InitKernelError
                againstWidth
                conditions with
                IsFitted = true
        }
    ]

    /// Of networks as they stood after the epoch that fitted rows chose for their kind.
    let stopped (kernel: KernelRegression) : Curve list = [
        {
            Curve.create
                "accuracy-stopped"
                "Validation accuracy against width, stopped in time"
                "After the epoch at which fitted rows that were held out were met best, which verdicts judge. A network that diverged later stands here as it was. The kernel's lines need no seed: one has the tuned ridge, the other the smallest ridge of the path."
                Quantity.Accuracy
                againstWidth
                conditions with
                Levels = levels kernel
        }
    ]

    /// Of all rates: further ones are lines of their own.
    let accuracy (kernel: KernelRegression) : Curve list = [
        {
            Curve.create
                "accuracy-width"
                "Validation accuracy against width"
                "After the last epoch. The kernel's lines need no seed: one has the tuned ridge, the other the smallest ridge of the path, which is a different opponent. Rates are in the optimiser's unit: N/Λ_max for descent."
                Quantity.Accuracy
                againstWidth
                conditions with
                Levels = levels kernel
        }
        {
            Curve.create
                "accuracy-rate"
                "Validation accuracy against the learning rate"
                "After the last epoch. For descent one unit is N/Λ_max, and full batches become unstable at 2."
                Quantity.Accuracy
                (Abscissa.Along Axis.rate)
                [ Axis.width; Axis.inputScale ] with
                Levels = List.take 1 (levels kernel)
                LeastPlaces = 2
        }
    ]

    let gaps: Curve list = [
        {
            Curve.create
                "gap-kernel"
                "Gap to the infinite-width kernel"
                "Root mean square of f − f_kernel on the validation rows after the last epoch, both trained by the same steps; targets are ±1."
                Quantity.GapToKernel
                againstWidth
                conditions with
                IsFitted = true
        }
        {
            Curve.create
                "gap-linearised"
                "Gap to the linearised network"
                "Root mean square of f − f_lin on the validation rows after the last epoch, both trained by the same steps; targets are ±1."
                Quantity.GapToLinearised
                againstWidth
                conditions with
                IsFitted = true
        }
    ]
