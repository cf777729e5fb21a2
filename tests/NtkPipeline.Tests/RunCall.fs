/// A quick run, and which stages it did not find in the store.
module NtkPipeline.Tests.RunCall

open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let run data store out extra = [ "run"; "--data"; data; "--store"; store; "--out"; out ] @ quick @ extra

/// The stages that a run did not find in the store.
let ran (answer: Answer) =
    answer.Error.Split '\n'
    |> Array.filter (fun line -> line.Contains " s, ")
    |> Array.map (fun line -> line.Split(':')[0])
    |> List.ofArray
