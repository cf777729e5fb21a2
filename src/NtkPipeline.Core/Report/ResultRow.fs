namespace NtkPipeline.Core

/// One measured number: what was measured (`Experiment`, `Metric`), where (the fields that apply; the others are none),
/// and the value, none where the experiment has none.
type ResultRow = {
    /// "kernel-regression", "ridge-path", "network", "width", "slope" or "verdict".
    Experiment: string
    InputScale: string option
    LearningRate: float option
    Width: int option
    Member: int option
    Epoch: int option
    Ridge: float option
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
            "train-accuracy", point.TrainAccuracy
            "cv-accuracy", point.CvAccuracy
            "cv-f1", point.CvF1
            "cv-error", point.CvError
            "loo-accuracy", point.LooAccuracy
            "loo-error", Some point.LooError
            "gcv", Some point.Gcv
            "log-likelihood", point.LogLikelihood
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

    let private network (run: NetworkRun) =
        let shared = {
            row "network" with
                InputScale = Some run.InputScale
                LearningRate = Some run.LearningRate
                Width = Some run.Width
                Member = Some run.Member
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

    let private width (width: WidthSummary) =
        let shared = {
            row "width" with
                InputScale = Some width.InputScale
                LearningRate = Some width.LearningRate
                Width = Some width.Width
        }

        each shared [
            "runs", Some(float width.Runs)
            "diverged", Some(float width.Diverged)
            yield! aggregate "validation-accuracy" width.Accuracy
            yield! aggregate "validation-f1" width.F1
            yield! aggregate "validation-auc" width.Auc
            yield! aggregate "delta-theta" width.DeltaTheta
            yield! aggregate "init-kernel-error" (Some width.InitKernelError)
            yield! aggregate "gap-to-kernel" width.GapToKernel
            yield! aggregate "gap-to-linearised" width.GapToLinearised
        ]

    let private slope (slope: Slope) =
        each { row "slope" with InputScale = Some slope.InputScale } [
            $"%s{slope.Quantity}-slope", Some slope.Slope
            $"%s{slope.Quantity}-lower", Some slope.Lower
            $"%s{slope.Quantity}-upper", Some slope.Upper
        ]

    let private verdict (verdict: Verdict) = {
        row "verdict" with
            Metric = verdict.Claim
            Value = verdict.Holds |> Option.map (fun holds -> if holds then 1.0 else 0.0)
            Note = Some $"%s{verdict.Setting}: %s{verdict.Evidence}"
    }

    /// Every number of the findings. A verdict's value is 1 where the claim holds, 0 where it does not, none where it is open.
    let ofFindings (findings: Findings) : ResultRow[] = [|
        yield! regression findings.Kernel
        for point in findings.Kernel.Path do
            yield! path point
        for run in findings.Networks do
            yield! network run
        for summary in findings.Comparison.Widths do
            yield! width summary
        for fit in findings.Comparison.Slopes do
            yield! slope fit
        for judged in findings.Comparison.Verdicts do
            verdict judged
    |]
