module NtkPipeline.Tests.SwitchedCausesTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private rows, trained, columns = 20, 14, 3
let private network = Networks.parse "dense 9 | relu | dense 1"
let private draw () = Forward.draw network columns (Seed.root 1UL) torch.ScalarType.Float64

let private job batch : SwitchedJob =
    let x = SmallStack.normal 2L [ rows; columns ]

    {
        Network = network
        Draw = draw
        OutputScale = 1.5
        Rows = x
        Targets = Tensors.toArray64 (SmallStack.signs 5L trained)
        Kernel = EmpiricalNtk.contraction network (draw ()) x None
        KernelFactor = 1.5 * 1.5
        Optimiser = Optimiser.Momentum 0.5
        Rate = 0.05
        Batches = Batches.ofEpoch (Seed.root 6UL) batch trained
        Epochs = 7
    }

let private run job = Expect.wantSome (SwitchedCauses.run job) "it trains"

/// The same network followed by the trainer of the run.
let private followed (job: SwitchedJob) isCentred =
    let theta = draw ()

    let following: TrainingJob = {
        Network = Trainable.ofNetwork network theta job.OutputScale
        KernelOf = fun rows -> EmpiricalNtk.gram network theta rows None
        PartsOf = EmpiricalNtk.parts network theta
        Labelled = job.Rows
        Test = job.Rows
        TrainTargets = job.Targets
        ValidationLabels = Array.create (rows - trained) 1.0
        Kernel = job.Kernel
        KernelFactor = job.KernelFactor
        Centred = isCentred
        Optimiser = job.Optimiser
        Rate = job.Rate
        Batches = job.Batches
        Tracked = [ job.Epochs ]
        Spectra = []
        ProbeRows = 5
    }

    (Expect.wantOk (FollowTraining.run following) "it trains").ValidationOutputs

let tests =
    testList "SwitchedCauses" [
        testCase "with full batches, the kernel's steps are those of its eigendecomposition"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let job = job 0
            let scaled = job.Kernel * job.KernelFactor.ToScalar()
            let all = Tensors.toMatrix64 scaled
            let first, other = [| 0 .. trained - 1 |], [| trained .. rows - 1 |]

            let plan = {
                Rate = job.Rate
                IsStepwise = true
                Momentum = 0.5
                Times = [| 7.0 |]
                Ridge = 0.0
            }

            let zero n = Matrix.create n 1 (Array.zeroCreate<float> n)

            let path =
                KernelDescent.run
                    "Θ"
                    plan
                    (KernelMatrix.Double(Matrix.gather first first all))
                    (Matrix.create trained 1 job.Targets)
                    (zero trained)
                    (Some("Θ'", KernelMatrix.Double(Matrix.gather other first all), zero (rows - trained)))

            let expected = (Expect.wantOk path "it descends").Points[0].Outputs.Values
            KernelSamples.wantClose 1e-10 "kernel" (run job).Kernel expected

        testCase
            "the linearised network is its kernel's descent, and the kernel given stands for the infinite one"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let found = run (job 5)
            // Here the infinite-width kernel is the network's own at first.
            KernelSamples.wantClose 1e-10 "the same kernel" found.Linearised found.Kernel
            let twice = run { job 5 with KernelFactor = 4.5 }
            Expect.notEqual twice.Kernel found.Kernel "another kernel"
            Expect.equal twice.Linearised found.Linearised "which the network does not see"

        testCase "centred and as it is, the network ends where the run's own trainer takes it"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let job = job 5
            let found = run job
            Expect.equal found.Centred (followed job true) "centred"
            Expect.equal found.Network (followed job false) "as it is"
            let differs a b = Array.map2 (fun x y -> abs (x - y)) a b |> Array.max
            Expect.isGreaterThan (differs found.Centred found.Linearised) 1e-4 "features move"
            Expect.isGreaterThan (differs found.Network found.Centred) 1e-2 "its first output stays"

        testCase "a network that diverges has no outputs"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            Expect.isNone (SwitchedCauses.run { job 5 with Rate = 1e6; Epochs = 30 }) "none"

            Expect.throwsT<System.ArgumentException>
                (fun () -> SwitchedCauses.run { job 5 with Optimiser = Optimiser.adam } |> ignore)
                "no kernel knows adam"
    ]
