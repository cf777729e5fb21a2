namespace NtkPipeline.Core

open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Nodes

/// summary.json: the run for programs. Its keys are a contract; more may be added.
[<RequireQualifiedAccess>]
module SummaryJson =

    let private slope (slope: Slope) =
        Json.record [
            "quantity", Json.text (Quantity.print slope.Quantity)
            "inputScale", Json.text (InputScale.print slope.Spec.InputScale)
            "slope", Json.real slope.Slope
            "lower", Json.real slope.Lower
            "upper", Json.real slope.Upper
        ]

    let private verdict (verdict: Verdict) =
        Json.record [
            "claim", Json.text verdict.Claim
            "holds", Json.maybe Json.flag verdict.Holds
            "evidence", Json.text verdict.Evidence
            "setting", Json.text verdict.Setting
        ]

    /// A question that was asked, with its verdicts and numbers.
    let chapter (chapter: Chapter) : JsonNode =
        Json.record [
            "name", Json.text chapter.Id
            "question", Json.text chapter.Title
            "verdict", Json.list (chapter.Verdicts |> Seq.map verdict)
            "networks", Json.list (chapter.Runs |> Seq.map (ModelJson.network [||]))
            "numbers",
            Json.list [
                for finding in chapter.Findings ->
                    Json.record [
                        "metric", Json.text finding.Metric
                        "value", Json.maybe Json.real finding.Value
                        "note", Json.maybe Json.text finding.Note
                    ]
            ]
        ]

    /// By number alone: a text is read in the report, where it is escaped.
    let private suspect (suspect: SuspectTweet) =
        Json.record [
            "id", Json.id suspect.Id
            "target", Json.whole (if suspect.Positive then 1 else 0)
            "leftOut", Json.real suspect.LeftOut
        ]

    /// Texts keep their letters; only what JSON must escape is escaped.
    let private options =
        JsonSerializerOptions(
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        )

    /// The summary of a run that took `seconds` in all; its runner says what became of each stage.
    let write (findings: Findings) (seconds: float) (stages: JsonNode seq) : string =
        let root =
            Json.record [
                "answer",
                Json.list [
                    for sentence in Answer.sentences findings ->
                        Json.record [ "text", Json.text sentence.Text; "chapter", Json.text sentence.Chapter ]
                ]
                "data", DataJson.data findings
                "combination", findings.Combination |> Json.maybe DataJson.combination
                "dimensions", DataJson.dimensions findings.Dimensions
                match findings.Tokens with
                | Some facts -> "tokens", DataJson.tokens facts
                | None -> ()
                "kernelRegression", ModelJson.regression findings.Kernel
                "calibration", ModelJson.calibration findings.Calibration
                "networks", Json.list (findings.Networks |> Seq.map (ModelJson.network findings.Choices))
                "chosenEpochs", Json.list (findings.Choices |> Seq.map (ModelJson.choice findings))
                "slopes", Json.list (findings.Comparison.Slopes |> Seq.map slope)
                "verdict", Json.list (findings.Comparison.Verdicts |> Seq.map verdict)
                "experiments", Json.list (findings.Chapters |> Seq.map chapter)
                "suspects", Json.list (findings.Suspects |> Seq.map suspect)
                // The root seed has 64 bits, more than most readers' numbers.
                "seed", Json.text (string findings.Seed)
                "seconds", Json.real seconds
                "stages", Json.list stages
            ]

        PlainLine.ofJson (root.ToJsonString options) + "\n"
