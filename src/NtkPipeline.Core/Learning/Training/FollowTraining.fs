namespace NtkPipeline.Core

open System
open TorchSharp

/// Trains a network step by step and, beside it, on the very same batches, the infinitely wide network and the network
/// linearised at its first weights, both in function space; the network alone where its optimiser's steps have none there
/// (`Optimiser.momentum`).
[<RequireQualifiedAccess>]
module FollowTraining =

    /// A loss this many times the first one is divergence.
    let private tooMuch = 1e6

    [<NoEquality; NoComparison>]
    type private State = {
        Epoch: int
        /// Newest first; never empty.
        Seen: Snapshot list
        Kernel: FunctionDescent option
        Linearised: FunctionDescent option
        Diverged: int option
    }

    /// What every epoch needs. `Goal` is what the network itself must reach on the rows trained on: y + f(·; θ₀) where it is
    /// centred. `Kept` is its parameters after the last tracked epoch, in place.
    [<NoEquality; NoComparison>]
    type private Lane = {
        Baseline: Baseline
        Step: TrainingStep
        Goal: torch.Tensor
        Limit: float
        Kept: torch.Tensor[][]
    }

    let private copy (source: torch.Tensor[][]) (target: torch.Tensor[][]) =
        for a, b in Seq.zip (Seq.concat source) (Seq.concat target) do
            b.copy_ a |> ignore

    /// One epoch of the network; its loss is the mean over the steps, each before it was taken.
    let private trainEpoch lane (batches: torch.Tensor[]) =
        use _ = torch.NewDisposeScope()
        let job = lane.Baseline.Job

        let losses =
            batches
            |> Array.map (fun batch ->
                use _ = torch.NewDisposeScope()
                let x, y = job.Labelled.index_select (0L, batch), lane.Goal.index_select (0L, batch)
                (lane.Step x y).MoveToOuterDisposeScope())

        torch.stack(losses).``to``(torch.float64).mean().item<float>()

    let private isSound lane (loss: float) = Double.IsFinite loss && loss <= lane.Limit

    /// The steps that the network has taken, in function space; none once they have diverged.
    let private advance lane (epochs: torch.Tensor[][]) (descent: FunctionDescent) =
        descent |> FunctionDescent.run (Seq.concat epochs)
        if descent |> FunctionDescent.loss |> isSound lane then Some descent else None

    let private outputs = Option.map (fun (descent: FunctionDescent) -> Tensors.toArray64 descent.Outputs)

    /// Trains to the next tracked epoch and looks, until there is none left or the network has diverged.
    let rec private follow lane (tracked: int list) (state: State) : State =
        match tracked with
        | [] -> state
        | epoch :: later ->
            use _ = torch.NewDisposeScope()
            let job = lane.Baseline.Job
            let indices e = job.Batches e |> Array.map (Snapshot.indexOf job)
            let epochs = [| for e in state.Epoch + 1 .. epoch -> indices e |]

            match epochs |> Array.tryFindIndex (trainEpoch lane >> isSound lane >> not) with
            | Some k -> { state with Diverged = Some(state.Epoch + 1 + k) }
            | None ->
                let kernel = state.Kernel |> Option.bind (advance lane epochs)
                let linearised = state.Linearised |> Option.bind (advance lane epochs)

                match
                    lane.Baseline |> Snapshot.take lane.Limit epoch (outputs kernel) (outputs linearised)
                with
                | None -> { state with Diverged = Some epoch }
                | Some seen ->
                    copy job.Network.Layers lane.Kept

                    follow lane later {
                        state with
                            Epoch = epoch
                            Seen = seen :: state.Seen
                            Kernel = kernel
                            Linearised = linearised
                    }

    /// f at the test rows after the last tracked epoch; a network that has diverged since is taken back to it.
    let private testOutputs lane (state: State) =
        if state.Diverged.IsSome then
            copy lane.Kept lane.Baseline.Job.Network.Layers

        match Snapshot.test lane.Baseline with
        | Some outputs -> Ok outputs
        | None -> Error(NumbersRefused "the network's outputs on the test rows are not finite")

    let private result lane (initialKernel: torch.Tensor) (state: State) testOutputs : Following =
        let job = lane.Baseline.Job
        let last, spectra = List.head state.Seen, state.Seen |> List.choose _.Spectrum

        let rows = int64 job.TrainTargets.Length
        let trainOnly (kernel: torch.Tensor) = kernel.narrow(0L, 0L, rows).narrow(1L, 0L, rows)

        let change () =
            let trained = job.Labelled.narrow (0L, 0L, rows) |> job.KernelOf
            KernelMeasures.relativeChange trained 1.0 (trainOnly initialKernel)

        {
            Epochs = state.Seen |> List.rev |> List.map _.Measures |> Array.ofList
            Steps = lane.Baseline.StepsAnEpoch * defaultArg state.Diverged state.Epoch
            Diverged = state.Diverged
            InitKernelError =
                KernelMeasures.relativeChange
                    (trainOnly initialKernel)
                    job.KernelFactor
                    (trainOnly job.Kernel)
            DeltaTheta = if state.Diverged.IsNone then Some(change ()) else None
            SpectrumInitial = List.last spectra
            SpectrumFinal = List.head spectra
            ValidationOutputs = last.ValidationOutputs
            Path = state.Seen |> List.rev |> List.map _.ValidationOutputs |> Array.ofList
            TestOutputs = testOutputs
        }

    /// Trains the network in place, to the last tracked epoch or until it diverges, when it is left as it was after the last
    /// tracked epoch before.
    let run (job: TrainingJob) : Result<Following, PipelineError> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let baseline = Snapshot.baseline job
        let targets = Snapshot.column job job.TrainTargets
        let start = job.Network.Outputs job.Labelled - baseline.LabelledOffset
        let initialKernel = job.KernelOf job.Labelled

        let descent kernel factor =
            Optimiser.momentum job.Optimiser
            |> Option.map (fun beta -> {
                Rate = job.Rate * factor
                Kernel = kernel
                Targets = targets.flatten ()
                Outputs = start.flatten().clone()
                Momentum = HeavyBall.ofBeta beta (start.flatten ())
            })

        let kernel, linearised = descent job.Kernel job.KernelFactor, descent initialKernel 1.0

        match baseline |> Snapshot.take infinity 0 (outputs kernel) (outputs linearised) with
        | None ->
            Error(
                NumbersRefused "the network's outputs or tangent kernel are not finite at its first weights"
            )
        | Some seen ->
            let lane = {
                Baseline = baseline
                Step = job.Network.Begin job.Optimiser job.Rate
                Goal = targets + baseline.LabelledOffset.narrow (0L, 0L, targets.shape[0])
                Limit = tooMuch * seen.Measures.TrainLoss
                Kept = job.Network.Layers |> Array.map (Array.map _.clone())
            }

            let state =
                follow lane job.Tracked {
                    Epoch = 0
                    Seen = [ seen ]
                    Kernel = kernel
                    Linearised = linearised
                    Diverged = None
                }

            testOutputs lane state |> Result.map (result lane initialKernel state)
