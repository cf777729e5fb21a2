namespace NtkPipeline.Core

open System.Text.Json.Nodes

/// The models of a run as JSON: kernel regression, its probabilities, and the networks.
[<RequireQualifiedAccess>]
module internal ModelJson =

    let regression (kernel: KernelRegression) =
        Json.record [
            "ridge", Json.real kernel.Chosen.Ridge
            "cvAccuracy", Json.maybe Json.real kernel.Chosen.CvAccuracy
            "cvF1", Json.maybe Json.real kernel.Chosen.CvF1
            "looAccuracy", Json.maybe Json.real kernel.Chosen.LooAccuracy
            "looError", Json.real kernel.Chosen.LooError
            "looAccuracyAllRows", kernel.Refit |> Option.map _.LooAccuracy |> Json.maybe Json.real
            "looAccuracyAllRowsAsGiven",
            kernel.Refit |> Option.map _.LooAccuracyAsGiven |> Json.maybe Json.real
            "validationAccuracy", Json.real kernel.Validation.Accuracy
            "validationF1", Json.real kernel.Validation.F1
            "validationAuc", Json.real kernel.Validation.Auc
            "relativeRidge", Json.real kernel.Chosen.RelativeRidge
            "chosenBy", Json.text (RidgeChoice.print kernel.ChosenBy)
            "targets", Json.text (TargetCoding.print kernel.Targets)
            "folds", Json.whole kernel.Folds
            "effectiveDimension", Json.real kernel.Chosen.EffectiveDimension
            "smallestRidge", Json.real kernel.SmallestRidge
            "smallestRidgeValidationAccuracy", Json.real kernel.SmallestRidgeValidation.Accuracy
            "certificate",
            Json.record [
                "residual", Json.real kernel.Certificate.Residual
                "conditionNumber", Json.real kernel.Certificate.ConditionNumber
                "digitsLost", Json.real kernel.Certificate.DigitsLost
                "clippedEigenvalues", Json.whole kernel.Certificate.Clipped
                "mostNegative", Json.real kernel.Certificate.MostNegative
            ]
        ]

    let calibration (calibrated: Calibrated) =
        Json.record [
            "slope", Json.real calibrated.Sigmoid.Slope
            "offset", Json.real calibrated.Sigmoid.Offset
            "rows", Json.whole calibrated.Rows
            "logLoss", Json.real calibrated.Reliability.LogLoss
            "brier", Json.real calibrated.Reliability.Brier
            "expectedCalibrationError", Json.real calibrated.Reliability.ExpectedError
            "bins",
            Json.list [
                for bin in calibrated.Reliability.Bins ->
                    Json.record [
                        "lower", Json.real bin.Lower
                        "upper", Json.real bin.Upper
                        "count", Json.whole bin.Count
                        "meanProbability", Json.real bin.MeanProbability
                        "positiveShare", Json.real bin.PositiveShare
                    ]
            ]
        ]

    let private band (difference: Difference) =
        Json.record [
            "value", Json.real difference.Value
            "lower", Json.real difference.Lower
            "upper", Json.real difference.Upper
        ]

    /// The epoch that fitted rows chose for a kind of networks, and what it is there beside the kernel.
    let choice (findings: Findings) (choice: EpochChoice) =
        let against = findings.Comparison.Differences |> Array.tryFind (fun one -> one.Spec = choice.Spec)

        let accuracy =
            Group.ofRuns findings.Stopped
            |> Array.tryFind (fun group -> group.Spec = choice.Spec)
            |> Option.bind (fun group -> group.Of Quantity.Accuracy)

        Json.record [
            "network", Json.text choice.Spec.Architecture.Text
            "inputScale", Json.text (InputScale.print choice.Spec.InputScale)
            "width", Json.whole choice.Spec.Width
            "learningRate", Json.real choice.Spec.Rate
            "epoch", Json.maybe Json.whole choice.Epoch
            "heldOutRows", Json.whole choice.Rows
            "heldOutErrors", choice.Errors |> Seq.choose (Json.real >> Option.ofObj) |> Json.list
            "validationAccuracy", accuracy |> Option.map _.Mean |> Json.maybe Json.real
            "differenceToKernel", against |> Option.map _.Difference |> Json.maybe band
            "differenceToKernelAtEnd", against |> Option.bind _.AtEnd |> Json.maybe band
        ]

    /// The last measures of a run that did not diverge: a diverged run has no outcome, and its numbers are null.
    let private outcome (run: NetworkRun) = if run.Diverged.IsSome then None else Array.tryLast run.Epochs

    /// `choices`: the epochs that are judged, where some were chosen.
    let network (choices: EpochChoice[]) (run: NetworkRun) =
        let outcome = outcome run
        let stopped = EpochChoice.stop choices run |> Option.map Group.last
        let last pick = outcome |> Option.map pick |> Json.maybe Json.real

        let rms pick =
            outcome |> Option.bind pick |> Option.map (fun (gap: Gap) -> gap.Rms) |> Json.maybe Json.real

        let layers (pick: EpochMeasures -> float[]) =
            outcome |> Json.maybe (pick >> Seq.choose (Json.real >> Option.ofObj) >> Json.list)

        Json.record [
            "network", Json.text run.Spec.Architecture.Text
            "width", Json.whole run.Spec.Width
            "seed", Json.whole run.Spec.Member
            "learningRate", Json.real run.Spec.Rate
            "steps", Json.whole run.Steps
            "inputScale", Json.text (InputScale.print run.Spec.InputScale)
            "validationAccuracy", last _.Validation.Accuracy
            "validationF1", last _.Validation.F1
            "deltaTheta", Json.maybe Json.real (if outcome.IsSome then run.DeltaTheta else None)
            "initKernelError", Json.real run.InitKernelError
            "gapToKernel", rms _.GapToKernelValidation
            "gapToLinearised", rms _.GapToLinearisedValidation
            "validationAuc", last _.Validation.Auc
            "absoluteRate", Json.real run.AbsoluteRate
            "batchSize", Json.whole run.Spec.BatchSize
            "epochs", Json.maybe Json.whole (outcome |> Option.map _.Epoch)
            "centred", Json.flag run.Spec.Architecture.Centred
            "outputScale", Json.real run.Spec.Architecture.OutputScale
            "parameters", JsonValue.Create run.Parameters
            "featureMovement", layers _.FeatureMovement
            "layerAlignment", layers _.LayerAlignment
            "divergedInEpoch", Json.maybe Json.whole run.Diverged
            "chosenEpoch", stopped |> Option.map _.Epoch |> Json.maybe Json.whole
            "chosenValidationAccuracy", stopped |> Option.map _.Validation.Accuracy |> Json.maybe Json.real
            "chosenValidationF1", stopped |> Option.map _.Validation.F1 |> Json.maybe Json.real
            "chosenValidationAuc", stopped |> Option.map _.Validation.Auc |> Json.maybe Json.real
            "chosenDeltaTheta", stopped |> Option.map _.DeltaTheta |> Json.maybe Json.real
        ]
