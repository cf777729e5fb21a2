namespace NtkPipeline.Core

open TorchSharp

/// The tangent kernel of a fine-tuned encoder beside the one that it began with, on the probe rows.
[<RequireQualifiedAccess>]
module TransformerDrifts =

    let private inner (a: torch.Tensor) (b: torch.Tensor) = (a * b).sum().item<float>()

    /// HKH with H = I − 11ᵀ/n.
    let private centred (k: torch.Tensor) =
        k - k.mean ([| 0L |], keepdim = true) - k.mean ([| 1L |], keepdim = true) + k.mean ()

    let private cosine a b = inner a b / sqrt (inner a a * inner b b)

    /// Of two kernels of the same rows, n × n: before and after.
    let compare seed epoch movement (before: Matrix<float32>) (after: Matrix<float32>) : TransformerDrift =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let before = (Tensors.ofMatrix32 before).double()
        let after = (Tensors.ofMatrix32 after).double()
        let change = after - before

        {
            Seed = seed
            Epoch = epoch
            DeltaTheta = sqrt (inner change change / inner before before)
            Cosine = cosine before after
            Cka = cosine (centred before) (centred after)
            TraceRatio = after.diagonal().sum().item<float>() / before.diagonal().sum().item<float>()
            Movement = movement
        }

    /// How the change of a training's outputs from `start` to `actual` was foretold by `said`.
    let foretold (training: TuningMethod) what (start: float[]) (actual: float[]) (said: float[]) : Foretold =
        let change, expected = Array.map2 (-) actual start, Array.map2 (-) said start
        let square (xs: float[]) = xs |> Array.sumBy (fun x -> x * x)
        let size = square change
        let same = Array.map2 (fun a b -> if (a > 0.0) = (b > 0.0) then 1.0 else 0.0) actual said

        {
            Of = TransformerModel.id (TransformerModel.Tuned training)
            What = what
            Correlation = Metrics.correlation change expected
            Explained =
                if size = 0.0 then
                    None
                else
                    Some(1.0 - square (Array.map2 (-) change expected) / size)
            Agreement = Array.average same
        }

    /// ‖θ − θ₀‖/‖θ₀‖ of the encoder.
    let private movement (before: EncoderWeights) (after: EncoderWeights) =
        let mutable moved, size = 0.0, 0.0

        for KeyValue(name, values) in before.Values do
            let others = after.Values[name]

            for k in 0 .. values.Length - 1 do
                let change = float others[k] - float values[k]
                moved <- moved + change * change
                size <- size + float values[k] * float values[k]

        sqrt (moved / size)

    /// Of the encoder's parameters and of the head's, whose gradients are φ and 1.
    let private kernel (rows: TangentRows, pooled: Matrix<float32>) =
        TangentKernel.symmetric [ rows ] |> TransformerSolve.withHead pooled pooled.Rows

    /// The sketched kernels of the probe rows before and after, each with φ of its time, and how far the weights are from where they began.
    let stage
        (seed: int)
        (epoch: int)
        : Stage<
            ((TangentRows * Matrix<float32>) * (TangentRows * Matrix<float32>)) *
            (EncoderWeights * EncoderWeights),
            TransformerDrift
           >
        =
        let run ((before, after), (first, last)) =
            compare seed epoch (movement first last) (kernel before) (kernel after) |> Ok

        {
            Name = $"transformer-drift/seed=%d{seed}/epoch=%d{epoch}"
            Version = 1
            Settings = ""
            Codec = Codec.json "transformer-drift/1"
            Body = Pure run
        }
