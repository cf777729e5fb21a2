namespace NtkPipeline.Core

open System
open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Nodes

/// One stage of a run as the host saw it: its name, the digest of its recipe, whether it was read back, and for how long
/// it ran.
type StageFact = { Name: string; Key: string; Cached: bool; Seconds: float }

/// summary.json: the run for programs. Its keys are a contract; more may be added.
[<RequireQualifiedAccess>]
module SummaryJson =

    let private record (fields: (string * (JsonNode | null)) list) : JsonNode =
        let node = JsonObject()

        for name, value in fields do
            node.Add(name, value)

        node

    let private list (items: JsonNode seq) : JsonNode =
        let node = JsonArray()

        for item in items do
            node.Add item

        node

    let private text (value: string) : JsonNode | null = JsonValue.Create value
    let private whole (value: int) : JsonNode | null = JsonValue.Create value
    let private flag (value: bool) : JsonNode | null = JsonValue.Create value

    /// A number that is none has no JSON: null.
    let private real (value: float) : JsonNode | null =
        if Double.IsFinite value then JsonValue.Create value else null

    let private maybe (node: 'a -> (JsonNode | null)) (value: 'a option) : JsonNode | null =
        match value with
        | Some value -> node value
        | None -> null

    let private data (findings: Findings) =
        record [
            "name", text findings.Data.Name
            "synthetic", flag findings.Data.Synthetic
            "trainRows", whole findings.Data.TrainRows
            "testRows", whole findings.Data.TestRows
            "encoder", text findings.Features.Encoder
            "features", whole findings.Features.Columns
            "fittedRows", whole findings.Data.FittedRows
            "validationRows", whole findings.Data.ValidationRows
            "positiveShare", real findings.Data.PositiveShare
            "duplicateRows", whole findings.Data.DuplicateRows
            "contradictoryTexts", whole findings.Data.ContradictoryTexts
            "identicalRows", whole findings.Data.IdenticalRows
            "identicalContradictions", whole findings.Data.IdenticalContradictions
            "similarRows", whole findings.Data.SimilarRows
            "largestSimilarGroup", whole findings.Data.LargestSimilarGroup
            "reduction", text findings.Features.Reduction
            // Without a reduction nothing is left out.
            "explainedVariance",
            (if findings.Features.ExplainedVariance.Length = 0 then
                 real 1.0
             else
                 real (Array.sum findings.Features.ExplainedVariance))
            "zeroRows",
            whole (findings.Features.ZeroLabelledRows.Length + findings.Features.ZeroTestRows.Length)
        ]

    let private heldOut (heldOut: LooScores) = [
        "looAccuracy", real heldOut.Accuracy
        "looError", real heldOut.Error
        "relativeRidge", real heldOut.RelativeRidge
    ]

    let private combination (facts: CombinationFacts) =
        record [
            "combining", text facts.Combining
            "chosenBy", text facts.ChosenBy
            "searchRows", whole facts.SearchRows
            "solves", whole facts.Solves
            "views",
            list [
                for view in facts.Views ->
                    record [
                        "encoder", text view.Encoder
                        "columns", whole view.Columns
                        "weight", real view.Weight
                        yield! view.Alone |> Option.map heldOut |> Option.defaultValue []
                    ]
            ]
            "confirmed",
            list [
                for trial in facts.Confirmed ->
                    record [
                        "name", text trial.Name
                        "weights", list (trial.Weights |> Seq.map (fun weight -> nonNull (real weight)))
                        yield! heldOut trial.HeldOut
                    ]
            ]
        ]

    let private dimensions (facts: DimensionFacts) =
        list [
            for point in facts.Points ->
                record [
                    "dimensions", whole point.Dimensions
                    "explainedVariance", real point.ExplainedVariance
                    yield! heldOut point.HeldOut
                ]
        ]

    let private regression (kernel: KernelRegression) =
        record [
            "ridge", real kernel.Chosen.Ridge
            "cvAccuracy", real kernel.Chosen.CvAccuracy
            "cvF1", real kernel.Chosen.CvF1
            "looAccuracy", real kernel.Chosen.LooAccuracy
            "looError", real kernel.Chosen.LooError
            "looAccuracyAllRows", kernel.Refit |> Option.map _.LooAccuracy |> maybe real
            "looAccuracyAllRowsAsGiven", kernel.Refit |> Option.map _.LooAccuracyAsGiven |> maybe real
            "validationAccuracy", real kernel.Validation.Accuracy
            "validationF1", real kernel.Validation.F1
            "validationAuc", real kernel.Validation.Auc
            "relativeRidge", real kernel.Chosen.RelativeRidge
            "chosenBy", text kernel.ChosenBy
            "targets", text kernel.Targets
            "folds", whole kernel.Folds
            "effectiveDimension", real kernel.Chosen.EffectiveDimension
            "smallestRidge", real kernel.SmallestRidge
            "smallestRidgeValidationAccuracy", real kernel.SmallestRidgeValidation.Accuracy
            "certificate",
            record [
                "residual", real kernel.Certificate.Residual
                "conditionNumber", real kernel.Certificate.ConditionNumber
                "digitsLost", real kernel.Certificate.DigitsLost
                "clippedEigenvalues", whole kernel.Certificate.Clipped
                "mostNegative", real kernel.Certificate.MostNegative
            ]
        ]

    let private calibration (calibrated: Calibrated) =
        record [
            "slope", real calibrated.Sigmoid.Slope
            "offset", real calibrated.Sigmoid.Offset
            "rows", whole calibrated.Rows
            "brier", real calibrated.Reliability.Brier
            "expectedCalibrationError", real calibrated.Reliability.ExpectedError
            "bins",
            list [
                for bin in calibrated.Reliability.Bins ->
                    record [
                        "lower", real bin.Lower
                        "upper", real bin.Upper
                        "count", whole bin.Count
                        "meanProbability", real bin.MeanProbability
                        "positiveShare", real bin.PositiveShare
                    ]
            ]
        ]

    /// The last measures of a run that did not diverge: a diverged run has no outcome, and its numbers are null.
    let private outcome (run: NetworkRun) = if run.Diverged.IsSome then None else Array.tryLast run.Epochs

    let private network (run: NetworkRun) =
        let outcome = outcome run
        let last pick = outcome |> Option.map pick |> maybe real
        let rms pick = outcome |> Option.bind pick |> Option.map (fun (gap: Gap) -> gap.Rms) |> maybe real

        record [
            "width", whole run.Width
            "seed", whole run.Member
            "learningRate", real run.LearningRate
            "steps", whole run.Steps
            "inputScale", text run.InputScale
            "validationAccuracy", last _.Validation.Accuracy
            "validationF1", last _.Validation.F1
            "deltaTheta", maybe real (if outcome.IsSome then run.DeltaTheta else None)
            "initKernelError", real run.InitKernelError
            "gapToKernel", rms _.GapToKernelValidation
            "gapToLinearised", rms _.GapToLinearisedValidation
            "validationAuc", last _.Validation.Auc
            "absoluteRate", real run.AbsoluteRate
            "batchSize", whole run.BatchSize
            "epochs", maybe whole (outcome |> Option.map _.Epoch)
            "centred", flag run.Centred
            "outputScale", real run.OutputScale
            "parameters", JsonValue.Create run.Parameters
            "divergedInEpoch", maybe whole run.Diverged
        ]

    let private slope (slope: Slope) =
        record [
            "quantity", text slope.Quantity
            "inputScale", text slope.InputScale
            "slope", real slope.Slope
            "lower", real slope.Lower
            "upper", real slope.Upper
        ]

    let private verdict (verdict: Verdict) =
        record [
            "claim", text verdict.Claim
            "holds", maybe flag verdict.Holds
            "evidence", text verdict.Evidence
            "setting", text verdict.Setting
        ]

    /// By number alone: a text is read in the report, where it is escaped.
    let private suspect (suspect: SuspectTweet) =
        record [
            "id", whole suspect.Id
            "target", whole (if suspect.Positive then 1 else 0)
            "leftOut", real suspect.LeftOut
        ]

    let private stage (stage: StageFact) =
        record [
            "name", text stage.Name
            "key", text stage.Key
            "cached", flag stage.Cached
            "seconds", real stage.Seconds
        ]

    /// Texts keep their letters; only what JSON must escape is escaped.
    let private options =
        JsonSerializerOptions(
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        )

    /// The summary of a run that took `seconds` in all.
    let write (findings: Findings) (seconds: float) (stages: StageFact[]) : string =
        let root =
            record [
                "data", data findings
                "combination", findings.Combination |> maybe combination
                "dimensions", dimensions findings.Dimensions
                "kernelRegression", regression findings.Kernel
                "calibration", calibration findings.Calibration
                "networks", list (findings.Networks |> Seq.map network)
                "slopes", list (findings.Comparison.Slopes |> Seq.map slope)
                "verdict", list (findings.Comparison.Verdicts |> Seq.map verdict)
                "suspects", list (findings.Suspects |> Seq.map suspect)
                // The root seed has 64 bits, more than most readers' numbers.
                "seed", text (string findings.Seed)
                "seconds", real seconds
                "stages", list (stages |> Seq.map stage)
            ]

        root.ToJsonString options + "\n"
