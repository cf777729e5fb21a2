namespace NtkPipeline.Core

/// Stage: what networks say of fitted rows that were held out from them → the epoch that each kind is judged at. The folds are those of the
/// split, so that near-copies of a text stand on one side.
[<RequireQualifiedAccess>]
module ChooseEpochs =

    let name = "choose-epochs"

    /// The networks that choose, each with the fold that it holds out: of every kind one a fold, its seeds in turn.
    let networks (folds: int) (points: GridPoint[]) : (GridPoint * int)[] =
        points
        |> Array.groupBy (fun point -> RunSpec.group point.Spec)
        |> Array.collect (fun (_, members) ->
            Array.init folds (fun fold -> members[fold % members.Length], fold))

    let private choice (split: Split) (spec: RunSpec, members: (int * HeldOutPath)[]) : EpochChoice =
        let errors = FoldScores.errors split members

        {
            Spec = spec
            Errors = errors
            Epoch = EpochChoice.least spec errors
            Folds = members |> Array.map fst |> Array.distinct |> Array.length
            Rows = FoldScores.rows split members
        }

    let private run (networks: (RunSpec * int)[]) (split: Split, paths: HeldOutPath list) =
        Array.zip networks (Array.ofList paths)
        |> Array.groupBy (fun ((spec, _), _) -> RunSpec.group spec)
        |> Array.map (fun (kind, members) ->
            choice split (kind, members |> Array.map (fun ((_, fold), path) -> fold, path)))
        |> Ok

    /// Held-out outputs of `networks`, in their order → a choice for each kind. A question's own have a stage of that name behind a '/'.
    let named
        (name: string)
        (networks: (GridPoint * int)[])
        : Stage<Split * HeldOutPath list, EpochChoice[]> =
        let networks = networks |> Array.map (fun (point, fold) -> point.Spec, fold)

        {
            Name = name
            Version = 1
            Settings = Fingerprint.describe networks
            Codec = Codec.json "epoch-choices/1"
            Body = Pure(run networks)
        }

    /// Of the run's own networks.
    let stage (networks: (GridPoint * int)[]) : Stage<Split * HeldOutPath list, EpochChoice[]> =
        named name networks

    /// What the networks that choose have to do for these, by `train.stop-folds`, as `Workload` counts.
    let work (values: Map<string, string>) (sizes: RunSizes) (points: GridPoint[]) : float =
        networks (Setting.whole values "train.stop-folds") points
        |> Array.sumBy (fun (point, _) ->
            Workload.heldOut sizes (Setting.whole values "split.folds") point.Spec)

    /// Of a run that chooses none.
    let none: Artifact<EpochChoice[]> =
        Artifact.create "no epochs" (Digest.ofParts [ "no epochs" ]) (lazy (Ok [||]))

    let private stopped (choices: EpochChoice[]) (trained: TrainedNetwork) =
        EpochChoice.stop choices trained.Run
        |> Option.map (fun run -> {
            run with
                ValidationOutputs =
                    (Matrix.row (run.Epochs.Length - 1) trained.Path).ToArray() |> Array.map float
        })

    /// Networks as they are judged: after their last epoch, and after the one that was chosen.
    let judged
        (trained: Artifact<TrainedNetwork list>)
        (choices: Artifact<EpochChoice[]>)
        : Artifact<JudgedRuns> =
        Artifact.map2
            (fun (trained: TrainedNetwork list) choices -> {
                Ended = trained |> List.map _.Run
                Choices = choices
                Stopped = trained |> List.choose (stopped choices)
            })
            trained
            choices
