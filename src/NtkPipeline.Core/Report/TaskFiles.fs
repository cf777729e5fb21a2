namespace NtkPipeline.Core

open System.Globalization
open System.Text
open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Nodes

/// What programs read of a run of more classes, or of numbers.
[<RequireQualifiedAccess>]
module TaskFiles =

    let private network (run: TaskRun) : ResultRow list =
        let at epoch = {
            ResultRow.create "network" with
                InputScale = Some(InputScale.print run.Spec.InputScale)
                LearningRate = Some run.Spec.Rate
                Width = Some run.Spec.Width
                Member = Some run.Spec.Member
                Epoch = epoch
        }

        [
            for epoch in 0 .. run.Quality.Length - 1 do
                yield!
                    ResultRow.each (at (Some epoch)) [
                        for measure in run.Quality[epoch] do
                            measure.Name, Some measure.Value
                        "delta-theta", Some run.Movement[epoch]
                        "alignment-with-targets", Array.tryItem epoch run.AlignmentWithTargets
                        "alignment-with-initial", Array.tryItem epoch run.AlignmentWithInitial
                    ]
            match run.Diverged with
            | Some epoch -> {
                at (Some epoch) with
                    Metric = "diverged"
                    Note = Some $"it diverged in epoch %d{epoch}, so that nothing is known from there on"
              }
            | None -> ()
        ]

    let private choice (choice: EpochChoice) =
        ResultRow.each
            {
                ResultRow.create "epoch-choice" with
                    InputScale = Some(InputScale.print choice.Spec.InputScale)
                    LearningRate = Some choice.Spec.Rate
                    Width = Some choice.Spec.Width
                    Epoch = choice.Epoch
            }
            [
                "chosen-epoch", choice.Epoch |> Option.map float
                "held-out-rows", Some(float choice.Rows)
                "held-out-error", choice.Epoch |> Option.map (fun epoch -> choice.Errors[epoch])
                "held-out-error-at-end", choice.Errors |> Array.tryItem choice.Spec.Epochs
            ]

    let private rows (findings: TaskFindings) : ResultRow[] = [|
        let fit = findings.Regression.Fit

        for where, measures in [ "", fit.Validation; "loo-", fit.LeftOut ] do
            yield!
                ResultRow.each { ResultRow.create "kernel-regression" with Ridge = Some fit.Chosen.Ridge } [
                    for measure in measures -> where + measure.Name, Some measure.Value
                ]

        for point in fit.Path do
            yield!
                ResultRow.each { ResultRow.create "ridge-path" with Ridge = Some point.Ridge } [
                    "cv-error", point.CvError
                    "loo-error", Some point.LooError
                    "loo-accuracy", point.LooAccuracy
                    "effective-dimension", Some point.EffectiveDimension
                ]

        yield! LearningCurveRows.all findings.Learning

        for run in findings.Runs do
            yield! network run

        for chosen in findings.Choices do
            yield! choice chosen

        for verdict in findings.Verdicts do
            {
                ResultRow.create "verdict" with
                    Metric = verdict.Claim
                    Value = verdict.Holds |> Option.map (fun holds -> if holds then 1.0 else 0.0)
                    Note = Some $"%s{verdict.Evidence} [%s{verdict.Setting}]"
            }

        for asked in findings.Chapters do
            yield! ResultRows.chapter asked
    |]

    /// results.csv, in the columns of `ResultFrame`.
    let csv (findings: TaskFindings) : string =
        rows findings |> ResultFrame.csvOf findings.Name findings.Synthetic

    let private measures (measures: Measure[]) =
        Json.record [ for measure in measures -> measure.Name, Json.real measure.Value ]

    let private options =
        JsonSerializerOptions(
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        )

    let private node text : JsonNode = nonNull (Json.text text)

    /// summary.json of a run that took `seconds` in all.
    let json (findings: TaskFindings) (seconds: float) (stages: JsonNode seq) : string =
        let fit = findings.Regression.Fit

        let root =
            Json.record [
                "answer", Json.list (TaskAnswer.sentences findings |> Seq.map node)
                "data",
                Json.record [
                    "name", Json.text findings.Name
                    "synthetic", Json.flag findings.Synthetic
                    "task", Json.text (LearningTask.kind findings.Labels.Task)
                    "classes", Json.list (LearningTask.names findings.Labels.Task |> Seq.map node)
                    "trainRows", Json.whole findings.Labels.Values.Length
                    "fittedRows", Json.whole findings.Split.Train.Length
                    "validationRows", Json.whole findings.Split.Validation.Length
                    "testRows", Json.whole findings.TestIds.Length
                    "encoder", Json.text findings.Features.Encoder
                    "features", Json.whole findings.Features.Columns
                ]
                match findings.Tokens with
                | Some facts -> "tokens", DataJson.tokens facts
                | None -> ()
                "kernelRegression",
                Json.record [
                    "ridge", Json.real fit.Chosen.Ridge
                    "relativeRidge", Json.real fit.Chosen.RelativeRidge
                    "validation", measures fit.Validation
                    "leaveOneOut", measures fit.LeftOut
                ]
                "networks",
                Json.list [
                    for run in findings.Runs ->
                        Json.record [
                            "inputScale", Json.text (InputScale.print run.Spec.InputScale)
                            "width", Json.whole run.Spec.Width
                            "learningRate", Json.real run.Spec.Rate
                            "seed", Json.whole run.Spec.Member
                            "diverged", Json.maybe Json.whole run.Diverged
                            "validation", measures (Array.last run.Quality)
                            "deltaTheta", Json.real (Array.last run.Movement)
                            "chosenEpoch", run.Stopped |> Option.map _.Epoch |> Json.maybe Json.whole
                            "chosenValidation",
                            run.Stopped |> Json.maybe (fun stop -> measures run.Quality[stop.Epoch])
                        ]
                ]
                "verdict",
                Json.list [
                    for verdict in findings.Verdicts ->
                        Json.record [
                            "claim", Json.text verdict.Claim
                            "holds", Json.maybe Json.flag verdict.Holds
                            "evidence", Json.text verdict.Evidence
                            "setting", Json.text verdict.Setting
                        ]
                ]
                "experiments", Json.list (findings.Chapters |> Seq.map SummaryJson.chapter)
                "notAsked",
                TaskClaims.notAsked findings.Labels.Task findings.NotAsked |> Seq.map node |> Json.list
                "seed", Json.text (string findings.Seed)
                "seconds", Json.real seconds
                "stages", Json.list stages
            ]

        PlainLine.ofJson (root.ToJsonString options) + "\n"

    /// What the outputs say of one row, in the labels' own words.
    let said (task: LearningTask) (outputs: Matrix<float>) (row: int) : string =
        match task, TaskTargets.named task outputs row with
        | LearningTask.Regression, value -> value.ToString("R", CultureInfo.InvariantCulture)
        | task, kind -> (LearningTask.names task)[int kind]

    /// The kernel regression's answers to the test rows, in their order, under the columns' own names.
    let submission (columns: DataColumns) (findings: TaskFindings) : string =
        let text = StringBuilder(Submission.heading columns)

        findings.TestIds
        |> Array.iteri (fun row id ->
            let said = said findings.Labels.Task findings.Regression.Test row

            text
                .Append(CsvLayout.quote (RowId.text id))
                .Append(',')
                .Append(CsvLayout.quote said)
                .Append('\n')
            |> ignore)

        text.ToString()
