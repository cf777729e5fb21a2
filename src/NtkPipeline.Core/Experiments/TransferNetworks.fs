namespace NtkPipeline.Core

open TorchSharp

/// Stage: tasks and rows → networks of one seed that learn each task and then a few rows of each other, judged in one fold.
[<RequireQualifiedAccess>]
module TransferNetworks =

    let private follow
        (spec: RunSpec)
        (steps, fewSteps)
        fold
        (device: torch.Device)
        seed
        (set: TaskSet, input: TrainInput)
        =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let columns, alpha = input.Labelled.Columns, spec.Architecture.OutputScale
        let seed = Seed.derive "parameters" seed
        let theta = Forward.draw (RunSpec.network spec) columns seed torch.float32 |> Forward.toDevice device
        let norm = (InputScale.norm columns spec.InputScale).ToScalar()
        let factor = NetworkGram.factor spec.Architecture columns spec.InputScale * alpha * alpha

        let largest rows =
            use _ = torch.NewDisposeScope()
            let part = Matrix.gather rows rows input.Kernel |> KernelMatrix.Single
            factor * (KernelMatrix.toTensor part |> KernelMeasures.eigenvalues |> Array.head)

        let rows = (Tensors.ofMatrix32 input.Labelled).mul(norm).``to`` device
        let network = TaskNetwork.create spec theta rows largest
        let start = TaskNetwork.weights network
        let learn steps rows = TaskNetwork.learn steps rows (set.TargetsOf rows) network
        let seen target = FoldTransfers.judge set fold target (fun rows -> TaskNetwork.outputs rows network)
        let places = [| 0 .. set.Tasks.Length - 1 |]

        let goOn weights target =
            let few = set.Few[fold][target]

            if few.Length = 0 then
                None
            else
                TaskNetwork.restore weights network
                learn fewSteps few
                seen target

        let source task =
            use _ = torch.NewDisposeScope()
            let rows = set.Learnt(fold, task)

            if rows.Length = 0 then
                Array.map (fun _ -> None) places, Array.map (fun _ -> None) places
            else
                TaskNetwork.restore start network
                learn steps rows
                let learnt = TaskNetwork.weights network
                let zero = places |> Array.map seen
                zero, places |> Array.map (goOn learnt)

        let zero, few = places |> Array.map source |> Array.unzip
        { Zero = zero; Few = few; Alone = places |> Array.map (goOn start) }

    /// Tasks and rows → networks of one seed that learn each task and then a few rows of each other, in one fold.
    let stage
        (values: Map<string, string>)
        (spec: RunSpec)
        (number: int)
        (fold: int)
        : Stage<TaskSet * TrainInput, FoldTransfers> =
        RunSpec.check spec
        let steps = Transfer.steps values

        let run seed input =
            Device.resolve spec.Device |> Result.map (fun device -> follow spec steps fold device seed input)

        {
            Name = $"transfer-networks/seed=%d{number}/fold=%d{fold}"
            Version = 1
            Settings = Fingerprint.describe (spec, steps)
            Codec = Codec.json "transfer-networks/1"
            Body = Seeded run
        }
