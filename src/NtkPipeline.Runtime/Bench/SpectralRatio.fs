namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// What a kernel regression's whole path costs beside the one eigendecomposition that it rests on.
[<RequireQualifiedAccess>]
module SpectralRatio =

    let private ridges count =
        RidgeSettings.grid {
            Smallest = 1e-3
            Largest = 1e3
            PointsPerDecade = count
            ChooseBy = RidgeChoice.LeaveOneOut
        }
        |> Array.truncate count

    /// A ridge regression's problem of so many rows: the kernel of a network with two layers, and signs.
    let private problem rows =
        use _ = torch.NewDisposeScope()
        let x = Tensors.toMatrix32 (BenchInputs.units rows 128)
        let y = (BenchInputs.normal rows 1).sign() |> Tensors.toArray64

        match Gram.ntk (BenchInputs.network "dense 512 | relu | dense 1") x None with
        | Ok kernel -> KernelMatrix.Single kernel, y
        | Error error -> invalidOp error.Sentence

    let private run (rows: int option) =
        let rows = defaultArg rows 6090
        let kernel, y = problem rows
        let mutable decomposed = Error(NumbersRefused "not yet")
        let decomposition = Clock.once (fun () -> decomposed <- Spectrum.decompose "the kernel" kernel)

        match decomposed with
        | Error error -> Error error.Sentence
        | Ok spectrum ->
            let along count = RidgePath.along spectrum y (ridges count)

            let path =
                Clock.once (fun () ->
                    let path = along 50

                    for p in 0..49 do
                        RidgePath.leaveOneOut p path |> ignore)

            let folds =
                Clock.once (fun () ->
                    CrossValidation.residuals spectrum (along 20) (Array.init rows (fun i -> i % 5))
                    |> ignore)

            let ratio what seconds aim =
                Ratio.ofSeconds
                    $"%s{what}, N = %s{BenchInputs.grouped rows}"
                    (decomposition + seconds)
                    decomposition
                    "the eigendecomposition alone"
                    aim

            Ok [
                ratio
                    "eigendecomposition and 50 ridges with leave-one-out, GCV and likelihood"
                    path
                    (AtMost 1.15)
                ratio "eigendecomposition and five-fold cross-validation of 20 ridges" folds (AtMost 5.5)
            ]

    let measurement: Measurement = { Name = "spectral"; OnlyWhenNamed = true; Run = run }
