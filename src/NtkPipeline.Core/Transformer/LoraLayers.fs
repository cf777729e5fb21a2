namespace NtkPipeline.Core

open TorchSharp

/// Low-rank adaptation (Hu et al. 2021): of the query and value layers, W + s B A is applied, with A of few rows drawn once and B = 0 at
/// first, so that training begins at the pretrained function.
[<RequireQualifiedAccess>]
module LoraLayers =

    /// s, the paper's α/r at α = 2r.
    let scale = 2.0

    let private isMoved (names: string list) name = List.contains name names

    /// Layers in which A and B, named as in `TuningLayout`, stand beside the encoder's own.
    let layers (shape: EncoderShape) (parameters: Map<string, torch.Tensor>) : EncoderLayers =
        let plain = BertEncoder.layers shape parameters
        let adapted = TuningLayout.loraLayers shape

        {
            plain with
                Dense =
                    fun name x ->
                        let y = plain.Dense name x

                        if isMoved adapted name then
                            let a, b =
                                parameters[name + TuningLayout.loraA], parameters[name + TuningLayout.loraB]

                            y + x.matmul(a.t ()).matmul(b.t ()) * scale.ToScalar()
                        else
                            y
        }

    /// A with entries N(0, 1/columns), float32 row by row, for each tensor of LoRA's layout; B and all others 0.
    let draw (seed: Seed) (name: string) (sizes: int64[]) : float32[] =
        let count = int (TuningLayout.size sizes)

        if name.EndsWith TuningLayout.loraA then
            use _ = torch.NewDisposeScope()
            use generator = Seed.generator (Seed.derive name seed)

            torch
                .randn(sizes, dtype = torch.float32, generator = generator)
                .div_((sqrt (float sizes[1])).ToScalar())
            |> Tensors.toArray32
        else
            Array.zeroCreate count

    /// Only A, B and the head are moved.
    let tunable (rank: int) (weights: EncoderWeights) (parameters: Map<string, torch.Tensor>) : Tunable =
        let shape = weights.Shape

        let moved = TuningLayout.parameters (TuningMethod.Lora rank) shape |> List.map fst |> Array.ofList

        {
            Outputs = TunableEncoder.outputs weights parameters (layers shape parameters)
            PullBack = TunableEncoder.pullBack weights parameters moved (layers shape)
        }

    /// W + s B A of the adapted layers, as an encoder without adapters.
    let merge (weights: EncoderWeights) (moved: Map<string, float32[]>) (rank: int) : EncoderWeights =
        let width = weights.Shape.Width

        let merged name =
            use _ = torch.NewDisposeScope()

            let tensor (values: float32[]) rows columns =
                Tensors.ofMatrix32 (Matrix.create rows columns values)

            let a = tensor moved[name + TuningLayout.loraA] rank width
            let b = tensor moved[name + TuningLayout.loraB] width rank
            let w = tensor weights.Values[name + ".weight"] width width
            (w + b.matmul a * scale.ToScalar()) |> Tensors.toArray32

        {
            weights with
                Values =
                    (weights.Values, TuningLayout.loraLayers weights.Shape)
                    ||> List.fold (fun values name -> Map.add (name + ".weight") (merged name) values)
        }
