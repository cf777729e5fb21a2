module NtkPipeline.Tests.OutputScaleTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

/// Networks whose kernel moves by `move α` and that miss `wrong α` rows.
let networks (move: float -> float) (wrong: float -> int) = [
    for width in [ 64; 256 ] do
        for alpha in [ 0.1; 1.0; 3.0; 10.0 ] do
            for number in 0..2 do
                let run = run width number 1.0 (move alpha) [ 0 .. wrong alpha - 1 ]

                {
                    run with
                        Spec.Architecture = Architecture.withScale alpha run.Spec.Architecture
                }
]

let private judged (runs: JudgedRuns) : OutputScale.Evidence =
    let runner: IRunner = MemoryRunner(Seed.root 3UL)
    let inputs = Artifact.both (artifact "split" split) (artifact "runs" runs)
    (want (runner.Run(OutputScale.stage settings, inputs))).Value.Force() |> want

let evidence runs : OutputScale.Evidence = judged (EpochChoice.ended runs)

/// The same networks, each kind judged after 10 of 50 epochs, where they miss `wrong α` rows.
let private stopped (wrong: float -> int) (runs: NetworkRun list) : JudgedRuns = {
    Ended = runs
    Choices = [|
        for kind in runs |> List.map (fun run -> RunSpec.group run.Spec) |> List.distinct do
            {
                Spec = kind
                Errors = Array.create 51 0.5
                Epoch = Some 10
                Folds = 1
                Rows = 100
            }
    |]
    Stopped = [
        for run in runs do
            match EpochChoice.at 10 run with
            | Some there -> {
                there with
                    ValidationOutputs = missing [ 0 .. wrong run.Spec.Architecture.OutputScale - 1 ]
              }
            | None -> ()
    ]
}

let private verdicts runs =
    let evidence = evidence runs
    OutputScale.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq

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
            stays (fun alpha -> 0.2 / alpha) |> wants (Some true) [ "α^−1.00"; "m = 64, α ≥ 1" ]
            stays (fun alpha -> 0.2 * alpha) |> wants (Some false) [ "α^1.00"; "does not fall" ]
            let few = networks (fun alpha -> 0.2 / alpha) (fun _ -> 200) |> List.map diverge
            (verdicts few)[0] |> wants None [ "no power law can be fitted" ]

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

        testCase "claims: the ends are judged where fitted rows stop them, with the last epoch beside it"
        <| fun () ->
            let ended = networks (fun alpha -> 0.2 / alpha) (fun _ -> 200)
            let fewer alpha = if alpha < 1.0 then 100 else 200
            let found = judged (stopped fewer ended)

            let last runs =
                let found = judged runs
                OutputScale.claims |> Seq.collect (fun claim -> claim.Judge found) |> Seq.last

            last (stopped fewer ended)
            |> wants (Some true) [
                "α = 0.1 (after 10 epochs) against α = 10 (after 10 epochs)"
                "+10.0 percentage points"
                "Those epochs were chosen on fitted rows alone. After the last epoch, 50, the difference is 0.0"
            ]

            let lost =
                ended
                |> List.map (fun run ->
                    if run.Spec.Architecture.OutputScale < 1.0 then
                        { run with Diverged = Some 30 }
                    else
                        run)

            last (stopped fewer lost)
            |> wants (Some true) [ "After the last epoch, 50, there are no networks on one of the two sides" ]

            // How far the kernel moves is of the whole training.
            let fit = Expect.wantSome found.Exponents[0].Fit "a law"
            KernelSamples.wantClose 1e-12 "all of training" [| fit.Slope |] [| -1.0 |]

            let chapter runs =
                want (
                    (OutputScale.chapter
                        (artifact "kernel" kernel)
                        (artifact "runs" runs)
                        (artifact "evidence" (judged runs)))
                        .Value.Force()
                )

            let chart = (chapter (stopped fewer ended)).Charts |> List.exactlyOne

            match chart.Drawing with
            | Drawing.Lines lines ->
                let line = lines |> List.find (fun line -> line.Name = "m = 256")

                KernelSamples.wantClose 1e-12 "accuracies there" (line.Points |> Array.map _.Y) [|
                    for _ in 1..4 -> (Group.last (stopped fewer ended).Stopped[0]).Validation.Accuracy
                |]

                Expect.equal (line.Points |> Array.map _.X) [| 0.1; 1.0; 3.0; 10.0 |] "by α"
            | Drawing.Map _
            | Drawing.Frames _ -> failtest "no lines"

            Expect.isEmpty (chapter (EpochChoice.ended ended)).Charts "none where nothing was chosen"

        testCase "what was found is kept and read back"
        <| fun () ->
            let found = evidence (networks (fun alpha -> 0.2 / alpha) (fun _ -> 200))
            let codec = (OutputScale.stage settings).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"
    ]
