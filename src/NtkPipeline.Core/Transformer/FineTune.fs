namespace NtkPipeline.Core

open System
open TorchSharp

/// Fine-tuning of a pretrained encoder with a head w, b on texts with numbers for targets. An epoch is a function from state to state, so
/// that a training that was stopped goes on from its last epoch to the same numbers.
[<RequireQualifiedAccess>]
module FineTune =

    let private zeros (_: string, sizes: int64[]) : float32[] =
        Array.zeroCreate (int (TuningLayout.size sizes))

    /// The state before the first epoch. What is drawn, LoRA's A, depends on the seed alone.
    let start (method: TuningMethod) (seed: Seed) (weights: EncoderWeights) (head: LinearHead) : TuningState =
        let ofEncoder (name, sizes) =
            match method with
            | TuningMethod.Full -> weights.Values[name]
            | TuningMethod.Linearised -> zeros (name, sizes)
            | TuningMethod.Lora _ -> LoraLayers.draw (Seed.derive "adapters" seed) name sizes

        let ofHead values part =
            match method with
            | TuningMethod.Full
            | TuningMethod.Lora _ -> values
            | TuningMethod.Linearised -> zeros part

        let values (name, sizes) =
            if name = TuningLayout.headWeights then ofHead head.Weights (name, sizes)
            elif name = TuningLayout.headBias then ofHead [| head.Bias |] (name, sizes)
            else ofEncoder (name, sizes)

        let parameters = TuningLayout.parameters method weights.Shape |> List.map values |> Array.concat
        let row values = Matrix.create 1 parameters.Length values

        {
            Method = method
            Epoch = 0
            Steps = 0
            Head = head
            Parameters = row parameters
            First = row (Array.zeroCreate parameters.Length)
            Second = row (Array.zeroCreate parameters.Length)
            Losses = [||]
        }

    let private expectFit
        (settings: TuningSettings)
        (weights: EncoderWeights)
        texts
        targets
        (state: TuningState)
        =
        match TuningSettings.check settings with
        | Error reason -> invalidArg (nameof settings) reason
        | Ok _ -> ()

        if Array.length texts = 0 || Array.length texts <> Array.length (targets: float[]) then
            invalidArg
                (nameof targets)
                $"%d{targets.Length} targets cannot be those of %d{texts.Length} texts"

        if
            state.Method <> settings.Method
            || int64 state.Parameters.Columns <> TuningLayout.count state.Method weights.Shape
            || state.Epoch >= settings.Epochs
            || state.First.Rows = 0
        then
            invalidArg (nameof state) "this state is of another training, or at its end"

    let private diverged (settings: TuningSettings) epoch step =
        Error(
            NumbersRefused
                $"fine-tuning (%s{TuningMethod.print settings.Method}): the loss or its gradient is no finite number at step %d{step} of epoch %d{epoch}; take a rate below %g{settings.Rate}"
        )

    /// One more epoch over texts (token ids) with these targets. The order of the texts depends on the seed and the epoch's number alone;
    /// the rate follows `TuningSettings.rateAt` over the steps of all epochs. `progress` is told the steps done and the steps of the epoch.
    let epoch
        (device: Device)
        (settings: TuningSettings)
        (seed: Seed)
        (weights: EncoderWeights)
        (texts: int[][])
        (targets: float[])
        (state: TuningState)
        (progress: int -> int -> unit)
        : Result<TuningState, PipelineError> =
        expectFit settings weights texts targets state

        match EncodeTexts.check weights.Shape texts, Device.resolve device with
        | Error reason, _
        | _, Error reason -> Error reason
        | Ok(), Ok device ->
            use _ = torch.NewDisposeScope()
            let session = TuningSession.create torch.float32 device weights state
            let number = state.Epoch + 1
            let lengths = texts |> Array.map _.Length
            let batches = TuningBatches.ofEpoch (Seed.derive "order" seed) settings.Batch lengths number
            let steps = settings.Epochs * batches.Length

            let take (rows: int[]) (step: int) =
                use _ = torch.NewDisposeScope()

                let batch =
                    rows |> Array.map (fun row -> texts[row]) |> TokenBatch.create torch.float32 device

                let targets =
                    (rows |> Array.map (fun row -> targets[row]) |> Tensors.ofArray64)
                        .``to``(torch.float32)
                        .``to``(device)

                TuningSession.step
                    settings
                    (TuningSettings.rateAt settings steps step)
                    step
                    session
                    batch
                    targets

            let rec go place sum =
                if place = batches.Length then
                    Ok(sum / float texts.Length)
                else
                    match take batches[place] (state.Steps + place + 1) with
                    | Some loss ->
                        progress (place + 1) batches.Length
                        go (place + 1) (sum + loss)
                    | None -> diverged settings number (place + 1)

            go 0 0.0
            |> Result.map (fun loss ->
                let parameters, first, second = TuningSession.rows session

                let kept (moment: Matrix<float32>) =
                    if number = settings.Epochs then
                        Matrix.create 0 parameters.Columns [||]
                    else
                        moment

                {
                    state with
                        Epoch = number
                        Steps = state.Steps + batches.Length
                        Parameters = parameters
                        First = kept first
                        Second = kept second
                        Losses = Array.append state.Losses [| loss |]
                })

    /// f of any texts (token ids), as a state has it, in their order.
    let outputs
        (device: Device)
        (weights: EncoderWeights)
        (state: TuningState)
        (texts: int[][])
        : Result<float[], PipelineError> =
        match EncodeTexts.check weights.Shape texts, Device.resolve device with
        | Error reason, _
        | _, Error reason -> Error reason
        | Ok(), Ok device ->
            use _ = torch.NewDisposeScope()
            let tunable = TuningSession.tunable torch.float32 device weights state
            let outputs = Array.zeroCreate<float> texts.Length

            TangentBatches.plan texts
            |> TorchThreads.sideBySide device (fun rows ->
                use _ = torch.NewDisposeScope()
                use _ = torch.no_grad ()

                let batch =
                    rows |> Array.map (fun row -> texts[row]) |> TokenBatch.create torch.float32 device

                (tunable.Outputs batch).``to``(torch.float64).cpu()
                |> Tensors.toArray64
                |> Array.iteri2 (fun _ row f -> outputs[row] <- f) rows)
            |> ignore

            match outputs |> Array.tryFindIndex (Double.IsFinite >> not) with
            | Some place ->
                Error(
                    NumbersRefused
                        $"fine-tuning (%s{TuningMethod.print state.Method}): the output at text %d{place + 1} is no finite number"
                )
            | None -> Ok outputs
