namespace NtkPipeline.Core

/// What a person is told on the console after a run: ten to twenty lines.
[<RequireQualifiedAccess>]
module ReportText =

    let private kernel (kernel: KernelRegression) =
        let scores = kernel.Validation

        $"kernel    accuracy %s{Show.accuracy scores.Accuracy}, F1 %s{Show.score scores.F1}, AUC %s{Show.score scores.Auc} on the validation rows; λ = %s{Show.number kernel.Chosen.Ridge} (%s{Show.number kernel.Chosen.RelativeRidge} × mean diagonal, by %s{Show.chosenBy kernel.ChosenBy})"

    let private network (width: WidthSummary) =
        let outcome =
            match width.Accuracy with
            | None -> "every run diverged"
            | Some accuracy ->
                let movement =
                    match width.DeltaTheta with
                    | Some movement -> Show.percents movement
                    | None -> Show.missing

                $"""accuracy %s{Show.accuracies accuracy}, ΔΘ %s{movement} (%s{Show.many accuracy.Count "seed" "seeds"})"""

        let lost =
            if width.Diverged > 0 && width.Diverged < width.Runs then
                $", %d{width.Diverged} of %d{width.Runs} runs diverged"
            else
                ""

        $"  m = %-5d{width.Width} %s{outcome}%s{lost}"

    let private networks (findings: Findings) = [
        for condition in Condition.main findings do
            $"""networks  %s{Condition.label condition}, %s{Show.many (Condition.lastEpoch condition) "epoch" "epochs"}"""

            for width in condition.Widths do
                network width
    ]

    let private verdict (verdict: Verdict) =
        $"verdict   %s{Answer.words (Answer.ofVerdict verdict)}: %s{verdict.Claim} [%s{verdict.Setting}]"

    /// Names may hold line breaks, and sequences that a terminal would obey.
    let private plain (line: string) =
        line
        |> String.map (fun c -> if System.Char.IsControl c || c = '\u2028' || c = '\u2029' then ' ' else c)

    /// One paragraph a line, in the order of the report.
    let lines (findings: Findings) : string list =
        [
            $"data      %s{Answer.data findings.Data}"
            match MissingModel.advice findings with
            | Some advice -> $"encoder   %s{advice}"
            | None -> ()
            kernel findings.Kernel
            yield! networks findings
            yield! findings.Comparison.Verdicts |> Seq.map verdict
            $"answer    %s{Answer.headline findings}"
        ]
        |> List.map plain
