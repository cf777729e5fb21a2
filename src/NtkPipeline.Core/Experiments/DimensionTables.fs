namespace NtkPipeline.Core

/// What d does, listed.
[<RequireQualifiedAccess>]
module DimensionTables =

    let neededWords (needed: NeededAt) : string =
        match needed.Width with
        | None -> "– (" + needed.Reason + ")"
        | Some width ->
            let upper = width.Upper |> Option.map (sprintf "%.0f") |> Option.defaultValue "∞"
            let mark = if width.IsExtrapolated then ", extrapolated" else ""
            $"%.0f{width.Width} (%.0f{width.Lower} to %s{upper}%s{mark})"

    let private mean show quantity width (place: DimensionPlace) =
        place.Runs
        |> Array.filter (fun run -> run.Spec.Width = width)
        |> Array.choose (Quantity.ofRun quantity)
        |> Aggregate.ofValues
        |> Option.map (fun aggregate -> show aggregate.Mean)
        |> Option.defaultValue "–"

    let all (evidence: DimensionEvidence) : ChapterTable list =
        let widest = evidence.Widest
        let limit = VerdictWords.percent evidence.Settings.LazyThreshold

        [
            {
                Title = "What each dimension does"
                Headings =
                    [
                        "d"
                        "variance kept"
                        "kernel's accuracy"
                        "leave-one-out accuracy"
                        "ridge over mean diagonal"
                        "effective dimension"
                        "decay of Λ"
                        $"networks' accuracy, m = %d{widest}"
                        "judged after epoch"
                        "accuracy after the last epoch"
                        $"‖Θ̂₀−Θ‖/‖Θ‖, m = %d{widest}"
                        $"ΔΘ, m = %d{widest}"
                        $"gap, m = %d{widest}"
                        $"width for ΔΘ = %s{limit}"
                    ]
                    |> List.map NumberCell
                Rows = [
                    for place, needed in Array.zip evidence.Places evidence.Needed do
                        [
                            string place.Dimensions
                            VerdictWords.percent place.ExplainedVariance
                            VerdictWords.percent place.Kernel.Validation.Accuracy
                            place.Kernel.LeaveOneOutAccuracy
                            |> Option.map VerdictWords.percent
                            |> Option.defaultValue "–"
                            $"%.2g{place.Kernel.RelativeRidge}"
                            $"%.0f{place.Kernel.EffectiveDimension}"
                            match place.Decay with
                            | Some fit -> $"k^%s{DimensionClaims.power fit.Slope}"
                            | None -> "–"
                            DimensionEvidence.judged widest place
                            |> Array.map (fun run -> (Group.last run).Validation.Accuracy)
                            |> Aggregate.ofValues
                            |> Option.map (fun aggregate -> VerdictWords.percent aggregate.Mean)
                            |> Option.defaultValue "–"
                            match DimensionEvidence.epoch widest place with
                            | Some epoch -> string epoch
                            | None -> "the last"
                            mean VerdictWords.percent Quantity.Accuracy widest place
                            mean VerdictWords.percent Quantity.InitKernelError widest place
                            mean VerdictWords.percent Quantity.DeltaTheta widest place
                            mean (sprintf "%.3f") Quantity.GapToKernel widest place
                            neededWords needed
                        ]
                        |> List.map NumberCell
                ]
                Notes = [
                    "Means over seeds. The decline of the kernel's eigenvalues is fitted from the tenth to a quarter of the rows."
                ]
            }
        ]
