namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// The analytic kernel of rows of one norm against the Gram product that it needs and one pass that writes the result, and
/// ten hidden layers against one.
[<RequireQualifiedAccess>]
module AnalyticRatio =

    let private features = 128

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        let rows = defaultArg rows BenchInputs.usualRows
        let units = BenchInputs.units rows features
        let x = Tensors.toMatrix32 units
        let target = BenchInputs.normal rows rows

        let ofDepth depth =
            let network = BenchInputs.network $"repeat(%d{depth}, dense 512 w=1.41421356 | relu) | dense 1"
            fun () -> Gram.ntk network x None |> ignore

        let product () = units.mm(units.t ()).Dispose()
        let pass () = target.clone().Dispose()
        let seconds = Clock.best 5 [ ofDepth 1; ofDepth 10; product; pass ]
        let one, ten, floor = seconds[0], seconds[1], seconds[2] + seconds[3]

        let what depth =
            $"analytic Θ, float32, depth %d{depth}, N = %s{BenchInputs.grouped rows}, d = %d{features}"

        Ok [
            Ratio.ofSeconds (what 1) one floor "the Gram product and a copy of the result" (AtMost 1.5)
            Ratio.ofSeconds (what 10) ten floor "the Gram product and a copy of the result" (AtMost 1.5)
            Ratio.ofSeconds (what 10) ten one "depth 1" (AtMost 1.15)
        ]

    let measurement: Measurement = { Name = "analytic"; OnlyWhenNamed = false; Run = run }
