namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// The definition J Jᵀ against the structured method, which gives the same matrix.
[<RequireQualifiedAccess>]
module JacobianRatio =

    let private features, private width = 128, 1024

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        let rows = defaultArg rows 500
        let network = BenchInputs.network $"dense %d{width} | relu | dense 1"
        let x = BenchInputs.normal rows features
        let theta = Forward.draw network features (Seed.root 2UL) torch.float32
        let structured () = (EmpiricalNtk.gram network theta x None).Dispose()
        let contracted () = (EmpiricalNtk.contraction network theta x None).Dispose()

        let seconds = Clock.best 2 [ contracted; structured ]

        Ok [
            Ratio.ofSeconds
                $"empirical Θ by J Jᵀ, float32, N = %s{BenchInputs.grouped rows}, m = %s{BenchInputs.grouped width}, d = %d{features}"
                seconds[0]
                seconds[1]
                "the structured method"
                (AtLeast 40.0)
        ]

    let measurement: Measurement = { Name = "jacobian"; OnlyWhenNamed = false; Run = run }
