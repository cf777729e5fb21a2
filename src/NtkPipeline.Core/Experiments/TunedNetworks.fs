namespace NtkPipeline.Core

/// One kind of network, judged on inner folds.
type NetworkTrial = {
    Spec: RunSpec
    /// Mean squared error and accuracy of held-out rows after each epoch from 0, of the mean output over seeds; they end where the first of
    /// its networks diverged.
    Errors: float[]
    Accuracies: float[]
    /// ΔΘ after the same epochs, mean over its networks.
    Movement: float[]
    /// The epoch from 1 on with the least error; none where a network diverged in its first.
    Epoch: int option
    /// Networks that diverged.
    Diverged: int
}

/// The choice of width, norm of the inputs, output scale, rate and epoch of early stopping.
type NetworkChoice = {
    Trials: NetworkTrial[]
    /// Which of the trials; none where all diverged.
    Chosen: int option
    /// Folds that were held out, one after another, seeds of each network there, and rows held out in all.
    Folds: int
    Seeds: int
    Rows: int
} with

    /// Pairs of a network and an epoch that competed.
    member this.Tries = this.Trials |> Array.sumBy (fun trial -> max 0 (trial.Errors.Length - 1))

[<RequireQualifiedAccess>]
module TunedNetworks =

    /// The networks of one kind over folds and seeds, as they are trained: grouped by kind, then fold, then seed.
    let networks (folds: int) (points: GridPoint[]) : (GridPoint * int)[] =
        points
        |> Array.groupBy (fun point -> RunSpec.group point.Spec)
        |> Array.collect (fun (_, members) -> [|
            for fold in 0 .. folds - 1 do
                for point in members do
                    point, fold
        |])

    let private trial (split: Split) spec (members: (int * HeldOutPath)[]) : NetworkTrial =
        let errors = FoldScores.errors split members

        {
            Spec = spec
            Errors = errors
            Accuracies = FoldScores.accuracies split members
            Movement =
                Array.init errors.Length (fun epoch ->
                    members |> Array.averageBy (fun (_, path) -> path.Movement[epoch]))
            Epoch =
                if errors.Length > 1 then
                    Some(seq { 1 .. errors.Length - 1 } |> Seq.minBy (fun epoch -> errors[epoch]))
                else
                    None
            Diverged = members |> Array.filter (fun (_, path) -> path.Diverged.IsSome) |> Array.length
        }

    let private run (networks: (RunSpec * int)[]) (split: Split, paths: HeldOutPath list) =
        let trials =
            Array.zip networks (Array.ofList paths)
            |> Array.groupBy (fun ((spec, _), _) -> RunSpec.group spec)
            |> Array.map (fun (spec, members) ->
                trial split spec (members |> Array.map (fun ((_, fold), path) -> fold, path)))

        let judged =
            trials
            |> Array.indexed
            |> Array.choose (fun (k, trial) ->
                trial.Epoch |> Option.map (fun epoch -> trial.Errors[epoch], k))

        let folds = networks |> Array.map snd |> Array.distinct

        Ok {
            Trials = trials
            Chosen = if judged.Length = 0 then None else Some(snd (Array.min judged))
            Folds = folds.Length
            Seeds = networks |> Array.map (fun (spec, _) -> spec.Member) |> Array.distinct |> Array.length
            Rows = folds |> Array.sumBy (fun fold -> (snd (TrainFold.rows fold split)).Length)
        }

    /// Held-out outputs of `networks`, in their order → the choice. The least error wins, and of equals the first.
    let choose (networks: (GridPoint * int)[]) : Stage<Split * HeldOutPath list, NetworkChoice> =
        let networks = networks |> Array.map (fun (point, fold) -> point.Spec, fold)

        {
            Name = "choose-network"
            Version = 1
            Settings = Fingerprint.describe networks
            Codec = Codec.json "network-choice/1"
            Body = Pure(run networks)
        }

    /// The chosen kind, stopped at the chosen epoch, as one of its seeds; where nothing was chosen, the first kind for one epoch, in which
    /// it will diverge again.
    let final (choice: NetworkChoice) (number: int) : RunSpec =
        let trial = choice.Trials[Option.defaultValue 0 choice.Chosen]

        { trial.Spec with Epochs = Option.defaultValue 1 trial.Epoch; Member = number }

    /// What was chosen, trained on all fitted rows and followed, as one of its seeds. `scales` names the input scales of the inputs.
    let train
        (scales: InputScale list)
        (number: int)
        : Stage<TrainInput list * NetworkChoice, TrainedNetwork> =
        let run seed (inputs: TrainInput list, choice) =
            let spec = final choice number
            TrainNetwork.train spec seed inputs[List.findIndex ((=) spec.InputScale) scales]

        {
            Name = $"train-chosen/seed=%d{number}"
            Version = 1
            Settings = Fingerprint.describe scales
            Codec = TrainedNetwork.codec
            Body = Seeded run
        }

    /// What the trials have to do, as `Workload` counts: the steps of the folds' networks, and a look at the held-out rows an epoch.
    let work (sizes: RunSizes) (folds: int) (networks: (GridPoint * int)[]) : float =
        networks |> Array.sumBy (fun (point, _) -> Workload.heldOut sizes folds point.Spec)
