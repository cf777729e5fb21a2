namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// The empirical kernel by the structured method against the two matrix products whose entries it needs.
[<RequireQualifiedAccess>]
module StructuredRatio =

    let private features, private width = 128, 4096

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        let rows = defaultArg rows BenchInputs.usualRows
        let network = BenchInputs.network $"dense %d{width} | relu | dense 1"
        let x = BenchInputs.normal rows features
        let theta = Forward.draw network features (Seed.root 2UL) torch.float32
        let hidden = BenchInputs.normal rows width

        let products () =
            hidden.mm(hidden.t ()).Dispose()
            hidden.mm(hidden.t ()).Dispose()

        let structured () = StructuredGram.symmetric (EmpiricalNtk.trace network theta x) |> ignore

        let seconds = Clock.best 3 [ structured; products ]

        Ok [
            Ratio.ofSeconds
                $"empirical Θ, structured, float32, N = %s{BenchInputs.grouped rows}, m = %s{BenchInputs.grouped width}, d = %d{features}"
                seconds[0]
                seconds[1]
                "two full N×N×m products"
                (AtMost 0.65)
        ]

    let measurement: Measurement = { Name = "structured"; OnlyWhenNamed = false; Run = run }
