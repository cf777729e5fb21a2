namespace NtkPipeline.Core

/// One measured number: what was measured (`Experiment`, `Metric`), where (the fields that apply; the others are none),
/// and the value, none where the experiment has none.
type ResultRow = {
    /// "kernel-regression", "ridge-path", "network", "width", "slope" or "verdict"; of a further question its name, a slash and one of
    /// these, or "number".
    Experiment: string
    InputScale: string option
    LearningRate: float option
    Width: int option
    Member: int option
    Epoch: int option
    Ridge: float option
    /// "output-scale=2; batch-size=32": what else tells its networks from the run's others.
    Axes: string option
    Metric: string
    Value: float option
    /// In words, what a number cannot say: why a value is missing, what a verdict rests on.
    Note: string option
}

/// Findings as rows, one a number.
[<RequireQualifiedAccess>]
module ResultRow =

    let private row (experiment: string) : ResultRow = {
        Experiment = experiment
        InputScale = None
        LearningRate = None
        Width = None
        Member = None
        Epoch = None
        Ridge = None
        Axes = None
        Metric = ""
        Value = None
        Note = None
    }

    /// One row a metric, alike in all else.
    let private each (row: ResultRow) (metrics: (string * float option) list) : ResultRow list =
        metrics |> List.map (fun (metric, value) -> { row with Metric = metric; Value = value })

    let private scores (prefix: string) (scores: Scores) = [
        $"%s{prefix}accuracy", Some scores.Accuracy
        $"%s{prefix}f1", Some scores.F1
        $"%s{prefix}auc", Some scores.Auc
    ]

    let private regression (kernel: KernelRegression) = [
        yield!
            each { row "kernel-regression" with Ridge = Some kernel.Chosen.Ridge } [
                yield! scores "validation-" kernel.Validation
                "mean-diagonal", Some kernel.MeanDiagonal
                "residual", Some kernel.Certificate.Residual
                "condition-number", Some kernel.Certificate.ConditionNumber
                "clipped-eigenvalues", Some(float kernel.Certificate.Clipped)
            ]
        yield!
            scores "validation-" kernel.SmallestRidgeValidation
            |> each { row "kernel-regression" with Ridge = Some kernel.SmallestRidge }
    ]

    let private path (point: RidgePoint) =
        each { row "ridge-path" with Ridge = Some point.Ridge } [
            "relative-ridge", Some point.RelativeRidge
            "effective-dimension", Some point.EffectiveDimension
            "train-accuracy", Some point.TrainAccuracy
            "cv-accuracy", Some point.CvAccuracy
            "cv-f1", Some point.CvF1
            "cv-error", Some point.CvError
            "loo-accuracy", Some point.LooAccuracy
            "loo-error", Some point.LooError
            "gcv", Some point.Gcv
            "log-likelihood", Some point.LogLikelihood
        ]

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
                each epoch [
                    "step", Some(float measures.Step)
                    "train-loss", Some measures.TrainLoss
                    "train-accuracy", Some measures.TrainAccuracy
                    yield! scores "validation-" measures.Validation
                    "kernel-validation-accuracy", measures.KernelAccuracy
                    "linearised-validation-accuracy", measures.LinearisedAccuracy
                    "delta-theta-probe", Some measures.DeltaTheta
                    yield! gap "gap-to-kernel-train" measures.GapToKernelTrain
                    yield! gap "gap-to-kernel-validation" measures.GapToKernelValidation
                    yield! gap "gap-to-linearised-train" measures.GapToLinearisedTrain
                    yield! gap "gap-to-linearised-validation" measures.GapToLinearisedValidation
                    for layer, movement in Array.indexed measures.WeightMovement do
                        $"weight-movement-%d{layer + 1}", Some movement
                    "flipped-gates", measures.FlippedGates
                    "alignment-with-targets", Some measures.AlignmentWithTargets
                    "alignment-with-initial", Some measures.AlignmentWithInitial
                ]
            rank epoch measures
        ]

    /// What the axes that a table has no column for say of a network.
    let private others (axes: Axis list) (spec: RunSpec) =
        match axes with
        | [] -> None
        | axes ->
            axes
            |> List.map (fun axis -> $"%s{axis.Key}=%s{Axis.text (axis.Of spec)}")
            |> String.concat "; "
            |> Some

    let private network (name: string) (axes: Axis list) (run: NetworkRun) =
        let shared = {
            row name with
                Axes = others axes run.Spec
                InputScale = Some(InputScale.print run.Spec.InputScale)
                LearningRate = Some run.Spec.Rate
                Width = Some run.Spec.Width
                Member = Some run.Spec.Member
                Note = run.Diverged |> Option.map (fun epoch -> $"diverged in epoch %d{epoch}")
        }

        [
            yield!
                each shared [
                    "init-kernel-error", Some run.InitKernelError
                    "delta-theta", run.DeltaTheta
                    "steps", Some(float run.Steps)
                    "absolute-rate", Some run.AbsoluteRate
                    "parameters", Some(float run.Parameters)
                ]
            for measures in run.Epochs do
                yield! epoch shared measures
        ]

    let private aggregate (name: string) (value: Aggregate option) = [
        $"%s{name}-mean", value |> Option.map _.Mean
        $"%s{name}-deviation", value |> Option.bind _.StandardDeviation
        $"%s{name}-count", value |> Option.map (fun value -> float value.Count)
    ]

    let private width (name: string) (axes: Axis list) (group: Group) =
        let shared = {
            row name with
                Axes = others axes group.Spec
                InputScale = Some(InputScale.print group.Spec.InputScale)
                LearningRate = Some group.Spec.Rate
                Width = Some group.Spec.Width
        }

        each shared [
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

    let private slope (slope: Slope) =
        each { row "slope" with InputScale = Some(InputScale.print slope.Spec.InputScale) } [
            $"%s{Quantity.print slope.Quantity}-slope", Some slope.Slope
            $"%s{Quantity.print slope.Quantity}-lower", Some slope.Lower
            $"%s{Quantity.print slope.Quantity}-upper", Some slope.Upper
        ]

    let private verdict (name: string) (verdict: Verdict) = {
        row name with
            Metric = verdict.Claim
            Value = verdict.Holds |> Option.map (fun holds -> if holds then 1.0 else 0.0)
            Note = Some $"%s{verdict.Setting}: %s{verdict.Evidence}"
    }

    let private networks (prefix: string) (runs: NetworkRun[]) =
        let axes = runs |> Seq.map _.Spec |> Axis.unlabelled

        [
            for run in runs do
                yield! network $"%s{prefix}network" axes run
            for group in Group.ofRuns runs do
                yield! width $"%s{prefix}width" axes group
        ]

    let private chapter (chapter: Chapter) = [
        yield! networks $"%s{chapter.Id}/" chapter.Runs
        for finding in chapter.Findings do
            {
                row $"%s{chapter.Id}/number" with
                    Metric = finding.Metric
                    Value = finding.Value
                    Note = finding.Note
            }
        for judged in chapter.Verdicts do
            verdict $"%s{chapter.Id}/verdict" judged
    ]

    /// Every number of the findings. A verdict's value is 1 where the claim holds, 0 where it does not, none where it is open.
    let ofFindings (findings: Findings) : ResultRow[] = [|
        yield! regression findings.Kernel
        for point in findings.Kernel.Path do
            yield! path point
        yield! networks "" findings.Networks
        for fit in findings.Comparison.Slopes do
            yield! slope fit
        for judged in findings.Comparison.Verdicts do
            verdict "verdict" judged
        for asked in findings.Chapters do
            yield! chapter asked
    |]
