namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// The analytic kernel of an activation without a closed form, on rows of which no two share a norm, against relu's. It has no
/// aim: it says what integrals cost.
[<RequireQualifiedAccess>]
module IntegratedRatio =

    let private features = 64

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        let rows = defaultArg rows 2000
        // Norms from 0.5·√d to 2·√d.
        let norms = Array.init rows (fun k -> 0.5f + 1.5f * float32 k / float32 rows)
        let norms = torch.tensor(norms, dtype = torch.float32).unsqueeze 1L
        let x = Tensors.toMatrix64 (BenchInputs.units rows features * norms)

        let kernel phi =
            let network = BenchInputs.network $"dense 512 | %s{phi} | dense 1"
            fun () -> Gram.ntk64 network x None |> ignore

        let seconds = Clock.best 3 [ kernel "tanh"; kernel "relu" ]

        Ok [
            {
                What =
                    $"analytic Θ of tanh, float64, rows of differing norms, N = %s{BenchInputs.grouped rows}"
                Unit = "s"
                Measured = seconds[0]
                Reference = seconds[1]
                ReferenceName = "that of relu"
                Aim = None
            }
        ]

    let measurement: Measurement = { Name = "integrated"; OnlyWhenNamed = false; Run = run }
