/// The report of made-up findings, and its parts.
module NtkPipeline.Tests.SamplePage

open System.Text.Json
open System.Text.RegularExpressions
open NtkPipeline.Core

let synthetic = lazy (SampleFindings.make true)
let page = lazy (Report.html synthetic.Value)

/// The charts' JSON, parsed.
let charts (html: string) =
    Regex.Matches(
        html,
        @"<script type=""application/json"" id=""([^""]*)-data"">(.*?)</script>",
        RegexOptions.Singleline
    )
    |> Seq.map (fun m -> m.Groups[1].Value, JsonDocument.Parse(m.Groups[2].Value).RootElement)
    |> List.ofSeq
