namespace NtkPipeline.Core

/// What a person is told on the console after a run.
[<RequireQualifiedAccess>]
module ReportText =

    let private kernel (kernel: KernelRegression) (calibrated: Calibrated) =
        let scores = kernel.Validation

        $"kernel    accuracy %s{NumberText.accuracy scores.Accuracy}, F1 %s{NumberText.score scores.F1}, AUC %s{NumberText.score scores.Auc}, log loss %s{NumberText.score calibrated.Reliability.LogLoss} after calibration on the validation rows; λ = %s{NumberText.number kernel.Chosen.Ridge} (%s{NumberText.number kernel.Chosen.RelativeRidge} × mean diagonal, by %s{NumberText.chosenBy kernel.ChosenBy})"

    let private refit (kernel: KernelRegression) = [
        match kernel.Refit with
        | Some refit ->
            $"          leave-one-out accuracy %s{NumberText.maybe NumberText.accuracy kernel.Chosen.LooAccuracy} on the fitted rows, %s{NumberText.accuracy refit.LooAccuracy} on all %s{NumberText.count refit.Rows} labelled ones"
        | None ->
            $"          leave-one-out accuracy %s{NumberText.maybe NumberText.accuracy kernel.Chosen.LooAccuracy} on the fitted rows"
    ]

    let private features (findings: Findings) =
        let features = findings.Features

        let weights =
            match findings.Combination with
            | Some facts ->
                let each =
                    facts.Views
                    |> Array.map (fun view -> $"%s{view.Encoder} × %s{NumberText.number view.Weight}")
                    |> String.concat ", "

                $" (%s{each}; weights: %s{WeightSource.print facts.ChosenBy})"
            | None -> ""

        $"""features  %s{features.Encoder}%s{weights}, %s{NumberText.many features.Columns "column" "columns"} of %s{NumberText.count features.EmbeddingColumns}"""

    let private outcome (group: Group) =
        match group.Of Quantity.Accuracy with
        | None -> "every run diverged"
        | Some accuracy ->
            let movement =
                match group.Of Quantity.DeltaTheta with
                | Some movement -> NumberText.percents movement
                | None -> NumberText.missing

            $"""accuracy %s{NumberText.accuracies accuracy}, ΔΘ %s{movement} (%s{NumberText.many accuracy.Count "seed" "seeds"})"""

    /// Where they are judged, before what they came to.
    let private network (stopped: Group[]) (group: Group) =
        let lost =
            if group.Diverged > 0 && group.Diverged < group.Runs.Length then
                $", %d{group.Diverged} of %d{group.Runs.Length} runs diverged"
            else
                ""

        let ended = $"%s{outcome group}%s{lost}"

        let said =
            match stopped |> Array.tryFind (fun one -> one.Spec = group.Spec) with
            | None -> ended
            | Some one ->
                match (Group.last one.Runs[0]).Epoch with
                | epoch when epoch = group.Spec.Epochs ->
                    $"%s{ended}, after the last epoch, as fitted rows chose"
                | epoch ->
                    $"after %s{VerdictWords.epochs epoch}, as fitted rows chose, %s{outcome one}; after the last, %s{ended}"

        $"  m = %-5d{group.Spec.Width} %s{said}"

    let private networks (findings: Findings) = [
        let stopped = Group.ofRuns findings.Stopped

        for sentence in WidthSeries.standIns findings do
            $"networks  %s{sentence}"

        for series in WidthSeries.main findings do
            $"""networks  %s{WidthSeries.label series}, %s{NumberText.many (WidthSeries.lastEpoch series) "epoch" "epochs"}"""

            for group in series.Groups do
                network stopped group
    ]

    let private verdict (verdict: Verdict) =
        $"verdict   %s{Standing.words (Standing.ofVerdict verdict)}: %s{verdict.Claim} [%s{verdict.Setting}]"

    /// One paragraph a line, in the order of the report. Names may hold line breaks, and sequences that a terminal would obey.
    let lines (findings: Findings) : string list =
        [
            $"data      %s{Answer.data findings.Data}"
            match MissingModel.advice findings with
            | Some advice -> $"encoder   %s{advice}"
            | None -> ()
            features findings
            yield! TokenFeatures.lines findings.Features.Columns findings.Tokens
            kernel findings.Kernel findings.Calibration
            yield! refit findings.Kernel
            yield! networks findings
            yield! findings.Comparison.Verdicts |> Seq.map verdict

            for chapter in findings.Chapters do
                $"question  %s{chapter.Title}"
                yield! chapter.Verdicts |> Seq.map verdict

            for sentence in Answer.sentences findings do
                $"answer    %s{sentence.Text}"

            if findings.Data.TestRows > 0 then
                $"file      submission.csv: %s{ResultLinks.submission findings.Data.TrainRows findings.Data.FittedRows}"
        ]
        |> List.map PlainLine.ofText
