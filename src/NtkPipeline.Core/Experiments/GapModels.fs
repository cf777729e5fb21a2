namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What kernel regression says of the validation rows, with a tuned ridge and as training would, in closed form.
type GapKernel = {
    /// Rows fitted, evenly spaced among those that may be.
    Rows: int
    /// Of those rows' kernel.
    LambdaMax: float
    /// λ over the mean diagonal, chosen by exact leave-one-out on these rows.
    RelativeRidge: float
    Ridge: float[]
    /// Gradient flow from 0 for the time that the networks train.
    Flow: float[]
    /// As many steps of full-batch descent as the networks take.
    Descent: float[]
    /// ±1 for each validation row.
    Labels: float[]
}

/// One network's outputs at the validation rows, with more and more of what parts it from the kernel; none where it diverged.
type GapNetwork = { Width: int; Member: int; Outputs: SwitchedOutputs option }

/// The models that the gap between a network and its kernel is split by.
[<RequireQualifiedAccess>]
module GapModels =

    let private rowsOf (rows: int) (input: TrainInput) = Probe.rows rows input.TrainTargets.Length

    let private steps (spec: RunSpec) (rows: int) = int64 (spec.Epochs * Batches.count spec.BatchSize rows)

    /// Flow and descent that match the networks' steps; momentum β makes each step 1/(1 − β) as long.
    let private trainings (spec: RunSpec) lambdaMax (rows: int) =
        let rate = LearningRate.resolve lambdaMax rows (LearningRate.Multiple spec.Rate)
        let beta = Optimiser.momentum spec.Optimiser |> Option.defaultValue 0.0
        let count = steps spec rows

        [
            Training.flow (rate / (1.0 - beta)) (float count)
            Training.Descent(rate, beta, count * 1L<step>)
        ]

    let private kernelRun (settings: RidgeSettings) (spec: RunSpec) rows (input: TrainInput) =
        let name = "gap: the kernel of the rows fitted"
        let chosen = rowsOf rows input
        let trained = input.TrainTargets.Length
        let validation = [| trained .. input.Labelled.Rows - 1 |]
        let kernel = Matrix.gather chosen chosen input.Kernel |> KernelMatrix.Single
        let cross = Matrix.gather validation chosen input.Kernel |> KernelMatrix.Single
        let targets = chosen |> Array.map (fun row -> input.TrainTargets[row])
        let y = Matrix.create targets.Length 1 targets
        let zero rows = Matrix.create rows 1 (Array.zeroCreate<float> rows)

        result {
            let! spectrum = Spectrum.decompose name kernel
            let source = RidgeSource.Selected { settings with ChooseBy = RidgeChoice.LeaveOneOut }
            let! fit = RidgeSpectral.fit name source None kernel spectrum (ClassRule.ofTargets y) y
            let! ridge = RidgeFit.predict "gap: the kernel of the validation rows" cross fit
            let lambdaMax = spectrum.Computed[0]

            let! trained =
                trainings spec lambdaMax chosen.Length |> ClosedForm.train spectrum (zero chosen.Length) y

            let outputs = trained |> List.map (ClosedForm.predict cross (zero validation.Length) >> _.Values)

            return {
                Rows = chosen.Length
                LambdaMax = lambdaMax
                RelativeRidge = fit.Chosen.RelativeRidge
                Ridge = ridge.Values
                Flow = outputs[0]
                Descent = outputs[1]
                Labels = input.ValidationLabels
            }
        }

    let private scale (spec: RunSpec) = InputScale.print spec.InputScale

    /// Of all networks of one input scale: what they differ in, width and seed, does not count.
    let kernel (settings: RidgeSettings) (spec: RunSpec) (rows: int) : Stage<TrainInput, GapKernel> =
        let spec = RunSpec.series spec

        {
            Name = $"gap-kernel/%s{scale spec}"
            Version = 1
            Settings = Fingerprint.describe (settings, spec, rows)
            Codec = Codec.json "gap-kernel/1"
            Body = Pure(kernelRun settings spec rows)
        }

    let private networkRun (spec: RunSpec) rows seed (input: TrainInput, kernel: GapKernel) =
        Device.resolve spec.Device
        |> Result.map (fun device ->
            use _ = torch.NewDisposeScope()
            let input = TrainInput.restrict (rowsOf rows input) kernel.LambdaMax input
            let network, columns = RunSpec.network spec, input.Labelled.Columns
            let factor = TrainNetwork.kernelFactor spec input
            let count = input.TrainTargets.Length
            let norm = (InputScale.norm columns spec.InputScale).ToScalar()

            let draw () =
                Forward.draw network columns (Seed.derive "parameters" seed) torch.float32
                |> Forward.toDevice device

            {
                Width = spec.Width
                Member = spec.Member
                Outputs =
                    SwitchedCauses.run {
                        Network = network
                        Draw = draw
                        OutputScale = spec.Architecture.OutputScale
                        Rows = (Tensors.ofMatrix32 input.Labelled).mul(norm).``to`` device
                        Targets = input.TrainTargets
                        Kernel = (Tensors.ofMatrix32 input.Kernel).``to`` device
                        KernelFactor = factor
                        Optimiser = spec.Optimiser
                        Rate =
                            LearningRate.resolve
                                (input.LambdaMax * factor)
                                count
                                (LearningRate.Multiple spec.Rate)
                        Batches = Batches.ofEpoch (Seed.derive "batches" seed) spec.BatchSize count
                        Epochs = spec.Epochs
                    }
            })

    /// One network; its seed hangs on its own name.
    let network (point: GridPoint) (rows: int) : Stage<TrainInput * GapKernel, GapNetwork> =
        RunSpec.check point.Spec

        {
            Name = point.Name.Replace("train-network", "gap-network")
            Version = 1
            Settings = Fingerprint.describe (point.Spec, rows)
            Codec = Codec.json "gap-network/1"
            Body = Seeded(networkRun point.Spec rows)
        }
