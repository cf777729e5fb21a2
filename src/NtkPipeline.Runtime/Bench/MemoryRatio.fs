namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// The structured kernel's peak of memory, result and network included, against the result alone.
[<RequireQualifiedAccess>]
module MemoryRatio =

    let private features, private width = 128, 4096

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        let rows = defaultArg rows BenchInputs.usualRows
        let network = BenchInputs.network $"dense %d{width} | relu | dense 1"

        let structured rows =
            use _ = torch.NewDisposeScope()
            let theta = Forward.draw network features (Seed.root 2UL) torch.float32
            let x = BenchInputs.normal rows features
            StructuredGram.symmetric (EmpiricalNtk.trace network theta x) |> ignore

        // Code and the buffers of libraries are there before.
        structured 512

        match ProcessMemory.peak (fun () -> structured rows) with
        | None -> Error "peak memory is only measured on Linux"
        | Some bytes ->
            let megabytes (bytes: int64) = float bytes / 1e6

            Ok [
                {
                    What =
                        $"peak memory of empirical Θ, structured, float32, N = %s{BenchInputs.grouped rows}, m = %s{BenchInputs.grouped width}"
                    Unit = "MB"
                    Measured = megabytes bytes
                    Reference = megabytes (4L * int64 rows * int64 rows)
                    ReferenceName = "the result"
                    Aim = Some(AtMost 3.0)
                }
            ]

    let measurement: Measurement = { Name = "memory"; OnlyWhenNamed = false; Run = run }
