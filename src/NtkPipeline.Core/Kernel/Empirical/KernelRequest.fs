namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// One random network of the written widths, and how its kernel is wanted.
type FiniteNetwork = {
    NetworkSeed: uint64
    /// None takes the cheapest that fits.
    Asked: EmpiricalMethod option
    Form: KernelForm
}

/// A kernel that somebody asks for: of the infinitely wide network, or of a finite one.
type KernelRequest = { Architecture: Network; Kind: KernelKind; Finite: FiniteNetwork option }

/// LibTorch as a machine gives it.
[<NoEquality; NoComparison>]
type TensorMachine = {
    Device: torch.Device
    /// With another number an empirical kernel may differ in its last bits.
    Threads: int
}

/// What a machine gives.
[<NoEquality; NoComparison>]
type KernelMachine = {
    /// Bytes.
    Memory: float
    /// Asked for by finite networks alone: an analytic kernel needs no tensors, and LibTorch takes a while to load.
    Tensors: Lazy<TensorMachine>
}

/// A request ready to be computed.
[<NoEquality; NoComparison>]
type KernelJob<'t> = {
    Tiles: KernelTiles<'t>
    /// What it costs, in words; of an empirical kernel also by which method.
    Cost: string option
    /// All that decides the bytes of the result beside the inputs.
    Recipe: string list
}

[<RequireQualifiedAccess>]
module KernelRequest =

    /// The request itself, if its parts go together, or each reason why not.
    let create
        (network: Network)
        (kind: KernelKind)
        (finite: FiniteNetwork option)
        : Result<KernelRequest, string list> =
        let mistakes = [
            match kind, finite with
            | KernelKind.Nngp, Some finite ->
                if finite.Form.Outputs <> Trace then
                    "--outputs: the NNGP kernel is the same for every output"

                if finite.Form.IsByLayer then
                    "--parts: only the tangent kernel is a sum over layers"

                if finite.Asked.IsSome then
                    "--method: there is one way to the NNGP kernel of a finite network"
            | KernelKind.Nngp, None
            | KernelKind.Ntk, _ -> ()
        ]

        if mistakes.IsEmpty then
            Ok { Architecture = network; Kind = kind; Finite = finite }
        else
            Error mistakes

    /// Raised when the same request would give other bytes.
    let private version = "ntk-kernel/2"

    let private job
        (precision: Precision<'t>)
        (analytic:
            KernelKind
                -> Network
                -> int
                -> RowSource<'t>
                -> RowSource<'t> option
                -> Result<KernelTiles<'t>, PipelineError>)
        (machine: KernelMachine)
        (request: KernelRequest)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        =
        let network = request.Architecture

        let recipe (tiles: KernelTiles<'t>) more = [
            version
            NetworkText.print network
            KernelKind.print request.Kind
            precision.Name
            $"tiles of %d{tiles.Side}"
            yield! more
        ]

        let describe (tensors: TensorMachine) = [
            $"%s{tensors.Device.ToString()}"
            $"%d{tensors.Threads} threads"
        ]

        match request.Finite, request.Kind with
        | None, _ ->
            result {
                let rows = z |> Option.map _.RowCount |> Option.defaultValue 0 |> max x.RowCount

                let cost side = {
                    Flops = 0.0
                    Bytes = AnalyticTiles.bytes (min side rows) x.ColumnCount precision.Bytes
                }

                let! side, bytes =
                    match EmpiricalPlan.fit machine.Memory cost AnalyticTiles.sides with
                    | Ok(side, cost) -> Ok(side, MemoryNeed.idle + cost.Bytes)
                    | Error smallest ->
                        Error(
                            MachineLacks
                                $"kernel: its smallest tile needs %s{MemoryNeed.whole smallest.Bytes} of memory, and %s{MemoryNeed.whole machine.Memory} may be used"
                        )

                let! tiles = analytic request.Kind network side x z
                let cost = $"kernel: tiles of %d{side} rows need about %s{ByteSize.about bytes} of memory"
                return { Tiles = tiles; Cost = Some cost; Recipe = recipe tiles [ "infinite" ] }
            }
        | Some finite, KernelKind.Ntk ->
            result {
                let tensors = machine.Tensors.Value
                let! plan = EmpiricalTiles.plan precision machine.Memory finite.Asked network finite.Form x z

                let tiles =
                    EmpiricalTiles.ntk
                        precision
                        tensors.Device
                        plan
                        network
                        (Seed.root finite.NetworkSeed)
                        finite.Form
                        x
                        z

                return {
                    Tiles = tiles
                    Cost = Some(EmpiricalPlan.print plan)
                    Recipe =
                        recipe
                            tiles
                            ([
                                $"seed %d{finite.NetworkSeed}"
                                EmpiricalMethod.print plan.Method
                                Fingerprint.describe finite.Form
                             ]
                             @ describe tensors)
                }
            }
        | Some finite, KernelKind.Nngp ->
            result {
                let tensors = machine.Tensors.Value
                let! side, cost = EmpiricalTiles.planNngp precision machine.Memory network x z

                let! tiles =
                    EmpiricalTiles.nngp
                        precision
                        tensors.Device
                        side
                        network
                        (Seed.root finite.NetworkSeed)
                        x
                        z

                return {
                    Tiles = tiles
                    Cost = Some $"features: %s{Cost.printWhole cost}"
                    Recipe = recipe tiles ($"seed %d{finite.NetworkSeed}" :: describe tensors)
                }
            }

    /// The kernel of the rows of x with those of z (none: with themselves) in float32.
    let single
        (machine: KernelMachine)
        (request: KernelRequest)
        (x: RowSource<float32>)
        (z: RowSource<float32> option)
        : Result<KernelJob<float32>, PipelineError> =
        job Precision.single AnalyticTiles.single machine request x z

    /// The kernel of the rows of x with those of z (none: with themselves) in float64.
    let double
        (machine: KernelMachine)
        (request: KernelRequest)
        (x: RowSource<float>)
        (z: RowSource<float> option)
        : Result<KernelJob<float>, PipelineError> =
        job Precision.double AnalyticTiles.double machine request x z
