namespace NtkPipeline.Core

/// What an encoder is fine-tuned with: the texts that it is trained on (without the stop set), and where the head begins.
[<NoEquality; NoComparison>]
type TuningInput = {
    Weights: EncoderWeights
    /// Token ids of each text.
    Texts: int[][]
    /// One number a text; ±1 for classes.
    Targets: float[]
    Head: LinearHead
}

/// Stage: what an encoder is fine-tuned with, and the state of its training → that state after one more epoch, which is a checkpoint: a
/// killed run goes on from the last.
[<RequireQualifiedAccess>]
module FineTuneEpoch =

    /// The seed of a training, the same for all of its epochs and for every method, so that all see the texts in one order.
    let seed (root: Seed) (number: int) : Seed = Seed.derive $"fine-tune/seed=%d{number}" root

    /// "fine-tune/full/seed=0/epoch=1"; `shown` is the number by which people know the seed.
    let name (settings: TuningSettings) (shown: string) (epoch: int) : string =
        $"fine-tune/%s{TuningMethod.print settings.Method}/seed=%s{shown}/epoch=%d{epoch}"

    /// The state before the first epoch; it is not kept.
    let start (settings: TuningSettings) (seed: Seed) (input: Artifact<TuningInput>) : Artifact<TuningState> =
        input |> Artifact.map (fun input -> FineTune.start settings.Method seed input.Weights input.Head)

    /// Epoch so and so, counted from 1, of the training that `shown` names. `advance` is told the steps done and the steps of the epoch.
    let stage
        (device: Device)
        (advance: int -> int -> unit)
        (settings: TuningSettings)
        (shown: string)
        (seed: Seed)
        (epoch: int)
        : Stage<TuningInput * TuningState, TuningState> =
        let run (input: TuningInput, state: TuningState) =
            if state.Epoch <> epoch - 1 then
                invalidArg (nameof epoch) $"epoch %d{epoch} does not follow epoch %d{state.Epoch}"

            FineTune.epoch device settings seed input.Weights input.Texts input.Targets state advance

        {
            Name = name settings shown epoch
            Version = 2
            Settings = Fingerprint.describe (device, settings, seed)
            Codec = TuningState.codec
            Body = Pure run
        }

    /// All epochs of a training, each from the one before: its states after each. `advance` is told the steps done and those of all epochs.
    let all
        (runner: IRunner)
        (device: Device)
        (advance: int -> int -> unit)
        (settings: TuningSettings)
        (shown: string)
        (seed: Seed)
        (input: Artifact<TuningInput>)
        : Result<Artifact<TuningState> list, PipelineError> =
        let next states epoch =
            states
            |> Result.bind (fun states ->
                let over finished all = advance ((epoch - 1) * all + finished) (settings.Epochs * all)

                runner.Run(
                    stage device over settings shown seed epoch,
                    Artifact.both input (List.head states)
                )
                |> Result.map (fun state -> state :: states))

        (Ok [ start settings seed input ], [ 1 .. settings.Epochs ])
        ||> List.fold next
        |> Result.map (List.rev >> List.tail)
