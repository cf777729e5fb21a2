namespace NtkPipeline.Core

open TorchSharp

/// LoRA's adapters as they are drawn, B being 0.
[<NoEquality; NoComparison>]
type LoraAdapters = {
    /// A of each adapted dense layer, by its name: r × in.
    Down: Map<string, Matrix<float32>>
    /// s.
    Scale: float
}

/// The gradients by LoRA's parameters (Hu et al. 2021) where its training begins, at B = 0: s Σ_t δ_t (A a_t)ᵀ by B, and 0 by A.
[<RequireQualifiedAccess>]
module LoraTangent =

    /// Those that a training with this seed begins with.
    let adapters (seed: Seed) (rank: int) (shape: EncoderShape) : LoraAdapters = {
        Down =
            Map [
                for name in TuningLayout.loraLayers shape do
                    name,
                    LoraLayers.draw (Seed.derive "adapters" seed) (name + TuningLayout.loraA) [|
                        int64 rank
                        int64 shape.Width
                    |]
                    |> Matrix.create rank shape.Width
            ]
        Scale = LoraLayers.scale
    }

    /// The adapted layers, with their numbers in `EncoderShape.dense` and their parts.
    let private adapted (adapters: LoraAdapters) (shape: EncoderShape) = [
        for number, (name, (rows, _)) in EncoderShape.dense shape |> List.indexed do
            match Map.tryFind name adapters.Down with
            | None -> ()
            | Some down ->
                let kinds = TangentKind.dense.Length
                let kind = List.item (number % kinds) TangentKind.dense
                number, name, { Layer = Some(number / kinds); Kind = kind }, rows, down
    ]

    /// A layer's gradient by B, or δ projected to `rank` numbers times A a.
    let columns (adapters: LoraAdapters) (rank: int option) (shape: EncoderShape) : TangentColumns list =
        adapted adapters shape
        |> List.map (fun (_, _, part, rows, down) -> part, defaultArg rank rows * down.Rows)
        |> TangentColumns.layOut

    /// What makes a batch's columns of its activations, and then of gradients. Tensors that it needs belong to the caller's scope.
    let draw
        (adapters: LoraAdapters)
        (rank: int option)
        (seed: Seed)
        (shape: EncoderShape)
        (precision: torch.ScalarType)
        (device: torch.Device)
        : TangentForward -> TangentTrace -> torch.Tensor =
        let layers =
            adapted adapters shape
            |> List.map (fun (number, name, _, rows, down) ->
                let down =
                    (Tensors.ofMatrix32 down)
                        .mul(adapters.Scale.ToScalar())
                        .t()
                        .contiguous()
                        .``to``(precision)
                        .``to``
                        device

                let left =
                    rank
                    |> Option.map (fun rank ->
                        RandomProjection.draw (Seed.derive name seed) 1.0 rank rows
                        |> RandomProjection.toDevice precision device)

                number, down, left)

        fun forward ->
            let inputs = layers |> List.map (fun (number, down, _) -> forward.Inputs[number].matmul down)

            fun trace ->
                use _ = torch.NewDisposeScope()
                use _ = torch.no_grad ()

                (layers, inputs)
                ||> List.map2 (fun (number, _, left) input ->
                    match left with
                    | None -> KroneckerSketch.outer trace.Dense[number] input
                    | Some left ->
                        KroneckerSketch.outer (RandomProjection.apply left trace.Dense[number]) input)
                |> Array.ofList
                |> fun columns -> torch.cat(columns, 1L).MoveToOuterDisposeScope()
