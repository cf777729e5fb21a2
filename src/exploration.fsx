/// What the tour in explore.fsx stands on: the program's assemblies, where the clone is, and where results go.
module Exploration

#I "NtkPipeline.Host/bin/Release"
#r "NtkPipeline.Core.dll"
#r "NtkPipeline.Runtime.dll"
#r "TorchSharp.dll"
#r "Deedle.dll"
#r "Plotly.NET.dll"
#r "DynamicObj.dll"
#r "Giraffe.ViewEngine.dll"
#r "Newtonsoft.Json.dll"

open System.IO
open NtkPipeline.Core
open NtkPipeline.Runtime

let clone = Path.GetFullPath(Path.Combine(__SOURCE_DIRECTORY__, ".."))
let results = Path.Combine(clone, "data", "results", "explore")
Directory.CreateDirectory results |> ignore
LibTorch.useThreads 0

/// A result, or the sentence that says why there is none.
let value (result: Result<'a, PipelineError>) =
    match result with
    | Result.Ok value -> value
    | Result.Error e ->
        eprintfn $"%s{e.Sentence}"
        exit 1
