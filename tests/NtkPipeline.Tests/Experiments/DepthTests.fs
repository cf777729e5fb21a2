module NtkPipeline.Tests.DepthTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private values: Map<string, string> =
    Map [
        for setting in DepthGrid.settings do
            setting.Key, setting.Default

        "depth.networks", "relu, gelu"
        "depth.layers", "1, 3"
        "depth.trained-layers", "1, 3"
        "depth.weight-variances", "0.3, 3"
        "depth.phase-layers", "1, 4, 8"
        "depth.trained-phase-layers", "2"
    ]

let private count, kept = 40, 1000

let private few: Lazy<Features * Split> =
    lazy
        (use _ = torch.NewDisposeScope()
         let x = SmallStack.normal 41L [ count + kept; 4 ]
         let unit = Tensors.toMatrix32 (x / x.square().sum(1L, keepdim = true).sqrt())
         let y = (x.select (1L, 0L) * x.select (1L, 1L)).sign() |> Tensors.toArray64

         {
             Labelled = unit
             Test = Matrix.create 0 4 [||]
             Facts = {
                 Encoder = "none"
                 Reduction = "none"
                 EmbeddingColumns = 4
                 Columns = 4
                 ExplainedVariance = [||]
                 ZeroLabelledRows = [||]
                 ZeroTestRows = [||]
             }
         },
         {
             split with
                 Train = [| 0 .. count - 1 |]
                 Validation = [| count .. count + kept - 1 |]
                 Labels = Array.append y[.. count - 1] labels
                 Targets = y
         })

let private basis = (run 64 0 1.0 0.1 []).Spec

/// Networks that miss so many rows.
let private networks wrong = [
    for point in Expect.wantOk (DepthGrid.networks values basis) "networks" do
        let made = run point.Spec.Width point.Spec.Member point.Spec.Rate 0.1 [ 0 .. wrong point.Spec - 1 ]
        { made with Spec = point.Spec }
]

let private evidence runs : DepthEvidence =
    let runner: IRunner = MemoryRunner(Seed.root 7UL)
    let few = artifact "few" few.Value

    let kernels =
        Depth.kernels values |> List.map (fun stage -> Expect.wantOk (runner.Run(stage, few)) "a kernel")

    let inputs = DepthJudge.inputs few (Artifact.all kernels) (artifact "runs" runs)
    let stage = DepthJudge.stage (DepthJudge.settings settings values)

    Expect.wantOk
        (runner.Run(stage, inputs) |> Result.bind _.Value.Force() |> Result.mapError _.Sentence)
        "evidence"

let tests =
    testList "Depth" [
        testCase "kernels and networks find their places, and what they rest on is kept and read back"
        <| fun () ->
            let isDeep (spec: RunSpec) = spec.Architecture.Text.Split('|').Length > 4
            let found = evidence (networks (fun spec -> if isDeep spec then 300 else 200))
            Expect.equal found.Families.Length 4 "two families, two depths"
            Expect.equal found.Phases.Length 6 "two σ_w², three depths"
            Expect.equal (found.NetworkOutcomes |> Array.map _.Layers) [| 2; 2 |] "one depth is trained"
            Expect.equal found.TrainAccuracies [| 0.9; 0.9 |] "of each"

            for one in found.NetworkDifferences do
                KernelSamples.wantClose 1e-12 "deep less shallow" [| one.Difference.Value |] [| -0.1 |]

            Expect.equal (found.KernelDifferences |> Array.map _.Layers) [| 3; 3 |] "each against one layer"
            let codec = (DepthJudge.stage (DepthJudge.settings settings values)).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"

        testCase "what was found becomes a chapter, whose numbers stand once each"
        <| fun () ->
            let runs = networks (fun _ -> 200)

            let chapter =
                DepthChapter.ofEvidence (artifact "runs" runs) (artifact "evidence" (evidence runs))
                |> fun chapter -> Expect.wantOk (chapter.Value.Force()) "a chapter"

            Expect.equal chapter.Tables.Length 2 "families and phases"

            Expect.equal
                (chapter.Charts |> List.distinctBy _.Id).Length
                chapter.Charts.Length
                "each chart once"

            Expect.equal
                (chapter.Findings |> Array.distinctBy _.Metric).Length
                chapter.Findings.Length
                "once each"

            Expect.stringContains chapter.Answer[0] "From 1 to 3 hidden layers" "the answer"
            Expect.equal chapter.Verdicts.Length 9 "three claims by phase"

        testCase "networks that all diverged are counted, and what rests on them cannot be told"
        <| fun () ->
            let runs = networks (fun _ -> 200) |> List.map diverge
            let found = evidence runs
            Expect.equal found.Diverged runs.Length "all"
            Expect.isEmpty found.NetworkOutcomes "none"
            Expect.isEmpty found.NetworkDifferences "none"
            let chapter = DepthChapter.ofEvidence (artifact "runs" runs) (artifact "evidence" found)
            Expect.wantOk (chapter.Value.Force()) "a chapter all the same" |> ignore

        testCase "every kernel and every network has a stage of its own name"
        <| fun () ->
            let names = Depth.kernels values |> List.map _.Name
            Expect.equal (List.distinct names).Length 10 "kernels"
            let points = Expect.wantOk (DepthGrid.networks values basis) "networks"
            Expect.equal (points |> Array.distinctBy _.Name).Length 6 "networks"
    ]
