/// Findings of small runs of three classes and of numbers, made by the stages themselves.
module NtkPipeline.Tests.SampleTasks

open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun

/// One class's name would be an element.
let classes = LearningTask.Classes [| "sport"; SampleData.hostile; "news" |]

let points = [|
    for width in [ 16; 64 ] do
        for number in 0..1 do
            GridPoint.ofSpec { training 1.0 width with Member = number }
|]

let private make (task: LearningTask) (values: float[]) : TaskFindings =
    let labels = { Task = task; Values = values }
    let split = { split with Labels = values; Targets = values }
    let labelling, splitting = artifact "labels" labels, artifact "split" split
    let made = artifact "features" features
    let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))
    let testGram = want (runner.Run(AnalyticGram.test, made))
    let fitting = FitTask.inputs labelling splitting spectrum gram.Value testGram
    let learning = LearnFromFewer.ofTask ridges labelling splitting spectrum gram.Value

    let trained =
        points
        |> Array.map (fun point ->
            want (runner.Run(TrainTask.stage point, TrainTask.inputs labelling splitting made spectrum)))
        |> Artifact.all

    let probing = CompareProbes.taskInputs labelling splitting made gram.Value trained
    let settings = CompareProbes.settings 1.0 points[0].Spec

    let regression = value (want (runner.Run(FitTask.stage ridges, fitting)))
    let runs = value (TaskRun.all points (artifact "choices" [||]) labelling splitting trained)

    let contests =
        TaskContest.all SampleRuns.settings {
            Task = task
            Values = split.Validation |> Array.map (fun row -> split.Labels[row])
            Kernel = regression.Validation
            Runs = runs
        }

    {
        Seed = 1UL
        Name = $"rows %s{SampleData.hostile}"
        Synthetic = false
        Labels = labels
        SampledFrom = None
        TestIds = Array.init 6 (fun row -> RowId.ofPlace (row + 1))
        Split = split
        Features = SampleData.features
        Tokens = None
        Regression = regression
        Learning = value (want (runner.Run(LearnFromFewer.stage ridges TargetCoding.PlusMinus, learning)))
        Probes = value (want (runner.Run(CompareProbes.taskStage points settings, probing)))
        Runs = runs
        Choices = [||]
        Contests = contests
        Verdicts = TaskClaims.judge SampleRuns.settings task runs contests
        Chapters = []
        NotAsked = [||]
        Settings = [||]
        Sources = []
    }

/// The sign of a coordinate, and of another: three classes.
let ofClasses =
    lazy
        (let x = features.Labelled

         make
             classes
             (Array.init count (fun i ->
                 if x[i, 0] > 0.2f then 0.0
                 elif x[i, 1] > 0.0f then 1.0
                 else 2.0)))

let ofNumbers =
    lazy
        (let x = features.Labelled

         make
             LearningTask.Regression
             (Array.init count (fun i -> 20.0 + 5.0 * float x[i, 0] - 3.0 * float x[i, 1])))

/// The same, every network having diverged.
let diverged (findings: TaskFindings) : TaskFindings = {
    findings with
        Probes = [||]
        Contests = [||]
        Verdicts = [||]
        Runs = findings.Runs |> Array.map (fun run -> { run with Diverged = Some 1 })
}
