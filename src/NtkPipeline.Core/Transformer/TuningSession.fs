namespace NtkPipeline.Core

open TorchSharp

/// A training at work: what a state is while its tensors live.
[<NoEquality; NoComparison>]
type TuningSession = {
    Tunable: Tunable
    /// What is moved, in the order of `TuningLayout.parameters`.
    Names: string[]
    Rows: AdamRow[]
}

/// States as tensors of a precision on a device, and single steps.
[<RequireQualifiedAccess>]
module TuningSession =

    /// A copy of a state's row.
    let private tensor (precision: torch.ScalarType) (device: torch.Device) (row: Matrix<float32>) =
        (Tensors.ofMatrix32 row).clone().``to``(device).``to``(precision).reshape -1L

    /// The parts of a row that are a layout's tensors, over the row itself.
    let private parts (layout: (string * int64[]) list) (row: torch.Tensor) =
        let part start (name: string, sizes: int64[]) =
            let size = TuningLayout.size sizes
            (name, row.narrow(0L, start, size).reshape sizes), start + size

        List.mapFold part 0L layout |> fst

    /// θ₀: the encoder's own parameters, and the head that training begins at.
    let private origin precision device (weights: EncoderWeights) (head: LinearHead) =
        let width = head.Weights.Length

        BertEncoder.tensors precision device weights
        |> Map.add TuningLayout.headWeights (tensor precision device (Matrix.create 1 width head.Weights))
        |> Map.add TuningLayout.headBias (tensor precision device (Matrix.create 1 1 [| head.Bias |]))

    /// f of a state's parameters, with what decay adds to each.
    let private functionOf precision device (weights: EncoderWeights) (state: TuningState) moved =
        let over origin = (origin, moved) ||> List.fold (fun all (name, part) -> Map.add name part all)

        match state.Method with
        | TuningMethod.Full -> TunableEncoder.full weights (over Map.empty), (fun _ -> None)
        | TuningMethod.Lora rank ->
            origin precision device weights state.Head |> over |> LoraLayers.tunable rank weights,
            (fun _ -> None)
        | TuningMethod.Linearised ->
            let origin = origin precision device weights state.Head

            LinearisedTuning.tunable weights origin (Map.ofList moved),
            (fun name -> Some(origin[name].reshape -1L))

    let private layout (weights: EncoderWeights) (state: TuningState) =
        TuningLayout.parameters state.Method weights.Shape

    /// f as a state has it.
    let tunable precision device (weights: EncoderWeights) (state: TuningState) : Tunable =
        tensor precision device state.Parameters
        |> parts (layout weights state)
        |> functionOf precision device weights state
        |> fst

    /// A state that has its moments, ready for steps.
    let create
        (precision: torch.ScalarType)
        (device: torch.Device)
        (weights: EncoderWeights)
        (state: TuningState)
        : TuningSession =
        let row matrix = tensor precision device matrix |> parts (layout weights state)
        let moved = row state.Parameters
        let tunable, anchor = functionOf precision device weights state moved

        let adam (name, values: torch.Tensor) (_, first: torch.Tensor) (_, second: torch.Tensor) = {
            Values = values.reshape -1L
            First = first.reshape -1L
            Second = second.reshape -1L
            Anchor = anchor name
        }

        {
            Tunable = tunable
            Names = moved |> List.map fst |> Array.ofList
            Rows = List.map3 adam moved (row state.First) (row state.Second) |> Array.ofList
        }

    /// Parts of a batch that are passed side by side, whatever the machine, so that all get the same bits.
    let private sides = 2L

    /// Σ (f − y)² over a batch, and the gradient of their mean, which belongs to `owner`.
    let private pullBack
        (owner: DisposeScope)
        (session: TuningSession)
        (batch: TokenBatch)
        (targets: torch.Tensor)
        =
        let all = targets.shape[0]
        let share = (2.0 / float all).ToScalar()
        let own (tensor: torch.Tensor) from upTo = tensor.narrow (0L, from, upTo - from)

        let pass (from, upTo) =
            use scope = torch.NewDisposeScope()
            use _ = torch.no_grad ()

            let f, pull =
                session.Tunable.PullBack { Ids = own batch.Ids from upTo; Mask = own batch.Mask from upTo }

            let residual = f - own targets from upTo
            let loss = residual.``to``(torch.float64).square().sum().item<float>()
            loss, pull (residual * share) |> Array.map scope.Detach

        let passed =
            [|
                for side in 0L .. sides - 1L do
                    if side * all / sides < (side + 1L) * all / sides then
                        side * all / sides, (side + 1L) * all / sides
            |]
            |> TorchThreads.sideBySide targets.device pass

        for _, gradients in passed do
            for gradient in gradients do
                owner.Attach gradient |> ignore

        passed |> Array.sumBy fst,
        passed |> Array.map snd |> Array.reduce (Array.map2 (fun sum next -> sum.add_ next))

    /// Σ (f − y)² over a batch before step k at this rate down the gradient of the batch's mean of (f − y)², clipped. None, and no step,
    /// where the loss or the gradient is no finite number.
    let step
        (settings: TuningSettings)
        (rate: float)
        (k: int)
        (session: TuningSession)
        (batch: TokenBatch)
        (targets: torch.Tensor)
        : float option =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let loss, gradients = pullBack scope session batch targets

        let norm =
            gradients |> Array.sumBy (fun g -> g.norm().``to``(torch.float64).square().item<float>()) |> sqrt

        if System.Double.IsFinite loss && System.Double.IsFinite norm then
            let share = if norm > settings.Clip then settings.Clip / norm else 1.0

            for place in 0 .. gradients.Length - 1 do
                let decay = if TuningLayout.isUndecayed session.Names[place] then 0.0 else settings.Decay

                AdamW.step rate decay k share session.Rows[place] gradients[place]

            Some loss
        else
            None

    /// What the steps have made of the state's three rows.
    let rows (session: TuningSession) : Matrix<float32> * Matrix<float32> * Matrix<float32> =
        let row (part: AdamRow -> torch.Tensor) =
            use _ = torch.NewDisposeScope()

            torch.cat(Array.map part session.Rows).``to``(torch.float32).cpu().reshape(1L, -1L)
            |> Tensors.toMatrix32

        row _.Values, row _.First, row _.Second
