namespace NtkPipeline.Core

/// All that decides one network, but for the data: what it is, how it is trained and what is looked at.
type RunSpec = {
    /// What is trained, but for its width: its layers, α, and whether it is centred.
    Architecture: Architecture
    /// Hidden units, m.
    Width: int
    InputScale: InputScale
    Optimiser: Optimiser
    /// In the optimiser's unit (`Optimiser.unit`), with Λ_max of the infinite-width kernel at this input scale and output scale.
    Rate: float
    /// 0 stands for full-batch descent.
    BatchSize: int
    Epochs: int
    Tracked: TrackedEpochs
    /// Training rows on which the kernel is followed.
    ProbeRows: int
    /// Which of the seeds, from 0.
    Member: int
    Device: Device
}

[<RequireQualifiedAccess>]
module RunSpec =

    /// The name of the stage that trains it, which its seed hangs on. What it leaves out must be named by a grid that varies it
    /// (`Grid.points`). The written method's layers are not named, so that its seeds are those of its first version.
    let name (spec: RunSpec) : string =
        let network =
            if Architecture.isWritten spec.Architecture then
                ""
            else
                $"/%s{spec.Architecture.Text}"

        $"train-network/%s{InputScale.print spec.InputScale}/m=%d{spec.Width}/rate=%g{spec.Rate}/seed=%d{spec.Member}%s{network}"

    /// The one key that seeds are put together by.
    let group (spec: RunSpec) : RunSpec = { spec with Member = 0 }

    /// The key of a curve against the width: its groups differ in nothing else.
    let series (spec: RunSpec) : RunSpec = { spec with Member = 0; Width = 1 }

    let private width (spec: RunSpec) =
        match Width.create spec.Width with
        | Ok width -> width
        | Error reason -> invalidArg (nameof spec) reason

    /// The network itself, without α and not centred.
    let network (spec: RunSpec) : Network = Architecture.at (width spec) spec.Architecture

    /// Whether it can have several outputs: a dense layer, which is last, makes them.
    let takesOutputs (spec: RunSpec) : bool =
        match List.last (network spec).Layers with
        | Dense _ -> true
        | Activate _
        | LayerNorm _
        | Residual _
        | Tokens _ -> false

    /// The same with so many outputs, each of which has the kernel of the one.
    let networkOf (outputs: int) (spec: RunSpec) : Network =
        let network = network spec

        let found =
            match outputs, List.rev network.Layers with
            | 1, _ -> Ok network
            | _, Dense(_, prior) :: below ->
                Width.create outputs
                |> Result.bind (fun width ->
                    Network.withLayers (List.rev (Dense(width, prior) :: below)) network)
            | _ -> Error $"%s{NetworkText.print network} does not end in a dense layer"

        match found with
        | Ok network -> network
        | Error reason -> invalidArg (nameof outputs) reason

    /// The network whose analytic kernel it is held against.
    let limit (spec: RunSpec) : Network = Architecture.limit (width spec) spec.Architecture

    /// What makes a network impossible to train, as an exception: settings are checked where they are read.
    let check (spec: RunSpec) : unit =
        let refuse name (value: obj) =
            invalidArg name $"a network cannot be trained with %s{name} = %O{value}"

        for name, value, least in
            [
                nameof spec.Width, spec.Width, 1
                nameof spec.BatchSize, spec.BatchSize, 0
                nameof spec.Epochs, spec.Epochs, 1
                nameof spec.ProbeRows, spec.ProbeRows, 1
            ] do
            if value < least then
                refuse name value

        match Optimiser.refusal spec.Optimiser with
        | Some reason -> invalidArg (nameof spec.Optimiser) reason
        | None -> ()

        if not (System.Double.IsFinite spec.Rate && spec.Rate > 0.0) then
            refuse (nameof spec.Rate) spec.Rate
