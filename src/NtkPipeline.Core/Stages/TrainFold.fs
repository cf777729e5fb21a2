namespace NtkPipeline.Core

/// Stage: what networks are trained on and the split → one network trained on the fitted rows of all folds but one, and what it says of that
/// one after each epoch. The validation rows have no part in it. η is what it is when all fitted rows are trained on; an epoch is a pass over
/// the rows that are left, so that an epoch takes as large a share of each eigenvalue as it does there. Of so few rows that the fold holds
/// none, or all, the path has no epoch, and nothing is chosen by it.
[<RequireQualifiedAccess>]
module TrainFold =

    /// Places, among the fitted rows, of those that are trained on and of those held out.
    let rows (fold: int) (split: Split) : int[] * int[] =
        [| 0 .. split.Train.Length - 1 |] |> Array.partition (fun row -> split.Folds[row] <> fold)

    let private run (spec: RunSpec) fold seed (input: TrainInput, split: Split) =
        let kept, held = rows fold split

        if kept.Length = 0 || held.Length = 0 then
            Ok {
                Outputs = Matrix.create 0 (max 1 held.Length) [||]
                Movement = [||]
                Diverged = None
            }
        else
            let rate = TrainNetwork.rate spec input
            let trained, spoken = Matrix.gatherRows kept input.Labelled, Matrix.gatherRows held input.Labelled
            let targets = kept |> Array.map (fun row -> input.TrainTargets[row])

            match input.Form with
            | RowForm.Row ->
                HeldOutTraining.run
                    input.Form
                    spec
                    rate
                    seed
                    trained
                    (Matrix.create kept.Length 1 targets)
                    spoken
            | RowForm.Text features ->
                HeldOutTraining.runTexts spec rate seed features trained targets spoken |> Result.map fst

    /// The stage's name.
    let name (point: GridPoint) (fold: int) : string = $"train-fold/%s{point.Name}/fold=%d{fold}"

    let stage (point: GridPoint) (fold: int) : Stage<TrainInput * Split, HeldOutPath> =
        RunSpec.check point.Spec

        {
            Name = name point fold
            Version = 1
            Settings = Fingerprint.describe (point.Spec, fold)
            Codec = HeldOutPath.codec
            Body = Seeded(run point.Spec fold)
        }
