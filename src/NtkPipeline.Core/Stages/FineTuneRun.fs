namespace NtkPipeline.Core

/// What one training of an encoder came to.
[<NoEquality; NoComparison>]
type TunedModel = {
    /// After the epoch that was taken.
    State: TuningState
    /// Of each epoch, from the one before the first on: the mean square of f − y on the stop set; empty where there is none.
    StopErrors: float[]
    /// Of the last epoch's state: the losses of all.
    Losses: float[]
}

/// A whole training on texts with targets: the head, the epochs, and the choice among them by the stop set.
[<RequireQualifiedAccess>]
module FineTuneRun =

    let private zero (width: int) : LinearHead = { Weights = Array.zeroCreate width; Bias = 0.0f }

    let private headOf device (start: TuningHead) (weights: EncoderWeights) (rows: TuningRows) =
        match start with
        | TuningHead.Zero -> Ok(zero weights.Shape.Width)
        | TuningHead.Ridge ->
            EncodeTexts.pooled device weights ignore (rows.TextsAt rows.Fitted)
            |> Result.bind (fun phi -> RidgeHead.fit phi (rows.TargetsAt rows.Fitted))
            |> Result.map _.Head

    let private input
        device
        (start: TuningHead)
        (weights: Artifact<EncoderWeights>)
        (rows: Artifact<TuningRows>)
        =
        // How the head begins decides the training, and no setting of it says so.
        let named = Artifact.create "head" (Digest.ofParts [ TuningHead.print start ]) (lazy (Ok start))

        Artifact.both (Artifact.both weights rows) named
        |> Artifact.bind (fun ((weights, rows), start) ->
            headOf device start weights rows
            |> Result.map (fun head -> {
                Weights = weights
                Texts = rows.TextsAt rows.Fitted
                Targets = rows.TargetsAt rows.Fitted
                Head = head
            }))

    let private stopError device (weights: EncoderWeights) (rows: TuningRows) (state: TuningState) =
        FineTune.outputs device weights state (rows.TextsAt rows.Stop)
        |> Result.map (EarlyStopping.error (rows.TargetsAt rows.Stop))

    /// A run's one training is known by the seed that was asked for.
    let private trained runner device advance settings (root: Seed) input =
        FineTuneEpoch.all runner device advance settings $"%d{root.Value}" (FineTuneEpoch.seed root 0) input

    /// All states in order, or the first refusal.
    let private force (states: Artifact<TuningState> list) = (Artifact.all states).Value.Force()

    let private choose device weights (rows: TuningRows) (states: TuningState list) =
        let last = List.last states

        if rows.Stop.Length = 0 then
            Ok { State = last; StopErrors = [||]; Losses = last.Losses }
        else
            (Ok [], states)
            ||> List.fold (fun errors state ->
                errors
                |> Result.bind (fun errors ->
                    stopError device weights rows state |> Result.map (fun error -> errors @ [ error ])))
            |> Result.map (fun errors ->
                // The state before the first epoch is no training.
                let place = errors |> List.indexed |> List.tail |> List.minBy snd |> fst

                {
                    State = states[place]
                    StopErrors = Array.ofList errors
                    Losses = last.Losses
                })

    /// Asks for the stages of a training, and for no state.
    let walk
        (runner: IRunner)
        (device: Device)
        (settings: TuningSettings)
        (start: TuningHead)
        (root: Seed)
        (weights: Artifact<EncoderWeights>)
        (rows: Artifact<TuningRows>)
        : Result<unit, PipelineError> =
        trained runner device (fun _ _ -> ()) settings root (input device start weights rows)
        |> Result.map ignore

    /// Trains, an epoch a stage. The epoch whose squared error on the stop set is least is taken, the last one where there is no stop set.
    /// `advance` is told the steps done and those of all epochs.
    let run
        (runner: IRunner)
        (device: Device)
        (advance: int -> int -> unit)
        (settings: TuningSettings)
        (start: TuningHead)
        (root: Seed)
        (weights: Artifact<EncoderWeights>)
        (rows: Artifact<TuningRows>)
        : Result<TunedModel, PipelineError> =
        let input = input device start weights rows
        let before = FineTuneEpoch.start settings (FineTuneEpoch.seed root 0) input

        trained runner device advance settings root input
        |> Result.bind (fun after ->
            match force (before :: after), weights.Value.Force(), rows.Value.Force() with
            | Ok states, Ok weights, Ok rows -> choose device weights rows states
            | Error reason, _, _
            | _, Error reason, _
            | _, _, Error reason -> Error reason)
