namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// The report's tables. Each takes the mark that titles carry where the data is a synthetic sample.
[<RequireQualifiedAccess>]
module PageTables =

    let private marked (findings: Findings) (title: string) =
        if findings.Data.Synthetic then $"%s{title} (synthetic sample)" else title

    let data (findings: Findings) : XmlNode =
        let data = findings.Data

        Table.facts (marked findings "The data") [
            "name", data.Name
            "labelled rows", $"%s{Show.count data.TrainRows}, %s{Show.percent data.PositiveShare} of them positive"
            "fitted, kept aside", $"%s{Show.count data.FittedRows} fitted, %s{Show.count data.ValidationRows} for validation"
            "rows without labels", Show.count data.TestRows
            "duplicates", $"""%s{Show.many data.DuplicateRows "row repeats" "rows repeat"} an earlier row's text"""
            "contradictions",
            $"""%s{Show.many data.ContradictoryTexts "text stands" "texts stand"} under both labels, on %s{Show.many data.ContradictoryRows "row" "rows"}"""
        ]

    let features (findings: Findings) : XmlNode =
        let features = findings.Features

        Table.facts (marked findings "From text to features") [
            "encoder", features.Encoder
            "columns", $"%s{Show.count features.EmbeddingColumns}, reduced to %s{Show.count features.Columns}"
            "variance kept", Show.percent (Array.sum features.ExplainedVariance)
            "rows that are zero",
            $"%s{Show.count features.ZeroLabelledRows.Length} labelled, %s{Show.count features.ZeroTestRows.Length} unlabelled; they cannot be brought to norm 1 and stay zero"
        ]

    let regression (findings: Findings) : XmlNode =
        let kernel = findings.Kernel
        let chosen = kernel.Chosen
        let certificate = kernel.Certificate

        let scores (scores: Scores) =
            $"accuracy %s{Show.score scores.Accuracy}, F1 %s{Show.score scores.F1}, AUC %s{Show.score scores.Auc}"

        let clipped =
            if certificate.Clipped = 0 then
                "no eigenvalue was negative"
            else
                $"""%s{Show.many certificate.Clipped "eigenvalue" "eigenvalues"} made negative by rounding, set to 0; the lowest was %s{Show.number certificate.MostNegative}"""

        Table.facts (marked findings "Kernel regression") [
            "ridge λ",
            $"%s{Show.number chosen.Ridge}, which is %s{Show.number chosen.RelativeRidge} × the kernel's mean diagonal (%s{Show.number kernel.MeanDiagonal})"
            "chosen by", Show.chosenBy kernel.ChosenBy
            $"%d{kernel.Folds}-fold cross-validation", $"accuracy %s{Show.score chosen.CvAccuracy}, F1 %s{Show.score chosen.CvF1}"
            "leave-one-out", $"accuracy %s{Show.score chosen.LooAccuracy}"
            "validation rows", scores kernel.Validation
            "with the smallest ridge",
            $"%s{scores kernel.SmallestRidgeValidation} at λ = %s{Show.number kernel.SmallestRidge}"
            "effective dimension", $"%s{Show.number chosen.EffectiveDimension} of %s{Show.count findings.Data.FittedRows}"
            "certificate of the solve",
            $"residual %s{Show.number certificate.Residual}; condition number %s{Show.number certificate.ConditionNumber}, so up to %s{Show.short (System.Math.Round(certificate.DigitsLost, 1))} of 16 digits may be lost; %s{clipped}"
        ]

    let path (findings: Findings) : XmlNode =
        let rows =
            findings.Kernel.Path
            |> Figure.thin 60
            |> Array.map (fun point -> [
                NumberCell(Show.number point.Ridge)
                NumberCell(Show.number point.RelativeRidge)
                NumberCell(Show.number point.EffectiveDimension)
                NumberCell(Show.score point.TrainAccuracy)
                NumberCell(Show.score point.CvAccuracy)
                NumberCell(Show.score point.CvF1)
                NumberCell(Show.number point.CvError)
                NumberCell(Show.score point.LooAccuracy)
                NumberCell(Show.number point.LooError)
                NumberCell(Show.number point.Gcv)
                NumberCell(Show.number point.LogLikelihood)
            ])
            |> List.ofArray

        let headings =
            [
                "λ"
                "λ / mean diagonal"
                "effective dimension"
                "training accuracy"
                "CV accuracy"
                "CV F1"
                "CV error"
                "LOO accuracy"
                "LOO error"
                "GCV"
                "log likelihood"
            ]
            |> List.map NumberCell

        Table.folded "Every ridge of the path" [
            Table.grid (marked findings "The path over the ridge") headings rows []
        ]

    /// A mean over seeds, or a dash with its reason.
    let private mean (show: float -> string) (reason: string) (value: Aggregate option) =
        match value with
        | Some value -> NumberCell(Show.aggregate show value)
        | None -> NumberCell $"%s{Show.missing} (%s{reason})"

    let private runs (width: WidthSummary) =
        if width.Diverged = 0 then
            string width.Runs
        elif width.Diverged = width.Runs then
            $"%d{width.Runs}, all diverged"
        else
            $"%d{width.Runs}, %d{width.Diverged} diverged"

    let private widthRow (width: WidthSummary) =
        let lost = "all diverged"
        let reason = if width.Accuracy.IsNone then lost else "reference diverged"

        [
            NumberCell(string width.Width)
            NumberCell(runs width)
            mean Show.score lost width.Accuracy
            mean Show.score lost width.F1
            mean Show.score lost width.Auc
            mean Show.percent lost width.DeltaTheta
            mean Show.percent lost (Some width.InitKernelError)
            mean Show.number reason width.GapToKernel
            mean Show.number reason width.GapToLinearised
        ]

    let private kernelRow (kernel: KernelRegression) = [
        NumberCell "∞ (kernel)"
        NumberCell "1"
        NumberCell(Show.score kernel.Validation.Accuracy)
        NumberCell(Show.score kernel.Validation.F1)
        NumberCell(Show.score kernel.Validation.Auc)
        NumberCell "0%"
        NumberCell "0%"
        NumberCell Show.missing
        NumberCell Show.missing
    ]

    /// One table a condition: what the networks of each width did, above the kernel.
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

        [
            for condition in Condition.all findings do
                let rows = [
                    for width in condition.Widths do
                        widthRow width
                    kernelRow findings.Kernel
                ]

                let title = $"%s{Condition.label condition}, %d{Condition.lastEpoch condition} epochs"

                Table.grid (marked findings title) headings rows [
                    "Mean ± standard deviation over the seeds that did not diverge, on the validation rows after the last epoch; a single seed has no deviation. Gaps compare functions trained by the same steps; the kernel's row is regression with the tuned ridge."
                ]
        ]

    /// Each diverged run by name, where there is one.
    let diverged (findings: Findings) : XmlNode list =
        let rows =
            findings.Networks
            |> Array.choose (fun run ->
                run.Diverged
                |> Option.map (fun epoch -> [
                    TextCell(Show.inputScale run.InputScale)
                    NumberCell(string run.Width)
                    NumberCell(Show.short run.LearningRate)
                    NumberCell(string run.Member)
                    NumberCell(string epoch)
                ]))
            |> List.ofArray

        if rows.IsEmpty then
            []
        else
            [
                Table.grid
                    (marked findings "Runs that diverged")
                    [
                        TextCell "input scale"
                        NumberCell "width m"
                        NumberCell "rate (units)"
                        NumberCell "seed"
                        NumberCell "in epoch"
                    ]
                    rows
                    [ "Their loss ceased to be finite or passed a million times its start. No mean counts them." ]
            ]

    let slopes (findings: Findings) : XmlNode list =
        let rows =
            findings.Comparison.Slopes
            |> Array.map (fun slope -> [
                TextCell(Quantity.words slope.Quantity)
                TextCell(Show.inputScale slope.InputScale)
                NumberCell(Show.number slope.Slope)
                NumberCell $"%s{Show.number slope.Lower} to %s{Show.number slope.Upper}"
                TextCell(slope.Widths |> Array.map string |> String.concat ", ")
            ])
            |> List.ofArray

        if rows.IsEmpty then
            [ p [ _class "note" ] [ str "No power law was fitted: it needs at least two widths of 128 or more." ] ]
        else
            [
                Table.grid
                    (marked findings "Fitted power laws")
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

    let settings (findings: Findings) : XmlNode =
        let rows =
            findings.Settings
            |> Array.map (fun setting -> [ TextCell setting.Key; TextCell setting.Value; TextCell setting.Source ])
            |> List.ofArray

        Table.grid
            (marked findings $"Settings (seed %d{findings.Seed})")
            [ TextCell "setting"; TextCell "value"; TextCell "from" ]
            rows
            []
