namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What is made of a strip of rows on the device once, and of two such, or of one with itself: written into a tensor.
[<NoEquality; NoComparison>]
type internal TensorWay<'p> = {
    Prepare: torch.Tensor -> 'p
    Between: 'p -> 'p -> torch.Tensor -> unit
    Symmetric: 'p -> torch.Tensor -> unit
}

/// The kernels of one finite network in tiles, from rows that memory need not hold, on any device. Rows pass through the
/// network in blocks of one grid, so the tiles' size moves no bit of the result; the number of threads may.
[<RequireQualifiedAccess>]
module EmpiricalTiles =

    /// Tiles of tensors on a device. `sheets` and `inner` are the array's other axes: see `KernelTiles`.
    let internal tiles
        (precision: Precision<'t>)
        (device: torch.Device)
        (sheets: int option)
        (inner: int list)
        (side: int)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        (way: TensorWay<'p>)
        : KernelTiles<'t> =

        /// The rows of a strip on the device, in the caller's scope. In LibTorch's own memory, since where an array of ours begins
        /// is chance, and products of matrices may end in other bits by it.
        let onDevice (m: Matrix<'t>) =
            let shared = precision.Tensor m.Values [| int64 m.Rows; int64 m.Columns |]
            shared.clone().``to`` device

        let filled height width (fill: torch.Tensor -> unit) : 't[] =
            let shape = Option.toList sheets @ [ height; width ] @ inner |> List.map int64 |> Array.ofList

            let values = Array.zeroCreate<'t>(int (Array.fold (*) 1L shape))
            let target = precision.Tensor values shape

            if device.``type`` = DeviceType.CPU then
                fill target
            else
                let there = torch.empty (shape, dtype = precision.Type, device = device)
                fill there
                target.copy_ there |> ignore

            values

        StripTiles.create precision sheets inner side x z {
            Inputs = "rows"
            Scope = fun () -> torch.NewDisposeScope()
            Prepare = onDevice >> way.Prepare
            Between = fun height width above left -> filled height width (way.Between above left)
            Symmetric = fun height above -> filled height height (way.Symmetric above)
        }

    let private ofNetwork precision device form network =
        tiles
            precision
            device
            (KernelForm.sheets form network)
            (KernelForm.inner form (Network.outputs network))

    let private ignoreRows _ _ = ()

    /// θ on the device, for as long as the tiles may be asked for.
    let private draw (precision: Precision<'t>) device (network: Network) (features: int) (seed: Seed) =
        use scope = torch.NewDisposeScope()
        let theta = Forward.draw network features seed precision.Type |> Forward.toDevice device
        Forward.tensors theta |> Array.iter (fun t -> scope.Detach t |> ignore)
        theta

    let private sizeOf (precision: Precision<'t>) (x: RowSource<'t>) (z: RowSource<'t> option) : KernelSize = {
        FeatureCount = x.ColumnCount
        RowCount = x.RowCount
        ColumnCount = z |> Option.map _.RowCount
        BytesPerNumber = precision.Bytes
    }

    /// The asked-for method (none: the cheapest that fits into `memory` bytes) for the tangent kernel of the rows of x with those
    /// of z, or with themselves; refused where it cannot fit or where x or z cannot be.
    let plan
        (precision: Precision<'t>)
        (memory: float)
        (asked: EmpiricalMethod option)
        (network: Network)
        (form: KernelForm)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : Result<EmpiricalPlan, PipelineError> =
        StripTiles.check precision ignoreRows x z
        |> Result.bind (fun () -> EmpiricalPlan.plan memory asked network form (sizeOf precision x z))

    /// The tangent kernel of the network with this seed.
    let ntk
        (precision: Precision<'t>)
        (device: torch.Device)
        (plan: EmpiricalPlan)
        (network: Network)
        (seed: Seed)
        (form: KernelForm)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : KernelTiles<'t> =
        let theta = draw precision device network x.ColumnCount seed
        let inBlocks = KernelBlocks.cut (int64 (EmpiricalMethod.block plan.Method))

        let blocks prepare pair = {
            Prepare = inBlocks prepare
            Between = KernelBlocks.fillBetween form pair
            Symmetric = KernelBlocks.fillSymmetric form pair
        }

        match plan.Method with
        | Structured ->
            ofNetwork precision device form network plan.Side x z {
                Prepare = OutputTraces.ofRows (OutputTraces.tracer form network theta)
                Between = OutputTraces.fillBetween form network
                Symmetric = OutputTraces.fillSymmetric form network
            }
        | Contraction ->
            ofNetwork
                precision
                device
                form
                network
                plan.Side
                x
                z
                (blocks (KernelBlocks.jacobian network theta) (KernelBlocks.contract theta form))
        | VectorProducts ->
            ofNetwork
                precision
                device
                form
                network
                plan.Side
                x
                z
                (blocks id (KernelBlocks.multiply network theta form))

    /// The side of tiles of the NNGP kernel and its cost; refused where it cannot fit, or x or z cannot be.
    let planNngp
        (precision: Precision<'t>)
        (memory: float)
        (network: Network)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : Result<int * Cost, PipelineError> =
        result {
            do! StripTiles.check precision ignoreRows x z

            let! _ =
                Network.finite network
                |> Result.bind FeatureKernel.lastLayer
                |> Result.mapError (fun reason -> NumbersRefused $"empirical kernel: %s{reason}")

            let cost = Cost.ofFeatures network (sizeOf precision x z)

            return!
                match EmpiricalPlan.fit memory cost (EmpiricalMethod.sides Structured) with
                | Ok found -> Ok found
                | Error smallest -> EmpiricalPlan.refuse memory "the Gram product" smallest
        }

    /// The NNGP kernel of the network with this seed (see `FeatureKernel`), which must end in a dense layer.
    let nngp
        (precision: Precision<'t>)
        (device: torch.Device)
        (side: int)
        (network: Network)
        (seed: Seed)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : Result<KernelTiles<'t>, PipelineError> =
        FeatureKernel.lastLayer network
        |> Result.mapError (fun reason -> NumbersRefused $"empirical kernel: %s{reason}")
        |> Result.map (fun prior ->
            let theta = draw precision device network x.ColumnCount seed

            ofNetwork precision device KernelForm.plain network side x z {
                Prepare = OutputTraces.ofRows (FeatureKernel.trace network prior theta)
                Between = StructuredGram.fillBetween
                Symmetric = StructuredGram.fillSymmetric
            })
