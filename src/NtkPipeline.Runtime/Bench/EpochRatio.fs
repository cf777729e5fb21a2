namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// One epoch of training, as the runs train, against the three matrix products of its steps, at the same shapes and as
/// many times: x W₁ᵀ (b × d × m), a W₂ᵀ (b × m × 1) and δᵀ x (m × b × d).
[<RequireQualifiedAccess>]
module EpochRatio =

    let private features, private width, private batch = 128, 4096, 256

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows = defaultArg rows 6090
        let network = BenchInputs.network $"dense %d{width} | relu | dense 1"
        let x = BenchInputs.units rows features
        let y = (BenchInputs.normal rows 1).sign()
        let theta = Forward.draw network features (Seed.root 2UL) torch.float32
        let stack = ReluStack.ofNetwork network theta 1.0

        let batches =
            Batches.ofEpoch (Seed.root 3UL) batch rows 1
            |> Array.map (fun rows -> torch.tensor (rows |> Array.map int64))

        let epoch () =
            for indices in batches do
                use _ = torch.NewDisposeScope()

                ReluStack.step 1e-3 (x.index_select (0L, indices)) (y.index_select (0L, indices)) stack
                |> ignore

        let size = int batches[0].shape[0]
        let inputs, hidden = BenchInputs.normal size features, BenchInputs.normal size width
        let first, second = BenchInputs.normal width features, BenchInputs.normal 1 width

        let products () =
            for _ in batches do
                use _ = torch.NewDisposeScope()
                inputs.mm (first.t ()) |> ignore
                hidden.mm (second.t ()) |> ignore
                hidden.t().mm inputs |> ignore

        let seconds = Clock.best 7 [ epoch; products ]

        Ok [
            Ratio.ofSeconds
                $"one epoch of SGD, float32, N = %s{BenchInputs.grouped rows}, batch %d{size}, m = %s{BenchInputs.grouped width}, d = %d{features}"
                seconds[0]
                seconds[1]
                "its products x W₁ᵀ, a W₂ᵀ, δᵀ x"
                (AtMost 1.4)
        ]

    let measurement: Measurement = { Name = "epoch"; OnlyWhenNamed = false; Run = run }
