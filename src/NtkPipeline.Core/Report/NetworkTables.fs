namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Tables of the finite networks.
[<RequireQualifiedAccess>]
module NetworkTables =

    /// A mean over seeds, or a dash with its reason.
    let internal mean (show: Aggregate -> string) (reason: string) (value: Aggregate option) =
        match value with
        | Some value -> NumberCell(show value)
        | None -> NumberCell $"%s{NumberText.missing} (%s{reason})"

    let private runs (group: Group) =
        let runs = group.Runs.Length

        if group.Diverged = 0 then string runs
        elif group.Diverged = runs then $"%d{runs}, all diverged"
        else $"%d{runs}, %d{group.Diverged} diverged"

    let private widthRow (group: Group) =
        let lost = "all diverged"

        let reason =
            if (group.Of Quantity.Accuracy).IsNone then
                lost
            elif (Optimiser.momentum group.Spec.Optimiser).IsNone then
                $"none for %s{Optimiser.print group.Spec.Optimiser}"
            else
                "reference diverged"


        [
            NumberCell(string group.Spec.Width)
            NumberCell(runs group)
            mean NumberText.accuracies lost (group.Of Quantity.Accuracy)
            mean NumberText.scores lost (group.Of Quantity.F1)
            mean NumberText.scores lost (group.Of Quantity.Auc)
            mean NumberText.percents lost (group.Of Quantity.DeltaTheta)
            mean NumberText.percents lost (group.Of Quantity.InitKernelError)
            mean NumberText.measured reason (group.Of Quantity.GapToKernel)
            mean NumberText.measured reason (group.Of Quantity.GapToLinearised)
        ]

    let private kernelRow (kernel: KernelRegression) = [
        NumberCell "∞ (kernel)"
        NumberCell "1"
        NumberCell(NumberText.accuracy kernel.Validation.Accuracy)
        NumberCell(NumberText.score kernel.Validation.F1)
        NumberCell(NumberText.score kernel.Validation.Auc)
        NumberCell "0%"
        NumberCell "0%"
        NumberCell NumberText.missing
        NumberCell NumberText.missing
    ]

    /// One table a series: what the networks of each width did, above the kernel.
    let widths (findings: Findings) : XmlNode list =
        let headings =
            [
                "width m"
                "runs"
                "accuracy"
                "F1"
                "AUC"
                "ΔΘ"
                "‖Θ̂₀ − Θ‖/‖Θ‖"
                "rms gap to kernel"
                "rms gap to linearised"
            ]
            |> List.map NumberCell

        let legend =
            "Mean ± standard deviation over the seeds that did not diverge, on the validation rows after the last epoch; a single seed has no deviation. Gaps compare functions trained by the same steps; the kernel's row is regression with the tuned ridge."

        let conditions = WidthSeries.all findings

        [
            for place, series in Array.indexed conditions do
                let rows = [
                    for group in series.Groups do
                        widthRow group
                    kernelRow findings.Kernel
                ]

                let title = $"%s{WidthSeries.label series}, %d{series.Spec.Epochs} epochs"

                Table.grid (Table.marked findings title) headings rows [
                    if place = conditions.Length - 1 then
                        legend
                ]
        ]

    /// Each diverged run by name, where there is one.
    let diverged (findings: Findings) : XmlNode list =
        let rows =
            findings.Networks
            |> Array.choose (fun run ->
                run.Diverged
                |> Option.map (fun epoch -> [
                    TextCell(InputScale.words run.Spec.InputScale)
                    NumberCell(string run.Spec.Width)
                    NumberCell(NumberText.short run.Spec.Rate)
                    NumberCell(string run.Spec.Member)
                    NumberCell(string epoch)
                ]))
            |> List.ofArray

        if rows.IsEmpty then
            []
        else
            [
                Table.grid
                    (Table.marked findings "Runs that diverged")
                    [
                        TextCell "input scale"
                        NumberCell "width m"
                        NumberCell "rate (units)"
                        NumberCell "seed"
                        NumberCell "in epoch"
                    ]
                    rows
                    [
                        "Their loss ceased to be finite or passed a million times its start. No mean counts them."
                    ]
            ]

    let slopes (findings: Findings) : XmlNode list =
        let rows =
            findings.Comparison.Slopes
            |> Array.map (fun slope -> [
                TextCell(Quantity.words slope.Quantity)
                TextCell(InputScale.words slope.Spec.InputScale)
                NumberCell(NumberText.slope slope.Slope)
                NumberCell $"%s{NumberText.slope slope.Lower} to %s{NumberText.slope slope.Upper}"
                TextCell(slope.Widths |> Array.map string |> String.concat ", ")
            ])
            |> List.ofArray

        if rows.IsEmpty then
            [
                p [ _class "note" ] [
                    str "No power law was fitted: it needs at least two widths of 128 or more."
                ]
            ]
        else
            [
                Table.grid
                    (Table.marked findings "Fitted power laws")
                    [
                        TextCell "quantity ∝ m^slope"
                        TextCell "input scale"
                        NumberCell "slope"
                        NumberCell "95% band over seeds"
                        TextCell "widths"
                    ]
                    rows
                    [
                        "Least squares on logarithms. Theory: −½ for the initial kernel's error and the gap to the kernel, at most −½ for ΔΘ and the gap to the linearised network."
                    ]
            ]
