namespace NtkPipeline.Core

/// A network as it stood after the epoch that was chosen for its kind.
type StoppedNetwork = {
    Epoch: int
    /// θ there as one row, 1 × P, as `TrainedNetwork` has it.
    Weights: Matrix<float32>
    /// f there at the rows that it was not trained on, 1 × (rows · outputs): the outputs of a row side by side.
    Outputs: Matrix<float32>
}

/// Stage: what a network is trained on and the chosen epochs → its training once more, up to the epoch of its kind, and its weights there.
/// Weights and batches are drawn from the seed of the network that was followed, so that it is that network to rounding, which training
/// may magnify; what it says of the rows kept aside stands beside its weights, so that its accuracy is its own. A stage of its own, so that another choice of epochs trains no network to its end again.
[<RequireQualifiedAccess>]
module StopNetwork =

    let private nothing: Matrix<float32> = Matrix.create 0 1 [||]

    let codec: Codec<StoppedNetwork option> =
        Codec.pair
            ("epoch", Codec.json<int[]> "stop-epoch/1")
            ("network", Codec.pair ("weights", Codec.matrix32) ("outputs", Codec.matrix32))
        |> Codec.map
            "stopped-network/1"
            (function
            | Some stopped -> [| stopped.Epoch |], (stopped.Weights, stopped.Outputs)
            | None -> [||], (nothing, nothing))
            (fun (epoch, (weights, outputs)) ->
                match epoch, weights.Rows, outputs.Rows with
                | [| epoch |], 1, 1 -> Ok(Some { Epoch = epoch; Weights = weights; Outputs = outputs })
                | [||], 0, 0 -> Ok None
                | _ -> Error $"it has %d{epoch.Length} epochs and %d{weights.Rows} rows of weights")

    /// None where no epoch was chosen for its kind, or where it diverges before.
    let private train form (choices: EpochChoice[]) (spec: RunSpec) rate seed kept targets held =
        match EpochChoice.find choices spec |> Option.bind _.Epoch with
        | None -> Ok None
        | Some epoch ->
            HeldOutTraining.runTo form { spec with Epochs = epoch } rate seed kept targets held
            |> Result.map (fun (path, final) ->
                match path.Diverged with
                | Some _ -> None
                | None ->
                    Some {
                        Epoch = epoch
                        Weights = final
                        Outputs = Matrix.gatherRows [| epoch |] path.Outputs
                    })

    let private ofTwo (spec: RunSpec) seed (input: TrainInput, choices) =
        let count, all = input.TrainTargets.Length, [| 0 .. input.Labelled.Rows - 1 |]

        train
            input.Form
            choices
            spec
            (TrainNetwork.rate spec input)
            seed
            (Matrix.gatherRows all[.. count - 1] input.Labelled)
            (Matrix.create count 1 input.TrainTargets)
            (Matrix.gatherRows all[count..] input.Labelled)

    let private ofAny (spec: RunSpec) seed (input: TrainTask.Input, choices) =
        train input.Form choices spec (TrainTask.rate spec input) seed input.Kept input.Targets input.Held

    /// The name of the stage that stops a network of the run's grid, of two classes or of any task.
    let name (point: GridPoint) : string = point.Name.Replace("train-network/", "stop-network/")
    let taskName (point: GridPoint) : string = point.Name.Replace("train-network/", "stop-task/")

    let private named name spec (root: Seed) body : Stage<'i, StoppedNetwork option> = {
        Name = name
        Version = 1
        Settings = Fingerprint.describe (spec, root.Value)
        Codec = codec
        Body = Pure body
    }

    /// Of a network that `TrainNetwork` follows. `root` is the run's own seed, of which it derives that network's.
    let stage (root: Seed) (point: GridPoint) : Stage<TrainInput * EpochChoice[], StoppedNetwork option> =
        named (name point) point.Spec root (ofTwo point.Spec (Seed.derive point.Name root))

    /// Of one that `TrainTask` trains.
    let task (root: Seed) (point: GridPoint) : Stage<TrainTask.Input * EpochChoice[], StoppedNetwork option> =
        named (taskName point) point.Spec root (ofAny point.Spec (Seed.derive (TrainTask.name point) root))

    /// Of a run that chooses no epochs.
    let none: Artifact<StoppedNetwork option list> =
        Artifact.create "no epochs" (Digest.ofParts [ "no epochs" ]) (lazy (Ok []))
