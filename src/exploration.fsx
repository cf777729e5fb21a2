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
open Plotly.NET
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

/// The library that draws charts lies in each page, so that it needs no network.
let drawn (chart: GenericChart) : GenericChart =
    chart |> Chart.withDisplayOptions (DisplayOptions.init (PlotlyJSReference = PlotlyJSReference.Full))

/// Writes a chart among the results, or shows it, where somebody has said how: a notebook does.
let mutable shown: (GenericChart -> unit) option = None

let show (name: string) (chart: GenericChart) : unit =
    match shown with
    | Some display -> display (drawn chart)
    | None -> drawn chart |> Chart.saveHtml (Path.Combine(results, name), OpenInBrowser = false)
