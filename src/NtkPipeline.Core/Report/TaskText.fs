namespace NtkPipeline.Core

/// The console's lines after a run of more classes, or of numbers.
[<RequireQualifiedAccess>]
module TaskText =

    /// What a person is told on the console after a run.
    let lines (findings: TaskFindings) : string list =
        let limit =
            match VerdictWords.limit (findings.Runs |> Seq.map _.Spec) with
            | Some network -> $"; of %s{network}, infinitely wide"
            | None -> ""

        [
            $"data      %s{TaskWords.data findings}"
            $"""features  %s{findings.Features.Encoder}, %s{NumberText.many findings.Features.Columns "column" "columns"} (%s{findings.Features.Reduction})"""
            yield! TokenFeatures.lines findings.Features.Columns findings.Tokens
            $"kernel    %s{TaskWords.measures findings.Regression.Fit.Validation} on the validation rows; λ = %s{NumberText.number findings.Regression.Fit.Chosen.RelativeRidge} × mean diagonal, by %s{NumberText.chosenBy findings.Regression.Fit.ChosenBy}%s{limit}"

            for spec, runs in TaskRun.groups findings.Runs do
                let value = runs |> Array.averageBy (TaskRun.final (TaskScores.main findings.Labels.Task))
                let moved = runs |> Array.averageBy (fun run -> Array.last run.Movement)

                let stopped =
                    match TaskRun.stopped (TaskScores.main findings.Labels.Task) runs with
                    | Some(epoch, there, _) when epoch < spec.Epochs ->
                        $"%s{TaskWords.main findings.Labels.Task there} after %s{VerdictWords.epochs epoch}, as fitted rows chose; after the last, "
                    | Some _
                    | None -> ""

                $"network   m = %-5d{spec.Width} %s{InputScale.words spec.InputScale}, rate %g{spec.Rate}: %s{stopped}%s{TaskWords.main findings.Labels.Task value}, ΔΘ %s{NumberText.percent moved} (%s{VerdictWords.seeds runs.Length})"

            match findings.Runs |> Array.filter (TaskRun.isSound >> not) |> Array.length with
            | 0 -> ()
            | lost -> $"network   %s{VerdictWords.leftOut lost}"

            for verdict in findings.Verdicts do
                $"verdict   %s{Standing.words (Standing.ofVerdict verdict)}: %s{verdict.Claim} [%s{verdict.Setting}]"
            for chapter in findings.Chapters do
                $"question  %s{chapter.Title}"

                for verdict in chapter.Verdicts do
                    $"verdict   %s{Standing.words (Standing.ofVerdict verdict)}: %s{verdict.Claim} [%s{verdict.Setting}]"
            for note in Option.toList (TaskAnswer.notAsked findings) do
                $"note      %s{note}"
            for sentence in TaskAnswer.sentences findings do
                $"answer    %s{sentence}"
            if findings.TestIds.Length > 0 then
                $"file      submission.csv: %s{ResultLinks.submission findings.Labels.Values.Length findings.Split.Train.Length}"
        ]
        |> List.map PlainLine.ofText
