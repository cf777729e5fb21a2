namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// report.html of a run of more classes, or of numbers: the same page with fewer chapters. The same findings give the same bytes.
[<RequireQualifiedAccess>]
module TaskPage =

    let private words (text: string) = p [] (Powers.html text)

    let private title (findings: TaskFindings) (text: string) =
        if findings.Synthetic then $"%s{text} %s{Table.synthetic}" else text

    let private figures (findings: TaskFindings) = ReportPage.figures findings.Synthetic

    let private answer (findings: TaskFindings) = [
        p [ _class "setting" ] [ str $"%s{TaskWords.data findings}." ]
        if findings.Synthetic then
            p [ _class "banner"; attr "role" "note" ] [
                strong [] [ str "SYNTHETIC — written by a program, not measured." ]
            ]
        div [ _class "answer" ] [
            p [ _class "first" ] (Powers.html (TaskAnswer.opening findings))
            for sentence in TaskAnswer.details findings do
                words sentence
            for note in Option.toList (TaskAnswer.notAsked findings) do
                words note
        ]
        ResultLinks.paragraph (
            if findings.TestIds.Length > 0 then
                Some(findings.Labels.Values.Length, findings.Split.Train.Length)
            else
                None
        )
    ]

    let private data (findings: TaskFindings) = [
        words
            "Everything is fitted on training rows only; rows of the same text, or of the same numbers, stay on one side of the split. Classes are learnt as codes, 1 for a row's own and −1 for the others, one output each; numbers less their mean and over their deviation."
        match findings.Tokens with
        | Some facts ->
            words (TokenFeatures.words findings.Features.Columns facts)

            for sentence in facts.Omitted do
                words sentence
        | None -> ()
        Table.facts (title findings "The data") [
            "name", findings.Name
            "task", LearningTask.kind findings.Labels.Task
            match findings.SampledFrom with
            | Some all ->
                let by = if findings.Tokens.IsSome then "sequence.rows, data.sample" else "data.sample"
                "a sample", $"drawn at random of %s{NumberText.count all} labelled rows (%s{by})"
            | None -> ()
            for k, name in Seq.indexed (LearningTask.names findings.Labels.Task) do
                let rows = findings.Labels.Values |> Array.filter ((=) (float k)) |> Array.length
                $"class %s{name}", NumberText.many rows "row" "rows"
            "fitted, kept aside",
            $"%s{NumberText.count findings.Split.Train.Length} fitted, %s{NumberText.count findings.Split.Validation.Length} for validation"
            "rows without labels", NumberText.count findings.TestIds.Length
            "duplicates",
            NumberText.many findings.Split.DuplicateRows "row repeats another" "rows repeat another"
            "encoder", findings.Features.Encoder
            "columns",
            $"%s{NumberText.count findings.Features.EmbeddingColumns}, then %s{NumberText.count findings.Features.Columns} (%s{findings.Features.Reduction})"
        ]
    ]

    let private kernel (findings: TaskFindings) =
        let fit = findings.Regression.Fit

        [
            words
                "A network of infinite width, trained with squared error, is regression with the neural tangent kernel; with several outputs, each is such a regression."
            Table.facts (title findings "Kernel regression") [
                "ridge λ",
                $"%s{NumberText.number fit.Chosen.Ridge}, which is %s{NumberText.number fit.Chosen.RelativeRidge} × the kernel's mean diagonal; chosen by %s{NumberText.chosenBy fit.ChosenBy}"
                for measure in fit.Validation do
                    $"validation rows: %s{TaskWords.label measure.Name}", TaskWords.number measure
                for measure in fit.LeftOut do
                    $"fitted rows, each left out: %s{TaskWords.label measure.Name}", TaskWords.number measure
                match fit.Slope with
                | Some slope ->
                    "probabilities",
                    $"softmax of %s{NumberText.number slope} × the outputs, fitted on training rows left out"
                | None -> ()
                "certificate of the solve", $"residual %s{NumberText.number fit.Certificate.Residual}"
            ]
            figures findings (TaskFigures.kernel findings)
        ]

    let private networks (findings: TaskFindings) =
        let name = TaskScores.main findings.Labels.Task

        [
            words
                "Finite networks with an output a class, or one for a number, trained by the settings of train.*; each was judged on the validation rows after every epoch."
            VerdictCards.all findings.Verdicts
            figures findings (TaskFigures.networks findings)
            Table.grid
                (title
                    findings
                    "The networks after their last epoch, and after the one that fitted rows chose")
                [
                    TextCell "input scale"
                    NumberCell "rate"
                    NumberCell "m"
                    NumberCell "seeds"
                    NumberCell(TaskWords.label name)
                    NumberCell "ΔΘ"
                    NumberCell "chosen epoch"
                    NumberCell $"%s{TaskWords.label name} there"
                    NumberCell "ΔΘ there"
                ] [
                    for spec, runs in TaskRun.groups findings.Runs ->
                        [
                            TextCell(InputScale.words spec.InputScale)
                            NumberCell(NumberText.short spec.Rate)
                            NumberCell(string spec.Width)
                            NumberCell(string runs.Length)
                            NumberCell(
                                TaskWords.number {
                                    Name = name
                                    Value = runs |> Array.averageBy (TaskRun.final name)
                                }
                            )
                            NumberCell(
                                NumberText.percent (
                                    runs |> Array.averageBy (fun run -> Array.last run.Movement)
                                )
                            )
                            match TaskRun.stopped name runs with
                            | Some(epoch, value, moved) ->
                                NumberCell(string epoch)
                                NumberCell(TaskWords.number { Name = name; Value = value })
                                NumberCell(NumberText.percent moved)
                            | None ->
                                for _ in 1..3 do
                                    NumberCell NumberText.missing
                        ]
                ] [
                    match findings.Runs |> Array.filter (TaskRun.isSound >> not) |> Array.length with
                    | 0 -> ()
                    | lost -> VerdictWords.leftOut lost
                ]
        ]

    let private settings (findings: TaskFindings) =
        Table.grid
            (title findings $"Settings (seed %d{findings.Seed})")
            [ TextCell "setting"; TextCell "value"; TextCell "from" ] [
                for setting in findings.Settings ->
                    [ TextCell setting.Key; TextCell setting.Value; TextCell setting.Source ]
            ] []

    let html (findings: TaskFindings) : string =
        [
            Section.create "" "answer" "The answer" (answer findings)
            Section.create "The kernel" "data" "The data" (data findings)
            Section.create
                "The kernel"
                "kernel"
                "The infinite-width limit: kernel regression"
                (kernel findings)
            if findings.Runs.Length > 0 then
                Section.create "Networks beside it" "networks" "Finite networks" (networks findings)
            for chapter in findings.Chapters do
                Chapters.contents (figures findings) findings.Synthetic chapter
                |> Section.create "The questions" chapter.Id chapter.Title
            Section.create "Reading this" "glossary" "How to read this" [ Glossary.entries ]
            Section.create "Reading this" "settings" "Settings" [ settings findings ]
        ]
        |> ReportPage.html "Do wide networks learn like their kernel?" findings.Name

    let stage: Stage<TaskFindings, string> = {
        Name = WriteReport.name
        // 2: networks are judged at the epoch that fitted rows chose; 3: more figures; 4: chapters of questions that any task has;
        // 5: an answer before all, which names the networks.
        Version = 5
        Settings = "any task"
        Codec = Codec.text "report/1" "html"
        Body = Pure(html >> Ok)
    }
