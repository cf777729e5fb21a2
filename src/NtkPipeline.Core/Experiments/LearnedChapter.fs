namespace NtkPipeline.Core

/// The chapter on learned kernels: what was learned, how the descent went, what it gained.
[<RequireQualifiedAccess>]
module LearnedChapter =

    let private share = VerdictWords.percent
    let private maybe show value = NumberCell(value |> Option.map show |> Option.defaultValue "none")
    let private name (trial: LearnedTrial) = KernelFamily.words trial.Family

    /// Those that were learned on all rows of the subset.
    let private whole (evidence: LearnedEvidence) = evidence.Trials |> Array.filter _.Fold.IsNone

    /// "network 2: w of dense layer 1" is of the second name.
    let private parameter (trial: LearnedTrial) (text: string) =
        trial.Names
        |> Array.indexed
        |> Array.fold
            (fun (text: string) (k, name) -> text.Replace($"network %d{k + 1}: ", $"%s{name}: "))
            text

    let private gains (evidence: LearnedEvidence) : ChapterTable =
        let band =
            Option.map (fun (d: Difference) ->
                $"%s{VerdictWords.signed d.Value} (%s{VerdictWords.signed d.Lower} to %s{VerdictWords.signed d.Upper})")

        {
            Title = "Learned kernels on rows kept aside"
            Headings = [
                TextCell "what was learned"
                NumberCell "base kernel"
                NumberCell "learned kernel"
                NumberCell "gain on validation rows (points, 95% band)"
                NumberCell "gain on folds kept aside (points, 95% band)"
                NumberCell "squared error on folds, base kernel"
                NumberCell "learned kernel"
            ]
            Rows = [
                for gain in evidence.Gains do
                    [
                        TextCell(KernelFamily.words gain.Family)
                        maybe share gain.Base
                        maybe share gain.Learned
                        maybe id (band gain.Validation)
                        maybe id (band gain.Folds)
                        maybe (fst >> sprintf "%.4f") gain.FoldErrors
                        maybe (snd >> sprintf "%.4f") gain.FoldErrors
                    ]
            ]
            Notes = [
                "Both kernels are fitted on the same rows, each with the ridge that is best by leave-one-out there."
                for gain in evidence.Gains do
                    match gain.Refusal with
                    | Some reason -> $"%s{KernelFamily.words gain.Family}: %s{reason}"
                    | None -> ()
            ]
        }

    let private scores (evidence: LearnedEvidence) : ChapterTable = {
        Title = "Evidence before and after"
        Headings = [
            TextCell "what was learned"
            NumberCell "objective at the start"
            NumberCell "at the end"
            NumberCell "steps"
            NumberCell "−log likelihood a row, base kernel"
            NumberCell "learned kernel"
            NumberCell "leave-one-out error, base kernel"
            NumberCell "learned kernel"
            TextCell "stopped by"
        ]
        Rows = [
            for trial in whole evidence do
                let number (x: float) = $"%.4f{x}"

                [
                    TextCell(name trial)
                    maybe number (trial.Report |> Option.map _.Start)
                    maybe number (trial.Report |> Option.map _.End)
                    maybe string (trial.Report |> Option.map _.Steps)
                    maybe number (trial.Base |> Option.bind _.Evidence)
                    maybe number (trial.Learned |> Option.bind _.Evidence)
                    maybe number (trial.Base |> Option.map _.LooError)
                    maybe number (trial.Learned |> Option.map _.LooError)
                    TextCell(trial.Report |> Option.map _.StoppedBy |> Option.defaultValue "none")
                ]
        ]
        Notes = [
            "Likelihoods are at the ridge of the grid that is best by them, on the rows that were learned on; a lower number is better."
        ]
    }

    let private learned (evidence: LearnedEvidence) : ChapterTable list = [
        for trial in whole evidence do
            match trial.Report with
            | None -> ()
            | Some report -> {
                Title = $"Learned: %s{name trial}"
                Headings = [ TextCell "hyperparameter"; NumberCell "start"; NumberCell "end"; TextCell "" ]
                Rows = [
                    for found in report.Parameters do
                        [
                            TextCell(parameter trial found.Name)
                            NumberCell $"%.4g{found.Start}"
                            NumberCell $"%.4g{found.End}"
                            TextCell(if found.IsHeld then "at the end of its range" else "")
                        ]
                ]
                Notes = [
                    for network in report.Networks do
                        $"%.4g{network.Weight} × %s{network.Network}"
                ]
              }
    ]

    let private paths (evidence: LearnedEvidence) : PointChart list =
        let lines = [
            for trial in whole evidence do
                match trial.Report with
                | Some report when report.Trace.Length > 1 ->
                    report.Trace
                    |> Seq.mapi (fun step value -> float step, value)
                    |> PointChart.line (name trial) ChartMark.Measured
                | Some _
                | None -> ()
        ]

        if lines.IsEmpty then
            []
        else
            [
                {
                    Id = "learned-kernel-path"
                    Title = "What is minimised, along the descent"
                    Caption =
                        $"By %s{LearnedVerdicts.criterion evidence.By}, a row; on the rows that are learned on. Gradients are exact, by automatic differentiation; steps are quasi-Newton."
                    Horizontal = FigureAxis.linear "step"
                    Vertical =
                        FigureAxis.linear (
                            match evidence.By with
                            | LearnBy.Likelihood -> "−log likelihood a row"
                            | LearnBy.LeaveOneOut -> "leave-one-out squared error"
                        )
                    Drawing = Drawing.Lines lines
                }
            ]

    let private findings (evidence: LearnedEvidence) : Finding[] = [|
        for gain in evidence.Gains do
            let family = KernelFamily.print gain.Family
            let reason = gain.Refusal |> Option.defaultValue "there are no rows to judge it by"

            for metric, value in [ "accuracy-base", gain.Base; "accuracy-learned", gain.Learned ] do
                match value with
                | Some value -> Finding.create $"%s{metric}-%s{family}" value
                | None -> Finding.missing $"%s{metric}-%s{family}" reason

            yield! Finding.ofDifference $"gain-validation-%s{family}" reason gain.Validation
            yield! Finding.ofDifference $"gain-folds-%s{family}" reason gain.Folds

            for metric, pick in [ "fold-error-base", fst; "fold-error-learned", snd ] do
                match gain.FoldErrors with
                | Some both -> Finding.create $"%s{metric}-%s{family}" (pick both)
                | None -> Finding.missing $"%s{metric}-%s{family}" reason

        for trial in whole evidence do
            let family = KernelFamily.print trial.Family

            match trial.Report with
            | Some report ->
                Finding.create $"objective-start-%s{family}" report.Start
                Finding.create $"objective-end-%s{family}" report.End
            | None -> ()
    |]

    let private words (evidence: LearnedEvidence) : string list = [
        $"A kernel has numbers of its own: σ_w and σ_b of every layer, its depth, its activation, and how much each view of a tweet counts. They can be learned as weights are, by the gradient of %s{LearnedVerdicts.criterion evidence.By}. Here each was learned on %d{evidence.Rows} of the %d{evidence.FittedRows} fitted rows, evenly spaced, beside the ridge; then the learned kernel and the base kernel were fitted on the same rows, each with its own best ridge, and judged on rows that neither had seen: folds that were kept aside, learned anew without them, and the %d{evidence.ValidationRows} validation rows."

        match LearnedVerdicts.best evidence with
        | Some(gain, validation) ->
            $"On the folds kept aside the least squared error is that of %s{KernelFamily.words gain.Family}; on the validation rows, which had no part in that choice, the gain is %s{VerdictWords.points validation}."
        | None -> "No kernel could be learned and judged; the notes of the tables say why."
    ]

    let private write (evidence: LearnedEvidence) : Chapter = {
        Chapter.create LearnedKernels.experiment.Name LearnedKernels.experiment.Question with
            Answer = LearnedVerdicts.answer evidence
            Words = words evidence
            Verdicts =
                LearnedVerdicts.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = paths evidence
            Tables = [ gains evidence; scores evidence; yield! learned evidence ]
    }

    /// What the experiment adds to a run's findings.
    let ofEvidence (evidence: Artifact<LearnedEvidence>) : Artifact<Chapter> = Artifact.map write evidence
