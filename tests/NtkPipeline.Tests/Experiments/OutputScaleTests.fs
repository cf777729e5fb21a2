module NtkPipeline.Tests.OutputScaleTests

open System
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

/// Networks whose kernel moves by `move α` and that miss `wrong α` rows.
let private networks (move: float -> float) (wrong: float -> int) = [
    for width in [ 64; 256 ] do
        for alpha in [ 0.1; 1.0; 3.0; 10.0 ] do
            for number in 0..2 do
                let run = run width number 1.0 (move alpha) [ 0 .. wrong alpha - 1 ]

                {
                    run with
                        Spec.Architecture = Architecture.withScale alpha run.Spec.Architecture
                }
]

let private evidence runs : OutputScale.Evidence =
    let runner: IRunner = MemoryRunner(Seed.root 3UL)
    let inputs = Artifact.both (artifact "split" split) (artifact "runs" runs)
    (want (runner.Run(OutputScale.stage settings, inputs))).Value.Force() |> want

let private verdicts runs =
    let evidence = evidence runs
    OutputScale.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq

let private asked folder = [
    "--set"
    "experiments=output-scale"
    "--set"
    "output-scale.values=0.5, 1, 4, 16"
    "--set"
    "output-scale.widths=128"
    "--set"
    "output-scale.seeds=2"
    "--set"
    "train.widths=128"
    "--set"
    "train.input-scales=sqrt-d"
    yield! folder
]

let tests =
    testList "OutputScale" [
        testCase "an exact power law is found at each width, over α ≥ 1 alone"
        <| fun () ->
            // Off the law below 1, where it must not matter.
            let found =
                evidence (networks (fun alpha -> if alpha < 1.0 then 5.0 else 0.2 / alpha) (fun _ -> 200))

            for exponent in found.Exponents do
                let fit = Expect.wantSome exponent.Fit "a law"

                KernelSamples.wantClose 1e-12 "the exponent" [| fit.Slope; fit.Lower; fit.Upper |] [|
                    -1.0
                    -1.0
                    -1.0
                |]

                Expect.equal exponent.Runs 9 "three α, three seeds"

            Expect.equal (found.Smallest, found.Largest, found.Widest) (0.1, 10.0, 256) "the ends"

        testCase "claims: a kernel that α holds in place, one that it does not, and one that cannot be told"
        <| fun () ->
            let stays move = (verdicts (networks move (fun _ -> 200)))[0]
            stays (fun alpha -> 0.2 / alpha) |> wants (Some true) [ "α^-1.00"; "m = 64, α ≥ 1" ]
            stays (fun alpha -> 0.2 * alpha) |> wants (Some false) [ "α^1.00"; "does not fall" ]
            let few = networks (fun alpha -> 0.2 / alpha) (fun _ -> 200) |> List.map diverge
            (verdicts few)[0] |> wants None [ "too few" ]

        testCase "claims: a small scale that helps, that harms, and that makes no difference"
        <| fun () ->
            let last wrong = Array.last (verdicts (networks (fun alpha -> 0.2 / alpha) wrong))

            last (fun alpha -> if alpha < 1.0 then 100 else 200)
            |> wants (Some true) [ "m = 256"; "α = 0.1 against α = 10"; "+10.0 percentage points" ]

            last (fun alpha -> if alpha < 1.0 then 300 else 200) |> wants (Some false) [ "−10.0" ]
            last (fun _ -> 200) |> wants None [ "0.0 percentage points" ]

            networks (fun alpha -> 0.2 / alpha) (fun _ -> 200)
            |> List.map (fun run -> if run.Spec.Architecture.OutputScale < 1.0 then diverge run else run)
            |> verdicts
            |> Array.last
            |> wants None [ "every network diverged" ]

        testCase "what was found is kept and read back"
        <| fun () ->
            let found = evidence (networks (fun alpha -> 0.2 / alpha) (fun _ -> 200))
            let codec = (OutputScale.stage settings).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"

        testCase "the chapter's curves are drawn, one line a width, and its numbers stand in results.csv"
        <| fun () ->
            let runs = networks (fun alpha -> 0.2 / alpha) (fun _ -> 200)

            let chapter =
                OutputScale.chapter
                    (artifact "kernel" kernel)
                    (artifact "runs" runs)
                    (artifact "evidence" (evidence runs))
                |> fun chapter -> want (chapter.Value.Force())

            let figures = Curves.drawAll chapter.Runs chapter.Curves
            Expect.equal figures.Length chapter.Curves.Length "each"
            let movement = Figure.json false figures[0]

            for words in [ "m = 64"; "m = 256"; "output scale α"; "∝ α^(−1.00)" ] do
                Expect.stringContains movement words "in the first"

            let findings = { SampleFindings.make true with Chapters = [| chapter |] }
            let csv = ResultFrame.csv findings
            Expect.stringContains csv "output-scale/width,sqrt-d,1,64,,,,output-scale=0.1," "a network's axes"
            Expect.stringContains csv "delta-theta-exponent-m=64-upper" "a number"
            let page = Report.html findings
            Expect.stringContains page "id=\"output-scale\"" "a chapter"
            Expect.stringContains page "Does a larger output scale" "its question"

        testCase "ntk run asks the question: a grid over α, its chapter, its rows, and nothing twice"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 240, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let answer = RunCall.run data store out (asked []) |> wantDone

            let trained =
                ran answer
                |> List.filter _.StartsWith("train-network/sqrt-d/m=128")
                |> List.map _.Split('/').[4..]

            Expect.contains trained [| "seed=1"; "output-scale=16" |] "named by α"

            Expect.equal
                (trained |> List.filter ((=) [| "seed=0" |])).Length
                1
                "what the run has is not trained again"

            Expect.stringContains answer.Output "question  Does a larger output scale" "on the console"
            use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
            let experiments = summary.RootElement.GetProperty "experiments"
            Expect.equal (experiments.GetArrayLength()) 1 "one"
            Expect.equal (experiments[0].GetProperty("networks").GetArrayLength()) 8 "four α, two seeds"
            Expect.isEmpty (RunCall.run data store out (asked []) |> wantDone |> ran) "all cached"

            let more =
                RunCall.run data store out (asked [ "--set"; "output-scale.values=0.5, 1, 4, 16, 32" ])
                |> wantDone

            Expect.equal (ran more).Length 4 "two networks, the verdicts and the report")

        testCase "its settings are refused by key, and unknown questions by name"
        <| fun () ->
            refused 2 [ "experiments"; "output-scale" ] [ "run"; "--set"; "experiments=everything" ]
            refused 2 [ "output-scale.values" ] [ "run"; "--set"; "output-scale.values=0" ]

            refused 2 [ "output-scale.input-scale"; "sqrt-d" ] [
                "run"
                "--set"
                "output-scale.input-scale=2"
            ]

        testCase "every experiment has its query in the host, and every query its experiment"
        <| fun () ->
            Expect.equal
                (NtkPipeline.Host.Program.Questions |> List.ofSeq |> List.sort)
                (Experiments.all |> List.map _.Name |> List.sort)
                "one each"

            for experiment in Experiments.all do
                Expect.isTrue (experiment.Question.EndsWith '?') experiment.Question

                for setting in experiment.Settings do
                    Expect.stringStarts setting.Key (experiment.Name + ".") "its settings are its own"
    ]
