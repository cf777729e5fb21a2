namespace NtkPipeline.Core

open TorchSharp

/// The kernels of one finite network over texts, in tiles. Texts are rows as `TextTensor.ofRows` takes them.
[<RequireQualifiedAccess>]
module TextTiles =

    let private sides = [ 512; 256; 128; 64; 32; 16; 8; 4; 2; 1 ]

    /// The asked-for method (none: the cheapest that fits into `memory` bytes) and its tiles' side.
    let plan
        (memory: float)
        (asked: EmpiricalMethod option)
        (network: Network)
        (size: TextsSize)
        : Result<EmpiricalPlan, PipelineError> =
        EmpiricalMethod.all
        |> List.map (fun way ->
            way, EmpiricalPlan.fit memory (fun side -> TextCost.ofMethod network size side way) sides)
        |> EmpiricalPlan.choose memory asked network

    /// θ on the device, for as long as the tiles may be asked for.
    let private draw (precision: Precision<'t>) device (maps: LinearMap list) (seed: Seed) =
        use scope = torch.NewDisposeScope()
        let theta = Forward.drawMaps maps seed precision.Type |> Forward.toDevice device
        Forward.tensors theta |> Array.iter (fun t -> scope.Detach t |> ignore)
        theta

    let private filled
        (precision: Precision<'t>)
        (device: torch.Device)
        (inner: int list)
        height
        width
        (fill: torch.Tensor -> unit)
        =
        let shape = height :: width :: inner |> List.map int64 |> Array.ofList
        let values = Array.zeroCreate<'t>(int (Array.fold (*) 1L shape))
        let there = torch.zeros (shape, dtype = precision.Type, device = device)
        fill there

        // An array without entries is none that LibTorch writes into.
        if values.Length > 0 then
            (precision.Tensor values shape).copy_ there |> ignore

        values

    /// The tangent kernel of the network with this seed, texts × texts [× places × places].
    let ntk
        (precision: Precision<'t>)
        (device: torch.Device)
        (plan: EmpiricalPlan)
        (network: Network)
        (seed: Seed)
        (features: int)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : KernelTiles<'t> =
        let placesOf (rows: RowSource<'t>) = rows.ColumnCount / (features + 1)
        let theta = draw precision device (LinearMaps.ofTexts features (placesOf x) network) seed

        let inner =
            [ x; defaultArg z x ] |> List.choose (fun rows -> LinearMaps.outputPlaces (placesOf rows) network)

        /// In the caller's scope.
        let texts (m: Matrix<'t>) =
            let shared = precision.Tensor m.Values [| int64 m.Rows; int64 m.Columns |]
            TextTensor.ofRows features (shared.clone().``to`` device)

        let filled height width fill = filled precision device inner height width fill
        let copy (target: torch.Tensor) (found: torch.Tensor) = target.copy_ found |> ignore
        let scope () : System.IDisposable = torch.NewDisposeScope()

        // Of products of a matrix with its own transpose, the half above the diagonal is mirrored.
        let symmetric (found: torch.Tensor) =
            let turned = if inner.IsEmpty then found.t () else found.permute (1L, 0L, 3L, 2L)

            found.add(turned).mul_(0.5.ToScalar())

        match plan.Method with
        | Structured ->
            StripTiles.create precision None inner plan.Side x z {
                Inputs = "texts"
                Scope = scope
                Prepare = texts >> TokenNtk.trace network theta
                Between = fun height width a b -> filled height width (TokenNtk.fillBetween network a b)
                Symmetric = fun height a -> filled height height (TokenNtk.fillSymmetric network a)
            }
        | Contraction ->
            StripTiles.create precision None inner plan.Side x z {
                Inputs = "texts"
                Scope = scope
                Prepare = texts >> TokenNtk.jacobian network theta
                Between =
                    fun height width a b -> filled height width (fun t -> copy t (TokenNtk.contract a b))
                Symmetric =
                    fun height a -> filled height height (fun t -> copy t (symmetric (TokenNtk.contract a a)))
            }
        | VectorProducts ->
            let products = TokenNtk.byProducts network theta

            StripTiles.create precision None inner plan.Side x z {
                Inputs = "texts"
                Scope = scope
                Prepare = texts
                Between = fun height width a b -> filled height width (fun t -> copy t (products a b))
                Symmetric = fun height a -> filled height height (fun t -> copy t (symmetric (products a a)))
            }
