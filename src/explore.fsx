(*
# Every stage by hand

Send this to F# Interactive piece by piece, or run it whole: `dotnet fsi build.fsx explore`. It takes the shipped synthetic
sample (600 of its tweets, so that each step takes a second or so), runs the pipeline's stages in memory, prints what they
give and writes two charts. Nothing here is special: these are the values that `ntk run` orchestrates over its store.
*)
#load "exploration.fsx"

open System.IO
open Deedle
open Plotly.NET
open NtkPipeline.Core
open NtkPipeline.Runtime
open Exploration

/// Stages run in memory here; `DiskRunner` would keep their results.
let runner: IRunner = MemoryRunner(Seed.root 1UL)
let run stage input = runner.Run(stage, input) |> value
let look (artifact: Artifact<'a>) = artifact.Value.Force() |> value

(*
## Tweets
A stage is a value: name, version, settings, codec, body. Its input and output are artifacts: a digest and a lazy value.
*)
let file name = SourceFile.artifact name (Some(Path.Combine(clone, "data", "sample", name))) |> value
let everything = run (ReadTweets.stage "train" "train.csv" true) (file "train.csv")
let labelled = everything |> Artifact.map (Array.truncate 450)

let unlabelled =
    run (ReadTweets.stage "test" "test.csv" false) (file "test.csv")
    |> Artifact.map (Array.truncate 150)

let table = (TweetFrame.ofTweets (look labelled)).Frame
printfn "SYNTHETIC SAMPLE: these tweets were written by a program."
(table |> Frame.sliceCols [ "keyword"; "text"; "target" ] |> Frame.take 5).Print()

table
|> Frame.sliceCols [ "keyword"; "target" ]
|> Frame.dropSparseRows
|> Frame.groupRowsByString "keyword"
|> Frame.getCol "target"
|> Stats.levelMean fst
|> Series.sortBy (~-)
|> Series.take 5
|> fun (share: Series<string, float>) -> share.Print()

(* ## Clean, split, embed, reduce *)
let clean part tweets = run (CleanTweets.stage part CleanText.defaults) tweets
let cleanLabelled, cleanUnlabelled = clean "train" labelled, clean "test" unlabelled

for before, after in Array.zip (look labelled) (look cleanLabelled) |> Array.truncate 3 do
    printfn $"%s{before.Text}\n  → %s{after.Text}"

let split =
    run
        (SplitTweets.stage {
            ValidationShare = 0.2
            Folds = 5
            Together = SameText.Normalised
            SimilarAbove = 0.7
            Contradictions = MajorityLabel
        })
        labelled

let embeddings =
    run (EmbedTweets.lsa { Lsa.defaults with Columns = 100 }) (Artifact.both cleanLabelled cleanUnlabelled)

let features =
    let settings: ReduceDimension.Settings = {
        Dimensions = Leading 32
        Solver = PcaSolver.Exact
        Whiten = false
    }

    let compared = Artifact.create "none" (Digest.ofParts []) (lazy (Result.Ok { Rows = 0; Points = [||] }))
    run (ReduceDimension.stage settings) (ReduceDimension.inputs settings embeddings split compared)

let explained = (look features).Facts.ExplainedVariance

printfn
    $"%s{(look features).Facts.Encoder}: 32 components explain %.1f{100.0 * Array.sum explained}%% of the variance"

(* ## Infinite width: the analytic kernel, its spectrum, ridge regression *)
let gram = run AnalyticGram.labelled features
let testGram = run AnalyticGram.test features
let spectrum = run DecomposeKernel.stage (Artifact.both gram split)

let ridge = {
    RidgeSettings.Smallest = 1e-3
    Largest = 1e2
    PointsPerDecade = 3
    ChooseBy = RidgeChoice.CrossValidation
}

let kernel =
    run (FitRidge.stage ridge TargetCoding.PlusMinus) (FitRidge.inputs split spectrum gram testGram)

let path = (look kernel).Path

let pathFrame =
    frame [
        "cv accuracy" => Series.ofValues (path |> Array.choose _.CvAccuracy)
        "loo accuracy" => Series.ofValues (path |> Array.choose _.LooAccuracy)
        "effective dimension" => Series.ofValues (path |> Array.map _.EffectiveDimension)
    ]
    |> Frame.indexRowsWith (path |> Array.map _.RelativeRidge)

pathFrame.Print()

printfn
    $"kernel: validation accuracy %.3f{(look kernel).Validation.Accuracy} at ridge %.3g{(look kernel).Chosen.Ridge}"

path
|> Array.choose (fun point -> point.LooAccuracy |> Option.map (fun accuracy -> point.RelativeRidge, accuracy))
|> Chart.Line
|> Chart.withXAxisStyle ("ridge / mean diagonal", AxisType = StyleParam.AxisType.Log)
|> Chart.withYAxisStyle "leave-one-out accuracy"
|> Chart.withTitle "Synthetic sample: the ridge's path"
|> show "path.html"

(* ## Finite width: real training, followed *)
let training = TrainNetwork.inputs features split gram spectrum

let network width : GridPoint =
    GridPoint.ofSpec {
        Architecture = Architecture.withCentring true Architecture.written
        Width = width
        InputScale = InputScale.SqrtD
        Optimiser = Optimiser.Descent
        Rate = 1.0
        BatchSize = 64
        Epochs = 10
        Tracked = TrackedEpochs.Listed [ 1; 2; 5 ]
        ProbeRows = 200
        Member = 0
        Device = Device.Cpu
    }

let networks = [
    for width in [ 16; 128; 1024 ] -> run (TrainNetwork.stage (network width)) training
]

let trained = networks |> List.map (look >> _.Run)

for one in trained do
    let last = Array.last one.Epochs

    printfn
        $"m = %4d{one.Spec.Width}: kernel moved by %.1f{100.0 * last.DeltaTheta}%%, validation accuracy %.3f{last.Validation.Accuracy}"

[
    for one in trained ->
        Chart.Line(
            [ for epoch in one.Epochs -> float epoch.Epoch, epoch.DeltaTheta ],
            Name = $"m = %d{one.Spec.Width}"
        )
]
|> Chart.combine
|> Chart.withXAxisStyle "epoch"
|> Chart.withYAxisStyle "‖Θ_t − Θ_0‖ / ‖Θ_0‖"
|> Chart.withTitle "Synthetic sample: how far the kernel moves"
|> show "movement.html"

(* ## The comparison *)
let comparison =
    run
        (CompareModels.stage {
            Resamples = 500
            LazyThreshold = 0.05
            Margin = 0.01
            MainRate = 1.0
            SmallWidth = 256
        })
        (CompareModels.inputs split kernel (ChooseEpochs.judged (Artifact.all networks) ChooseEpochs.none))

for verdict in (look comparison).Verdicts do
    let word =
        match verdict.Holds with
        | Some true -> "holds"
        | Some false -> "does not hold"
        | None -> "cannot be decided"

    printfn $"%s{verdict.Claim} (%s{verdict.Setting}): %s{word}. %s{verdict.Evidence}"

printfn $"Charts: %s{results}"
