/// Evidence on feature learning, made up.
module NtkPipeline.Tests.SampleContest

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let trial: KernelTrial = {
    Kind = KernelKind.Ntk
    Network = "dense 1 | relu | dense 1"
    Rows = 500
    Ridges = 9
    RelativeRidge = 0.3
    Error = Some 0.6
    Accuracy = Some 0.8
    Refusal = None
}

/// It misses the first 200 rows.
let tuned: TunedKernel = {
    Name = KernelTrials.name trial
    Ridges = [| 0.1; 0.3 |]
    Errors = [| 0.7; 0.6 |]
    RelativeRidge = 0.3
    Error = 0.6
    Accuracy = 0.8
    Outputs = missing [ 0..199 ]
}

let choice: NetworkChoice = {
    Trials = [|
        {
            Spec = (run 64 0 1.0 0.5 []).Spec
            Errors = [| 1.0; 0.7; 0.5; 0.6 |]
            Accuracies = [| 0.5; 0.7; 0.8; 0.8 |]
            Movement = [| 0.0; 0.3; 0.5; 0.6 |]
            Epoch = Some 2
            Diverged = 0
        }
        {
            Spec = (run 256 0 1.0 0.5 []).Spec
            Errors = [| 1.0 |]
            Accuracies = [| 0.5 |]
            Movement = [| 0.0 |]
            Epoch = None
            Diverged = 3
        }
    |]
    Chosen = Some 0
    Folds = 3
    Seeds = 1
    Rows = 300
}

let tangent before after : TangentTrial =
    let score wrong : TangentScore = {
        RelativeRidge = 0.1
        LooError = 0.5
        LooAccuracy = Some 0.8
        Outputs = missing wrong
    }

    {
        Member = 0
        Rows = 400
        Before = Some(score before)
        After = Some(score after)
        Refusal = None
    }

let input runs tangents : FeatureInput = {
    Split = split
    Kernels = [ trial ]
    Kernel = tuned
    Choice = choice
    Runs = runs
    Tangents = tangents
}

let judge (input: FeatureInput) =
    let runner: IRunner = MemoryRunner(Seed.root 3UL)
    let stage = KernelAgainstNetworks.stage settings
    (want (runner.Run(stage, artifact "input" input))).Value.Force() |> want

/// Three networks that moved their kernel so far; each misses these rows. The kernel misses the first 200.
let networks move wrong = [ for number in 0..2 -> run 64 number 1.0 move (wrong number) ]

let plain = tangent [ 0..199 ] [ 0..199 ]
let evidence move wrong = judge (input (networks move wrong) [| plain |])

let verdicts found = FeatureVerdicts.claims |> Seq.collect (fun claim -> claim.Judge found) |> Array.ofSeq

let better _ = [ 0..99 ]
let worse _ = [ 0..299 ]
let same _ = [ 0..199 ]
