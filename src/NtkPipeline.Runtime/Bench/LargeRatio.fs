namespace NtkPipeline.Runtime

open System
open System.Diagnostics
open NtkPipeline.Core
open TorchSharp

/// Regression past memory: one product with a kernel that is not held against half the Gram product that it needs, and
/// whole solves at two sizes, of which the larger also reports its memory.
[<RequireQualifiedAccess>]
module LargeRatio =

    let private features = 128

    let private network = "repeat(3, dense 512 w=1.41421356 | relu) | dense 1"

    let private inputs (rows: int) =
        use _ = torch.NewDisposeScope()
        BenchInputs.units rows features |> Tensors.toMatrix64

    let private prepare x =
        KernelSource.create KernelKind.Ntk (BenchInputs.network network) true x
        |> Result.mapError _.Sentence

    /// The N²d flops of half the Gram matrix, as LibTorch multiplies blocks of rows in float32, with no result kept.
    let private halfGram (x: torch.Tensor) () =
        let n = x.shape[0]
        let block = 1024L

        for start in 0L .. block .. n - 1L do
            use _ = torch.NewDisposeScope()
            x.narrow(0L, start, min block (n - start)).mm(x.narrow(0L, start, n - start).t()) |> ignore

    let private runProduct (rows: int option) =
        let rows = defaultArg rows 20_000

        prepare (inputs rows)
        |> Result.map (fun (source, xs) ->
            use _ = torch.NewDisposeScope()
            let tiles = UnheldKernel.symmetric source xs
            let vectors count = BenchInputs.normal count rows |> Tensors.toMatrix64
            let one, eight = vectors 1, vectors 8
            let x = BenchInputs.units rows features

            let seconds =
                Clock.best 3 [
                    (fun () -> KernelProduct.multiply tiles one |> ignore)
                    (fun () -> KernelProduct.multiply tiles eight |> ignore)
                    halfGram x
                ]

            let what count =
                $"K·v, %d{count} vector(s), depth 3, N = %s{BenchInputs.grouped rows}, d = %d{features}"

            [
                Ratio.ofSeconds (what 1) seconds[0] seconds[2] "half a Gram product" (AtMost 2.0)
                Ratio.ofSeconds (what 8) seconds[1] seconds[0] "one vector" (AtMost 1.5)
            ])

    /// K·v of kernels that are not held.
    let product: Measurement = { Name = "product"; OnlyWhenNamed = false; Run = runProduct }

    /// Targets that a smooth function and some noise make.
    let private targets (x: Matrix<float>) =
        let random = Random 1

        Matrix.init x.Rows 1 (fun i _ -> sin x[i, 0] + x[i, 1] * x[i, 2] + 0.1 * (random.NextDouble() - 0.5))

    let private ridge = 0.1

    let private solve rows =
        let x = inputs rows
        let watch = Stopwatch.StartNew()

        let settings: SolveSettings = {
            Method = Some SolveMethod.Gradients
            Rank = 1000
            Gradients = { Tolerance = 1e-4; MostSteps = 500 }
            Memory = 4_000_000_000L
            // Else the smaller size would fit into memory, and the larger not.
            HoldsEntries = false
            Seed = Seed.root 1UL
        }

        LargeSolve.solve settings ignore None {
            Kind = KernelKind.Ntk
            Network = BenchInputs.network network
            IsSingle = true
            X = x
            Y = targets x
            Ridges = [| ridge |]
            IsRelative = true
            Asked = None
        }
        |> Result.mapError _.Sentence
        |> Result.map (fun solved -> watch.Elapsed.TotalSeconds, solved)

    let private runSolve (rows: int option) =
        let rows = defaultArg rows 50_000

        // The first solve pays for compilation and does not count.
        solve (min 2000 (rows / 4))
        |> Result.bind (fun _ -> solve (rows / 4))
        |> Result.bind (fun (small, _) ->
            solve rows |> Result.map (fun (large, solved) -> small, large, solved))
        |> Result.map (fun (small, large, solved) ->
            use self = Process.GetCurrentProcess()
            let residual = solved.Systems[0].Residual

            let what =
                $"conjugate gradients, depth 3, N = %s{BenchInputs.grouped rows}, λ = %g{ridge} × mean diagonal, residual %.2g{residual} in %d{solved.Iterations} steps of rank %d{solved.Rank}"

            [
                // Time as N^2.1 grows by 4^2.1 from N/4 to N.
                Ratio.ofSeconds
                    what
                    large
                    small
                    "a quarter of the rows (exponent 2.1 is 18.4)"
                    (AtMost(4.0 ** 2.1))
                {
                    What = "peak memory of the whole process"
                    Unit = "MB"
                    Measured = float self.PeakWorkingSet64 / 1e6
                    Reference = 4000.0
                    ReferenceName = "4 GB"
                    Aim = Some(AtMost 1.0)
                }
            ])

    /// A regression of 50,000 rows: minutes.
    let large: Measurement = { Name = "large"; OnlyWhenNamed = true; Run = runSolve }
