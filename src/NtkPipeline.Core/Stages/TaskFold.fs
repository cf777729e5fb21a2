namespace NtkPipeline.Core

/// Stage: any task's rows and the split → one network trained on the training rows of all folds but one, and what it says of that one after
/// each epoch; and the epochs that such networks choose. The validation rows have no part in it; η is what it is on all training rows.
[<RequireQualifiedAccess>]
module TaskFold =

    let private run (spec: RunSpec) fold seed (input: TrainTask.Input, split: Split) =
        let kept, held = TrainFold.rows fold split

        if kept.Length = 0 || held.Length = 0 then
            invalidArg (nameof fold) $"fold %d{fold} leaves %d{kept.Length} rows and holds %d{held.Length}"

        HeldOutTraining.run
            input.Form
            spec
            (TrainTask.rate spec input)
            seed
            (Matrix.gatherRows kept input.Kept)
            (Matrix.gatherRows kept input.Targets)
            (Matrix.gatherRows held input.Kept)

    let name (point: GridPoint) (fold: int) : string =
        TrainFold.name { point with Name = TrainTask.name point } fold

    let stage (point: GridPoint) (fold: int) : Stage<TrainTask.Input * Split, HeldOutPath> =
        RunSpec.check point.Spec

        {
            Name = name point fold
            Version = 1
            Settings = Fingerprint.describe (point.Spec, fold)
            Codec = HeldOutPath.codec
            Body = Seeded(run point.Spec fold)
        }

    /// Mean squared error of the targets as they are learnt, over a fold's rows and outputs, after each epoch from 0.
    let private errors (targets: Matrix<float>) (held: int[]) (path: HeldOutPath) =
        let expected = (Matrix.gatherRows held targets).Values

        Array.init path.Outputs.Rows (fun epoch ->
            Seq.zip ((Matrix.row epoch path.Outputs).ToArray()) expected
            |> Seq.averageBy (fun (f, y) -> (float f - y) * (float f - y)))

    let private choice
        (targets: Matrix<float>)
        (split: Split)
        (spec, members: (int * HeldOutPath)[])
        : EpochChoice =
        let each =
            members
            |> Array.map (fun (fold, path) ->
                let held = snd (TrainFold.rows fold split)
                held.Length, errors targets held path)

        let rows = each |> Array.sumBy fst

        let mean =
            Array.init (each |> Array.map (fun (_, errors) -> errors.Length) |> Array.min) (fun epoch ->
                (each |> Array.sumBy (fun (count, errors) -> float count * errors[epoch])) / float rows)

        {
            Spec = spec
            Errors = mean
            Epoch = EpochChoice.least spec mean
            Folds = each.Length
            Rows = rows
        }

    let private chooseAll
        (networks: (RunSpec * int)[])
        (targets: Matrix<float>, (split: Split, paths: HeldOutPath list))
        =
        Array.zip networks (Array.ofList paths)
        |> Array.groupBy (fun ((spec, _), _) -> RunSpec.group spec)
        |> Array.map (fun (kind, members) ->
            choice targets split (kind, members |> Array.map (fun ((_, fold), path) -> fold, path)))
        |> Ok

    /// Targets of the training rows, and held-out outputs of `networks` in their order → a choice for each kind.
    let choose
        (networks: (GridPoint * int)[])
        : Stage<Matrix<float> * (Split * HeldOutPath list), EpochChoice[]> =
        let networks = networks |> Array.map (fun (point, fold) -> point.Spec, fold)

        {
            Name = ChooseEpochs.name
            Version = 1
            Settings = Fingerprint.describe ("any task", networks)
            Codec = Codec.json "epoch-choices/1"
            Body = Pure(chooseAll networks)
        }

    /// The targets of the training rows, as they are learnt.
    let targets (labels: Artifact<Labels>) (split: Artifact<Split>) : Artifact<Matrix<float>> =
        Artifact.map2
            (fun (labels: Labels) (split: Split) ->
                let values = split.Train |> Array.map (fun row -> split.Targets[row])
                TaskTargets.encode (TaskTargets.ofFitted labels.Task values) values)
            labels
            split
