module NtkPipeline.Tests.TrainNetworkTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private columns, labelled, train =
    6, 70, [| 0..2..69 |] |> Array.append [| 1..4..69 |] |> Array.sort

/// Unit rows whose label is the sign of a product of two coordinates, and their exact kernel.
let private input: Lazy<TrainSource> =
    lazy
        (use _ = torch.NewDisposeScope()

         let unit seed rows =
             let x = SmallStack.normal seed [ rows; columns ]
             x / x.square().sum(1L, keepdim = true).sqrt()

         let x = unit 1L labelled
         let labels = (x.select (1L, 0L) * x.select (1L, 1L)).sign() |> Tensors.toArray64
         let root = (sqrt (float columns)).ToScalar()
         let rows = Tensors.toMatrix32 x

         let gram =
             match Gram.ntk (Network.oneHidden Relu Width.one) (Tensors.toMatrix32 (x * root)) None with
             | Ok gram -> gram
             | Error e -> failtest e.Sentence

         let training = Tensors.ofMatrix32(Matrix.gather train train gram).``to`` torch.float64

         {
             Labelled = rows
             Test = Tensors.toMatrix32 (unit 2L 9)
             Gram = gram
             LambdaMax = (torch.linalg.eigvalsh training).max().item<float>()
             Train = train
             Validation = [| 0 .. labelled - 1 |] |> Array.except train
             Targets = labels
             Labels = labels
         })

let private settings = {
    Architecture = Architecture.written
    Width = 64
    Member = 0
    InputScale = InputScale.SqrtD
    LearningRate = 1.0
    BatchSize = 16
    Epochs = 6
    TrackedEpochs = TrackedEpochs.Listed [ 0; 1; 3 ]
    ProbeRows = 20
    Centred = true
    OutputScale = 1.0
    Device = Device.Cpu
}

let private runOn root (input: TrainSource) settings =
    let runner: IRunner = MemoryRunner(Seed.root root)
    let source = Artifact.create "input" (Digest.ofBytes [||]) (lazy (Ok input))
    let artifact = source |> Artifact.bind TrainInput.create
    runner.Run(TrainNetwork.stage settings, artifact) |> Result.bind _.Value.Force()

let private split (data: TrainSource) : Split = {
    Train = data.Train
    Validation = data.Validation
    Folds = [||]
    Labels = data.Labels
    Targets = data.Targets
    FitRows = [||]
    DuplicateRows = 0
    ContradictoryTexts = 0
    ContradictoryRows = 0
    IdenticalRows = 0
    IdenticalContradictions = 0
    SimilarRows = 0
    LargestSimilarGroup = 0
}

let private features (data: TrainSource) : Features = {
    Labelled = data.Labelled
    Test = data.Test
    Facts = {
        Encoder = ""
        Reduction = ""
        EmbeddingColumns = columns
        Columns = columns
        ExplainedVariance = [||]
        ZeroLabelledRows = [||]
        ZeroTestRows = [||]
    }
}

let private sound =
    function
    | Ok(trained: TrainedNetwork) -> trained
    | Error(e: PipelineError) -> failtest e.Sentence

let private network settings = runOn 5UL (input.Force()) settings |> sound
let private train' settings = (network settings).Run

let private bytes (trained: TrainedNetwork) =
    use stream = new MemoryStream()
    TrainedNetwork.codec.Write stream trained
    stream.ToArray()

let private close within (a: float) (b: float) message =
    Expect.isLessThan (abs (a - b)) within $"%s{message}: %g{a} against %g{b}"

let tests =
    testList "TrainNetwork" [
        testCase "the same seed gives the same bytes, and another member another network"
        <| fun () ->
            let first = network settings
            Expect.equal (bytes (network settings)) (bytes first) "again"
            let other = network { settings with Member = 1 }
            Expect.notEqual other.Run.ValidationOutputs first.Run.ValidationOutputs "another"

            use stream = new MemoryStream(bytes first)
            Expect.equal (TrainedNetwork.codec.Read stream) (Ok first) "what was written is read"

        for centred in [ true; false ] do
            testCase $"the network that is kept gives the outputs that were measured, centred: %b{centred}"
            <| fun () ->
                let trained =
                    network {
                        settings with
                            Centred = centred
                            OutputScale = 1.5
                            InputScale = InputScale.Unit
                    }

                let data, final = input.Force(), Expect.wantSome trained.Final "it did not diverge"
                let validation = Matrix.gatherRows data.Validation data.Labelled

                for rows, measured in
                    [
                        validation, trained.Run.ValidationOutputs
                        data.Test, trained.Run.TestOutputs
                    ] do
                    for ours, measured in Array.zip (TrainedNetwork.outputs trained final rows) measured do
                        close 1e-6 ours measured "the same network"

                // One row alone is what it is among others.
                let alone = TrainedNetwork.outputs trained final (Matrix.gatherRows [| 3 |] validation)
                close 1e-6 alone[0] trained.Run.ValidationOutputs[3] "alone"

        testCase "the kernel of the network that is kept moved as far as was measured"
        <| fun () ->
            let trained = network { settings with OutputScale = 1.5 }
            let rows = Matrix.gatherRows train (input.Force()).Labelled
            let final = Expect.wantSome trained.Final "it did not diverge"
            use _ = torch.NewDisposeScope()

            let kernel weights =
                (TrainedNetwork.tangent trained weights rows None |> Tensors.ofMatrix32).double()

            let first, last = kernel trained.Initial, kernel final
            let change = (last - first).norm().item<float>() / first.norm().item<float>()
            close 1e-5 change (defaultArg trained.Run.DeltaTheta nan) "ΔΘ"
            let some = Matrix.gatherRows [| 2; 5 |] rows
            let across = TrainedNetwork.tangent trained final some (Some rows)
            close 1e-4 (float across[1, 9]) ((last[5, 9]).item<float>()) "between rows"

        testCase "a centred network starts from 0 and unmoved"
        <| fun () ->
            let start = (train' settings).Epochs[0]
            Expect.equal (start.Epoch, start.Step, start.TrainLoss) (0, 0, 0.5) "½·mean y²"
            Expect.equal (start.DeltaTheta, start.FlippedGates) (0.0, Some 0.0) "the kernel and the gates"
            Expect.equal start.WeightMovement [| 0.0; 0.0 |] "the weights"
            Expect.equal start.GapToKernelTrain (Some { Rms = 0.0; Sup = 0.0 }) "the kernel starts with it"

            Expect.equal
                start.GapToLinearisedValidation
                (Some { Rms = 0.0; Sup = 0.0 })
                "so does the linearised network"

            close 1e-10 start.AlignmentWithInitial 1.0 "aligned with itself"

        testCase "measures stand for the epochs asked for, the first and the last"
        <| fun () ->
            let run = train' { settings with TrackedEpochs = TrackedEpochs.Listed [ 3; 1; 99; 3 ] }
            Expect.equal (run.Epochs |> Array.map _.Epoch) [| 0; 1; 3; 6 |] "in order"
            Expect.equal (run.Epochs |> Array.map _.Step) [| 0; 4; 12; 24 |] "53 rows are four batches"
            Expect.equal (run.Steps, run.TrainRows, run.ProbeRows) (24, train.Length, 20) "sizes"
            Expect.equal run.Parameters (64L * 7L) "m (d + 1)"
            Expect.equal run.ValidationOutputs.Length (labelled - train.Length) "validation"
            Expect.equal run.TestOutputs.Length 9 "test"
            Expect.equal (run.SpectrumInitial.Length, run.SpectrumFinal.Length) (20, 20) "probe"
            Expect.isLessThan (Array.last run.Epochs).TrainLoss 0.4 "it has learned something"

        testCase "every epoch is measured by default, as it is when it is listed, and the spectrum after some"
        <| fun () ->
            let settings = { settings with Epochs = 12; TrackedEpochs = TrackedEpochs.Every }
            let run = train' settings
            Expect.equal (run.Epochs |> Array.map _.Epoch) [| 0..12 |] "each"

            Expect.equal
                (run.Epochs |> Array.filter _.EffectiveRank.IsSome |> Array.map _.Epoch)
                [| 0; 1; 2; 5; 10; 12 |]
                "eigenvalues cost more"

            let listed = train' { settings with TrackedEpochs = TrackedEpochs.Listed [ 1..12 ] }
            Expect.all listed.Epochs _.EffectiveRank.IsSome "what is listed has everything"
            let silent (m: EpochMeasures) = { m with EffectiveRank = None }

            Expect.equal
                (run.Epochs |> Array.map silent)
                (listed.Epochs |> Array.map silent)
                "the same numbers but for these"

            Expect.equal run.SpectrumFinal listed.SpectrumFinal "the last is the last"
            Expect.isTrue (run.Epochs[1..] |> Array.forall (fun m -> m.DeltaTheta > 0.0)) "ΔΘ at each"

            // A network that is lost keeps the spectrum of the last epoch that has one.
            let lost = train' { settings with LearningRate = 50.0; Epochs = 60; InputScale = InputScale.Unit }

            Expect.isSome lost.Diverged "it diverges"
            Expect.isTrue (lost.SpectrumFinal |> Array.forall Double.IsFinite) "finite"
            Expect.equal lost.SpectrumFinal.Length 20 "and there"

        for centred in [ true; false ] do
            testCase $"a network is what plain gradient descent by autograd makes of it, centred: %b{centred}"
            <| fun () ->
                use _ = torch.NewDisposeScope()

                let settings = {
                    settings with
                        Centred = centred
                        OutputScale = 1.5
                        InputScale = InputScale.Unit
                }

                let run, data = train' settings, input.Force()
                let stage = TrainNetwork.stage settings
                let seed = Seed.derive stage.Name (Seed.root 5UL)
                let network = Network.oneHidden Relu (Width.create 64 |> Result.defaultValue Width.one)
                let theta = Forward.draw network columns (Seed.derive "parameters" seed) torch.float64
                // The stage holds its first weights in float32.
                let weights = theta |> Array.map (fun layer -> layer.W.float().double())
                let mutable stack = { Scale = nan; Weights = weights }
                let f x stack = SmallStack.written stack x * (1.5).ToScalar()
                let x = Tensors.ofMatrix32(data.Labelled).double()
                let y = Tensors.ofArray64(data.Targets).reshape(-1L, 1L)
                let offset = if centred then f x stack else torch.zeros_like y
                let goal = y + offset

                for epoch in 1..6 do
                    for batch in Batches.ofEpoch (Seed.derive "batches" seed) 16 train.Length epoch do
                        let rows = SmallStack.rows (batch |> Array.map (fun k -> train[k]))
                        let chosen (t: torch.Tensor) = t.index_select (0L, rows)
                        let scaled = chosen goal / (1.5).ToScalar()
                        // ½·mean((1.5 f − y)²) = 2.25 · ½·mean((f − y/1.5)²)
                        stack <-
                            SmallStack.autogradStep (run.AbsoluteRate * 2.25) (chosen x) scaled stack |> snd

                let outputs = Tensors.toArray64 (f x stack - offset)

                for row, ours in Array.zip data.Validation run.ValidationOutputs do
                    close 2e-5 outputs[row] ours "float32 against float64"

        testCase "the kernel's change is that of Jacobians"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let data = input.Force()
            let settings = { settings with ProbeRows = 1000; Epochs = 1 }
            let network = Network.oneHidden Relu (Width.create 64 |> Result.defaultValue Width.one)

            let x =
                Tensors.ofMatrix32(Matrix.gatherRows train data.Labelled).double()
                * (sqrt (float columns)).ToScalar()

            let run = train' settings
            let seed = Seed.derive (TrainNetwork.stage settings).Name (Seed.root 5UL)
            let theta = Forward.draw network columns (Seed.derive "parameters" seed) torch.float64

            let kernel () =
                let j = EmpiricalNtk.jacobian network theta x
                j.mm (j.t ())

            let before = kernel ()
            let stack = ReluStack.ofNetwork network theta 1.0
            let y = Tensors.ofArray64(train |> Array.map (fun row -> data.Targets[row])).reshape(-1L, 1L)
            let goal = y + ReluStack.outputs x stack

            for batch in Batches.ofEpoch (Seed.derive "batches" seed) 16 train.Length 1 do
                let chosen (t: torch.Tensor) = t.index_select (0L, SmallStack.rows batch)
                stack |> ReluStack.step run.AbsoluteRate (chosen x) (chosen goal) |> ignore

            let change = (kernel () - before).norm().item<float>() / before.norm().item<float>()

            close
                1e-5
                (Array.last run.Epochs).DeltaTheta
                change
                "on the probe, which is all training rows here"

            close 1e-5 (defaultArg run.DeltaTheta nan) change "and on all training rows"
            let exact = Tensors.ofMatrix32(Matrix.gather train train data.Gram).double()

            close
                1e-5
                run.InitKernelError
                ((before - exact).norm().item<float>() / exact.norm().item<float>())
                "at first"

        testCase "a rate far too large is called divergence, with the measures from before it"
        <| fun () ->
            for batch in [ 0; 16 ] do
                for scale in InputScale.all do
                    let trained =
                        network {
                            settings with
                                LearningRate = 50.0
                                BatchSize = batch
                                Epochs = 60
                                InputScale = scale
                        }

                    let run = trained.Run
                    Expect.isNone trained.Final "there are no last weights"
                    let epoch = Expect.wantSome run.Diverged "it diverges"
                    Expect.isLessThan (Array.last run.Epochs).Epoch epoch "measures end before"
                    Expect.isNone run.DeltaTheta "there is no last kernel"
                    let numbers = Array.concat [ run.ValidationOutputs; run.TestOutputs; run.SpectrumFinal ]
                    Expect.isTrue (numbers |> Array.forall Double.IsFinite) "all finite"
                    use stream = new MemoryStream(bytes trained)

                    Expect.equal
                        (TrainedNetwork.codec.Read stream)
                        (Ok trained)
                        "JSON, which knows no NaN, holds it"

        testCase "what diverges in function space falls silent, and the network goes on"
        <| fun () ->
            let run =
                train' {
                    settings with
                        Width = 256
                        LearningRate = 2.6
                        BatchSize = 0
                        Epochs = 90
                        TrackedEpochs = TrackedEpochs.Listed [ 1 ]
                }

            Expect.isNone run.Diverged "the network finds flatter ground"
            let first, last = run.Epochs[1], Array.last run.Epochs
            Expect.isSome first.KernelAccuracy "at first"
            Expect.isNone last.KernelAccuracy "no more"
            Expect.isNone last.GapToLinearisedTrain "nor this"

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
            let plain, scaled = train' settings, train' { settings with OutputScale = 5.0 }
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

        testCase "rows are checked and put in order once, when first asked for, for all networks"
        <| fun () ->
            let data = input.Force()
            let mutable asked = []

            let artifact name value =
                let value =
                    lazy
                        (asked <- name :: asked
                         Ok value)

                Artifact.create name (Digest.ofBytes [| byte (String.length name) |]) value

            let inputs =
                TrainNetwork.inputs
                    (artifact "features" (features data))
                    (artifact "split" (split data))
                    (artifact "gram" data.Gram)
                    (artifact "spectrum" { Computed = [| data.LambdaMax |]; Vectors = Matrix.create 0 0 [||] })

            Expect.equal (inputs.Parts |> List.map fst) [ "features"; "split"; "gram"; "spectrum" ] "the key"
            Expect.isEmpty asked "nothing is read before"
            let runner: IRunner = MemoryRunner(Seed.root 5UL)

            for settings in [ settings; { settings with Member = 1 } ] do
                let trained = runner.Run(TrainNetwork.stage settings, inputs) |> Result.bind _.Value.Force()
                Expect.equal (bytes (sound trained)) (bytes (network settings)) "as from its own"

            Expect.equal (List.rev asked) [ "features"; "split"; "gram"; "spectrum" ] "each once"
            let ready () = Expect.wantOk (inputs.Value.Force()) "ready"
            Expect.isTrue (Object.ReferenceEquals(ready().Kernel, ready().Kernel)) "one kernel"
            let order = Array.append data.Train data.Validation
            Expect.equal (ready().Kernel) (Matrix.gather order order data.Gram) "in order"
            Expect.equal (ready().Labelled) (Matrix.gatherRows order data.Labelled) "its rows too"

        testCase "data that do not fit are refused in a sentence"
        <| fun () ->
            let data = input.Force()
            let refused data = Expect.wantError (runOn 5UL data settings) "refused"
            let spoilt = Matrix.map id data.Gram
            spoilt.Values[3] <- nanf

            for error, part in
                [
                    refused { data with Validation = [||] }, "validate"
                    refused { data with LambdaMax = 0.0 }, "largest eigenvalue"
                    refused { data with Gram = spoilt }, "kernel of row 0 (from 0) holds NaN in column 3"
                ] do
                Expect.stringContains error.Sentence part "says why"

        testCase "settings that make no sense are a bug of the caller"
        <| fun () ->
            for settings in
                [
                    { settings with Width = 0 }
                    { settings with LearningRate = nan }
                    { settings with OutputScale = 0.0 }
                    { settings with Epochs = 0 }
                    { settings with BatchSize = -1 }
                ] do
                Expect.throwsT<ArgumentException> (fun () -> TrainNetwork.stage settings |> ignore) "refused"
    ]
