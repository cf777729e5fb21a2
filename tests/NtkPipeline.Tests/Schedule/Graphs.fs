/// Graphs of stages: small ones by hand, and any at all.
module NtkPipeline.Tests.Graphs

open FsCheck
open FsCheck.FSharp
open NtkPipeline.Core

/// A stage that keeps one processor busy and gives 100 bytes.
let stage name seconds inputs = { Name = name; Seconds = seconds; Cores = 1.0; Bytes = 100L; Inputs = inputs }

/// a → b → c
let chain = [| stage "a" 1.0 [||]; stage "b" 2.0 [| 0 |]; stage "c" 3.0 [| 1 |] |]

/// a → b, c, d → e
let forkJoin = [|
    stage "a" 1.0 [||]
    stage "b" 2.0 [| 0 |]
    stage "c" 3.0 [| 0 |]
    stage "d" 4.0 [| 0 |]
    stage "e" 5.0 [| 1; 2; 3 |]
|]

/// Nothing beside the stages.
let free = {
    PerStage = 0.0
    PerRun = 0.0
    PerWorker = 0.0
    ReadSpeed = infinity
    SharedCores = None
}

/// Up to 20 stages, each waiting for up to three before it, and a number of workers; times are quarters, so that sums are exact.
let any: Gen<StageWork[] * int> =
    let inputs k =
        if k = 0 then
            Gen.constant [||]
        else
            Gen.choose (0, 3) |> Gen.bind (fun count -> Gen.arrayOfLength count (Gen.choose (0, k - 1)))

    let one k =
        Gen.map3
            (fun quarters cores inputs -> {
                stage $"s%d{k}" (float quarters / 4.0) inputs with
                    Cores = float cores / 2.0
            })
            (Gen.choose (0, 40))
            (Gen.choose (1, 4))
            (inputs k)

    Gen.choose (0, 20)
    |> Gen.bind (fun count -> Gen.sequenceToArray [ for k in 0 .. count - 1 -> one k ])
    |> Gen.zip (Gen.choose (1, 6))
    |> Gen.map (fun (workers, graph) -> graph, workers)
