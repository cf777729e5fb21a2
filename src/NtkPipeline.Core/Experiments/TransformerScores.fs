namespace NtkPipeline.Core

/// f at the stop rows and at the validation rows.
type TunedOutputs = { Stop: float[]; Validation: float[] }

/// A training of the transformer: what it says after each epoch, from 1 on, which of them the stop rows chose, and what the chosen one says of
/// the test rows.
type TunedMember = {
    Method: TuningMethod
    Seed: int
    Epochs: TunedOutputs[]
    /// Counted from 1.
    Best: int
    Test: float[]
}

/// Labels and targets of the rows that judge.
[<NoEquality; NoComparison>]
type JudgedRows = {
    StopTargets: float[]
    StopLabels: float[]
    ValidationLabels: float[]
    /// Of each stop row among the fitted ones.
    Places: int[]
}

/// How well each model of the transformer does, on rows that chose nothing and on those that chose.
[<RequireQualifiedAccess>]
module TransformerScores =

    /// Bins of the reliability diagrams.
    let private bins = 10

    let private mean (members: float[][]) = KernelAgainstNetworks.ensemble members

    let rows (split: Split) (stop: StopRows) : JudgedRows =
        let places = split.Train |> Array.mapi (fun place row -> row, place) |> dict

        {
            StopTargets = SplitTweets.targets split stop.Stop
            StopLabels = stop.Stop |> Array.map (fun row -> split.Labels[row])
            ValidationLabels = SplitTweets.validationLabels split
            Places = stop.Stop |> Array.map (fun row -> places[row])
        }

    let private scores (rows: JudgedRows) model stop (outputs: float[][]) test : ModelScores =
        let together = mean outputs
        let each = outputs |> Array.map (Metrics.scores rows.ValidationLabels)

        {
            Id = TransformerModel.id model
            Title = TransformerModel.title model
            RelativeRidge = None
            IsUnit = false
            Share = None
            Epochs = [||]
            CvError = None
            CvAccuracy = None
            IsHonest = true
            LooError = None
            LooAccuracy = None
            StopError = TransformerSolve.meanSquare stop rows.StopTargets
            StopAccuracy = Metrics.accuracy rows.StopTargets stop
            Validation = {
                Accuracy = each |> Array.averageBy _.Accuracy
                F1 = each |> Array.averageBy _.F1
                Auc = each |> Array.averageBy _.Auc
            }
            ValidationError =
                outputs |> Array.averageBy (fun f -> TransformerSolve.meanSquare f rows.ValidationLabels)
            Calibration = Calibration.judge bins rows.StopLabels stop rows.ValidationLabels together
            Outputs = outputs
            Test = test
        }

    /// Whether a kernel that has seen labels was made anew for every fold; the others have seen those of the rows that train an encoder,
    /// and never those of the stop rows.
    let private isHonest (model: TransformerModel) =
        match model with
        | TransformerModel.AfterKernel
        | TransformerModel.LoraTangent _ -> false
        | TransformerModel.FrozenLinear
        | TransformerModel.FrozenNngp
        | TransformerModel.FrozenNtk
        | TransformerModel.Tangent
        | TransformerModel.TangentRandom
        | TransformerModel.Blend
        | TransformerModel.Tuned _ -> true

    /// A kernel model: its held-out outputs judge it on the stop rows.
    let ofFit (rows: JudgedRows) (split: Split) (model, fit: TransformerFit) : ModelScores =
        let targets = SplitTweets.targets split split.Train
        let stop = rows.Places |> Array.map (fun place -> fit.HeldOut[place])

        {
            scores rows model stop [| fit.Validation |] fit.Test with
                RelativeRidge = Some fit.RelativeRidge
                IsUnit = fit.IsUnit
                Share = fit.Share
                CvError = Some(TransformerSolve.meanSquare fit.HeldOut targets)
                CvAccuracy = Some(Metrics.accuracy targets fit.HeldOut)
                IsHonest = isHonest model
                LooError = Some fit.LooError
                LooAccuracy = Some fit.LooAccuracy
        }

    /// What it says at the epoch that the stop rows chose.
    let chosen (one: TunedMember) = one.Epochs[one.Best - 1]

    /// The trainings of each method together.
    let ofMembers (rows: JudgedRows) (members: TunedMember list) : ModelScores list =
        members
        |> List.groupBy _.Method
        |> List.map (fun (method, members) ->
            let members = Array.ofList members
            let all pick = members |> Array.map pick

            {
                scores
                    rows
                    (TransformerModel.Tuned method)
                    (mean (all (chosen >> _.Stop)))
                    (all (chosen >> _.Validation))
                    (mean (all _.Test)) with
                    Epochs = all _.Best
            })

    /// Its errors after each epoch.
    let path (rows: JudgedRows) (start: TunedOutputs) (one: TunedMember) : TunedPath =
        let epochs = Array.append [| start |] one.Epochs

        {
            Model = TransformerModel.id (TransformerModel.Tuned one.Method)
            Seed = one.Seed
            StopErrors = epochs |> Array.map (fun e -> TransformerSolve.meanSquare e.Stop rows.StopTargets)
            ValidationErrors =
                epochs |> Array.map (fun e -> TransformerSolve.meanSquare e.Validation rows.ValidationLabels)
            ValidationAccuracies =
                epochs |> Array.map (fun e -> Metrics.accuracy rows.ValidationLabels e.Validation)
        }
