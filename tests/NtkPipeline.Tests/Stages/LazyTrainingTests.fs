/// Where the kernel moves less.
module NtkPipeline.Tests.LazyTrainingTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let tests =
    testList "TrainNetwork" [
        testCase "wider networks are lazier and closer to the kernel"
        <| fun () ->
            let runs = [
                for width in [ 16; 128; 1024 ] ->
                    train' { settings with Width = width; BatchSize = 0; Epochs = 50 }
            ]

            let falls name (quantity: NetworkRun -> float) =
                for narrow, wide in List.pairwise (List.map quantity runs) do
                    Expect.isLessThan wide (0.7 * narrow) name

            let rms (gap: Gap option) =
                match gap with
                | Some g -> g.Rms
                | None -> nan

            falls "ΔΘ" (fun run -> defaultArg run.DeltaTheta nan)
            falls "the kernel's error at first" _.InitKernelError
            falls "the gap to the kernel" (fun run -> rms (Array.last run.Epochs).GapToKernelTrain)

            falls "the gap to the linearised network" (fun run ->
                rms (Array.last run.Epochs).GapToLinearisedTrain)

            falls "movement" (fun run -> Array.max (Array.last run.Epochs).WeightMovement)
            falls "flipped gates" (fun run -> defaultArg (Array.last run.Epochs).FlippedGates nan)

        testCase "at norm 1 the same network must move further"
        <| fun () ->
            let change scale =
                defaultArg (train' { settings with Width = 512; InputScale = scale }).DeltaTheta nan

            Expect.isGreaterThan (change InputScale.Unit) (2.0 * change InputScale.SqrtD) "at d = 6"

        testCase "an output scale leaves the kernel's relative error and makes the network lazier"
        <| fun () ->
            // The stage's name, hence its seed, does not hold the output scale: the first weights are the same.
            let plain, scaled =
                train' settings,
                train' {
                    settings with
                        Architecture = Architecture.withScale 5.0 settings.Architecture
                }

            close 1e-6 scaled.InitKernelError plain.InitKernelError "Θ̂ and Θ grow alike"
            close 1e-12 (scaled.AbsoluteRate * 25.0) plain.AbsoluteRate "and the rate shrinks as they grow"

            Expect.isLessThan
                (defaultArg scaled.DeltaTheta nan)
                (0.4 * defaultArg plain.DeltaTheta nan)
                "lazier"

            let kernels (run: NetworkRun) = run.Epochs |> Array.map _.KernelAccuracy
            Expect.equal (kernels scaled) (kernels plain) "kernel descent is the same"

        testCase "kernel descent at norm 1 is that at norm √d, in the same units"
        <| fun () ->
            let accuracies scale =
                (train' { settings with InputScale = scale; BatchSize = 0 }).Epochs
                |> Array.map _.KernelAccuracy

            Expect.equal (accuracies InputScale.Unit) (accuracies InputScale.SqrtD) "η Θ is the same"
    ]
