namespace NtkPipeline.Core

/// Stage: trained networks and the kernel of their infinite width → the kernels of the narrowest and of the widest of them on a few rows,
/// entry by entry: what heat maps show.
[<RequireQualifiedAccess>]
module CompareProbes =

    /// Which networks: those of this architecture at this input scale, at the main learning rate (`train.rate`) or else nearest to it.
    type Settings = { Network: string; InputScale: string; MainRate: float }

    let settings (mainRate: float) (spec: RunSpec) : Settings = {
        Network = spec.Architecture.Text
        InputScale = InputScale.print spec.InputScale
        MainRate = mainRate
    }

    /// One a pair of network and input scale, in their order.
    let all (mainRate: float) (points: GridPoint seq) : (RunSpec * Settings)[] =
        points
        |> Seq.map (fun point -> point.Spec, settings mainRate point.Spec)
        |> Seq.distinctBy snd
        |> Array.ofSeq

    let private isOf (settings: Settings) (spec: RunSpec) =
        spec.Architecture.Text = settings.Network && InputScale.print spec.InputScale = settings.InputScale

    /// The narrowest and the widest of the first group that differs in width and seed alone, the first seed of each; one where they are
    /// the same, none where no network ended.
    let chosen (settings: Settings) (ended: (RunSpec * 'a) list) : (RunSpec * 'a) list =
        let near =
            ended
            |> List.filter (fst >> isOf settings)
            |> List.sortBy (fun (spec, _) -> LearningRate.distance settings.MainRate spec.Rate)

        match near with
        | [] -> []
        | (first, _) :: _ ->
            let series =
                near
                |> List.filter (fun (spec, _) -> RunSpec.series spec = RunSpec.series first)
                |> List.sortBy (fun (spec, _) -> spec.Width, spec.Member)

            let widest = series |> List.map (fun (spec, _) -> spec.Width) |> List.max

            [ List.head series; series |> List.find (fun (spec, _) -> spec.Width = widest) ]
            |> List.distinctBy fst

    let private ofTwo (settings: Settings) (input: TrainInput, networks: TrainedNetwork list) =
        networks
        |> List.choose (fun trained ->
            trained.Final |> Option.map (fun final -> trained.Run.Spec, (trained.Initial, final)))
        |> chosen settings
        |> List.map (fun (spec, (initial, final)) ->
            let factor = TrainNetwork.kernelFactor spec input

            ProbeKernels.create input.Form spec 1 initial final input.Labelled input.TrainTargets (fun i j ->
                float32 (factor * float input.Kernel[i, j])))
        |> Array.ofList
        |> Ok

    /// The written method's layers are not named, as in the names of its networks.
    let private named (settings: Settings) body : Stage<'i, ProbeKernels[]> = {
        Name =
            (if settings.Network = Architecture.written.Text then
                 $"compare-probes/%s{settings.InputScale}"
             else
                 $"compare-probes/%s{settings.InputScale}/%s{settings.Network}")
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "probe-kernels/1"
        Body = Pure body
    }

    /// Of two classes. The input is that of the networks' training.
    let stage (settings: Settings) : Stage<TrainInput * TrainedNetwork list, ProbeKernels[]> =
        named settings (ofTwo settings)

    /// What networks of any task were trained on, and what became of them, in the order of the grid.
    type TaskInput = {
        Form: RowForm
        Labels: Labels
        Split: Split
        Features: Features
        /// Labelled × labelled rows: the kernel that networks of this architecture and input scale are held against (`NetworkGram`).
        Gram: Matrix<float32>
        Networks: HeldOutNetwork list
    }

    let private taskInputsOf
        (form: Features -> RowForm)
        (labels: Artifact<Labels>)
        (split: Artifact<Split>)
        (features: Artifact<Features>)
        (gram: Artifact<Matrix<float32>>)
        (networks: Artifact<HeldOutNetwork list>)
        : Artifact<TaskInput> =
        let gather labels split features gram networks : TaskInput = {
            Form = form features
            Labels = labels
            Split = split
            Features = features
            Gram = gram
            Networks = networks
        }

        Artifact.map4 gather labels split features gram |> Artifact.apply networks

    let taskInputs labels split features gram networks : Artifact<TaskInput> =
        taskInputsOf (fun _ -> RowForm.Row) labels split features gram networks

    /// The same of texts (`TokenFeatures`).
    let taskInputsOfTexts labels split features gram networks : Artifact<TaskInput> =
        taskInputsOf (fun features -> RowForm.Text features.Facts.Columns) labels split features gram networks

    let private ofAny (points: GridPoint[]) (settings: Settings) (input: TaskInput) =
        let train = input.Split.Train
        let outputs = LearningTask.outputs input.Labels.Task
        let rows = Matrix.gatherRows train input.Features.Labelled
        let targets = train |> Array.map (fun row -> input.Split.Targets[row])

        List.zip (List.ofArray points) input.Networks
        |> List.filter (fun (_, trained) -> trained.Path.Diverged.IsNone)
        |> List.map (fun (point, trained) -> point.Spec, trained)
        |> chosen settings
        |> List.map (fun (spec, trained) ->
            let alpha = spec.Architecture.OutputScale

            let factor = NetworkGram.factor spec.Architecture rows.Columns spec.InputScale * alpha * alpha

            ProbeKernels.create
                input.Form
                spec
                outputs
                trained.Initial
                trained.Final
                rows
                targets
                (fun i j -> float32 (factor * float input.Gram[train[i], train[j]])))
        |> Array.ofList
        |> Ok

    /// Of any task.
    let taskStage (points: GridPoint[]) (settings: Settings) : Stage<TaskInput, ProbeKernels[]> =
        named settings (ofAny points settings)
