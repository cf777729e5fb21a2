namespace NtkPipeline.Core

/// Networks as rows of results.csv: each with every tracked epoch, then each over its seeds.
[<RequireQualifiedAccess>]
module NetworkRows =

    let private gap (name: string) (gap: Gap option) = [
        $"%s{name}-rms", gap |> Option.map _.Rms
        $"%s{name}-sup", gap |> Option.map _.Sup
    ]

    /// Eigenvalues are not computed after every epoch: where they were not, the row says so.
    let private rank (epoch: ResultRow) (measures: EpochMeasures) =
        let reasons = Option.toList epoch.Note @ [ "not computed after this epoch" ]

        {
            epoch with
                Metric = "effective-rank"
                Value = measures.EffectiveRank
                Note =
                    if measures.EffectiveRank.IsSome then
                        epoch.Note
                    else
                        Some(String.concat "; " reasons)
        }

    let private epoch (run: ResultRow) (measures: EpochMeasures) =
        let epoch = { run with Epoch = Some measures.Epoch }

        [
            yield!
                ResultRow.each epoch [
                    "step", Some(float measures.Step)
                    "train-loss", Some measures.TrainLoss
                    "train-accuracy", Some measures.TrainAccuracy
                    yield! ResultRow.scores "validation-" measures.Validation
                    "kernel-validation-accuracy", measures.KernelAccuracy
                    "linearised-validation-accuracy", measures.LinearisedAccuracy
                    "delta-theta-probe", Some measures.DeltaTheta
                    yield! gap "gap-to-kernel-train" measures.GapToKernelTrain
                    yield! gap "gap-to-kernel-validation" measures.GapToKernelValidation
                    yield! gap "gap-to-linearised-train" measures.GapToLinearisedTrain
                    yield! gap "gap-to-linearised-validation" measures.GapToLinearisedValidation
                    for layer, movement in Array.indexed measures.WeightMovement do
                        $"weight-movement-%d{layer + 1}", Some movement
                    for layer, movement in Array.indexed measures.FeatureMovement do
                        $"feature-movement-%d{layer + 1}", Some movement
                    "flipped-gates", measures.FlippedGates
                    "alignment-with-targets", Some measures.AlignmentWithTargets
                    "alignment-with-initial", Some measures.AlignmentWithInitial
                    for layer, alignment in Array.indexed measures.LayerAlignment do
                        $"layer-alignment-%d{layer + 1}", Some alignment
                ]
            rank epoch measures
        ]

    /// What the axes that a table has no column for say of a network.
    let others (axes: Axis list) (spec: RunSpec) : string option =
        match axes with
        | [] -> None
        | axes ->
            axes
            |> List.map (fun axis -> $"%s{axis.Key}=%s{Axis.text (axis.Of spec)}")
            |> String.concat "; "
            |> Some

    let private network (name: string) (axes: Axis list) (run: NetworkRun) =
        let shared = {
            ResultRow.create name with
                Axes = others axes run.Spec
                InputScale = Some(InputScale.print run.Spec.InputScale)
                LearningRate = Some run.Spec.Rate
                Width = Some run.Spec.Width
                Member = Some run.Spec.Member
                Note = run.Diverged |> Option.map (fun epoch -> $"diverged in epoch %d{epoch}")
        }

        [
            yield!
                ResultRow.each shared [
                    "init-kernel-error", Some run.InitKernelError
                    "delta-theta", run.DeltaTheta
                    "steps", Some(float run.Steps)
                    "absolute-rate", Some run.AbsoluteRate
                    "parameters", Some(float run.Parameters)
                ]
            for measures in run.Epochs do
                yield! epoch shared measures
        ]

    /// Mean, deviation and count of a quantity over seeds.
    let aggregate (name: string) (value: Aggregate option) : (string * float option) list = [
        $"%s{name}-mean", value |> Option.map _.Mean
        $"%s{name}-deviation", value |> Option.bind _.StandardDeviation
        $"%s{name}-count", value |> Option.map (fun value -> float value.Count)
    ]

    let private width (name: string) (axes: Axis list) (group: Group) =
        let shared = {
            ResultRow.create name with
                Axes = others axes group.Spec
                InputScale = Some(InputScale.print group.Spec.InputScale)
                LearningRate = Some group.Spec.Rate
                Width = Some group.Spec.Width
        }

        ResultRow.each shared [
            "runs", Some(float group.Runs.Length)
            "diverged", Some(float group.Diverged)
            for name, quantity in
                [
                    "validation-accuracy", Quantity.Accuracy
                    "validation-f1", Quantity.F1
                    "validation-auc", Quantity.Auc
                    "delta-theta", Quantity.DeltaTheta
                    "init-kernel-error", Quantity.InitKernelError
                    "gap-to-kernel", Quantity.GapToKernel
                    "gap-to-linearised", Quantity.GapToLinearised
                ] do
                yield! aggregate name (group.Of quantity)
        ]

    /// `prefix` stands before "network" and "width".
    let all (prefix: string) (runs: NetworkRun[]) : ResultRow list =
        let axes = runs |> Seq.map _.Spec |> Axis.unlabelled

        [
            for run in runs do
                yield! network $"%s{prefix}network" axes run
            for group in Group.ofRuns runs do
                yield! width $"%s{prefix}width" axes group
        ]
