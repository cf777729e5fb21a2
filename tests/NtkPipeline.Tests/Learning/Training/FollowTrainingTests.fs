module NtkPipeline.Tests.FollowTrainingTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private rows, trained, columns = 20, 14, 3

/// A small ReLU network, in float64, about to be trained by an optimiser, and its live parameters.
let private job optimiser rate tracked =
    let network = Networks.parse "dense 9 | relu | dense 1"
    let theta = Forward.draw network columns (Seed.root 1UL) torch.ScalarType.Float64
    let x = SmallStack.normal 2L [ rows; columns ]

    {
        Network = Trainable.ofNetwork network theta 1.0
        KernelOf = fun rows -> EmpiricalNtk.gram network theta rows None
        PartsOf = EmpiricalNtk.parts network theta
        Labelled = x
        Test = SmallStack.normal 7L [ 4; columns ]
        TrainTargets = Tensors.toArray64 (SmallStack.signs 5L trained)
        ValidationLabels = Array.init (rows - trained) (fun k -> if k % 2 = 0 then 1.0 else -1.0)
        Kernel = EmpiricalNtk.contraction network theta x None
        KernelFactor = 1.0
        Centred = true
        Optimiser = optimiser
        Rate = rate
        Batches = Batches.ofEpoch (Seed.root 6UL) 5 trained
        Tracked = tracked
        Spectra = List.truncate 1 (List.rev tracked)
        ProbeRows = 6
    },
    network,
    theta

let private follow (job: TrainingJob) = Expect.wantOk (FollowTraining.run job) "it trains"

let private offset (job: TrainingJob) x = let f: torch.Tensor = job.Network.Outputs x in f.clone ()

let tests =
    testList "FollowTraining" [
        testCase
            "with momentum, the companions take the heavy ball's steps in the linearised network's weights"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let job, network, theta = job (Optimiser.Momentum 0.8) 0.05 [ 1; 8 ]
            let start = offset job job.Labelled
            let j = EmpiricalNtk.jacobian network theta job.Labelled
            let y = Tensors.ofArray64 job.TrainTargets
            let mutable delta = torch.zeros (j.shape[1], dtype = torch.float64)
            let mutable before = delta

            for epoch in 1..8 do
                for batch in job.Batches epoch do
                    let index = Snapshot.indexOf job batch
                    let part = j.index_select (0L, index)
                    let residual = part.mv delta - y.index_select (0L, index)
                    let gradient = part.t().mv(residual) / (float batch.Length).ToScalar()
                    let next = delta - gradient * (0.05).ToScalar() + (delta - before) * (0.8).ToScalar()
                    before <- delta
                    delta <- next

            let last = (follow job).Epochs |> Array.last
            let f = Tensors.toArray64 (job.Network.Outputs job.Labelled - start)
            let lin = Tensors.toArray64 (j.mv delta)
            let expected = Metrics.gap f[.. trained - 1] lin[.. trained - 1]

            let near (gap: Gap option) =
                let gap = Expect.wantSome gap "followed" in abs (gap.Rms - expected.Rms)

            Expect.isGreaterThan expected.Rms 1e-3 "there is a gap"
            Expect.isLessThan (near last.GapToLinearisedTrain) 1e-9 "linearised"
            // Here the infinite-width kernel is the network's own at first.
            Expect.isLessThan (near last.GapToKernelTrain) 1e-9 "kernel"

        for optimiser in [ Optimiser.adam; Optimiser.SignDescent ] do
            testCase
                $"%s{Optimiser.print optimiser} has no companions in function space, and no numbers of them"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let job, _, _ = job optimiser 0.01 [ 1..20 ]
                let seen = follow job
                Expect.hasLength seen.Epochs 21 "every epoch"
                Expect.isNone seen.Diverged "it is sound"

                for m in seen.Epochs do
                    Expect.isNone m.KernelAccuracy "kernel"
                    Expect.isNone m.LinearisedAccuracy "linearised"
                    Expect.isNone m.GapToKernelTrain "gap"
                    Expect.isNone m.GapToKernelValidation "gap"
                    Expect.isNone m.GapToLinearisedTrain "gap"
                    Expect.isNone m.GapToLinearisedValidation "gap"

                Expect.isLessThan
                    (Array.last seen.Epochs).TrainLoss
                    (0.7 * seen.Epochs[0].TrainLoss)
                    "it learns"

        testCase "the outputs that are kept are those after the last epoch that was measured"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let sound, _, _ = job Optimiser.Descent 0.05 [ 1; 4 ]
            let start = offset sound sound.Test
            let seen = follow sound
            let now = Tensors.toArray64 (sound.Network.Outputs sound.Test - start)
            Expect.equal seen.TestOutputs now "trained to the end"

            let rate = 8.0
            let lost, _, _ = job Optimiser.Descent rate [ 1..60 ]
            let seen = follow lost
            Expect.isSome seen.Diverged "it diverges"
            let epochs = seen.Epochs |> Array.map _.Epoch |> List.ofArray
            let shorter, _, _ = job Optimiser.Descent rate (List.tail epochs)
            Expect.isNonEmpty (List.tail epochs) "something was measured on the way"
            let again = follow shorter
            Expect.isNone again.Diverged "it ends in time"
            Expect.equal seen.TestOutputs again.TestOutputs "test rows"
            Expect.equal seen.ValidationOutputs again.ValidationOutputs "validation rows"
    ]
