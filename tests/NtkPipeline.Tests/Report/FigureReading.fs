/// What a drawn figure holds.
module NtkPipeline.Tests.FigureReading

open System.Text.Json
open NtkPipeline.Core

let json (figure: Figure) = JsonDocument.Parse(Figure.json false figure).RootElement

let traces (figure: Figure) = (json figure).GetProperty("data").EnumerateArray() |> List.ofSeq

let name (trace: JsonElement) = string (trace.GetProperty("name").GetString())

let numbers (of': string) (trace: JsonElement) =
    trace.GetProperty(of').EnumerateArray() |> Seq.map _.GetDouble() |> Array.ofSeq

/// The trace of which the name begins so, not being a band.
let trace (beginning: string) (figure: Figure) =
    traces figure
    |> List.find (fun trace ->
        (name trace).StartsWith(beginning, System.StringComparison.Ordinal)
        && trace.TryGetProperty "marker" |> fst)

let points (trace: JsonElement) = Array.zip (numbers "x" trace) (numbers "y" trace)

/// A heat map's rows.
let cells (trace: JsonElement) =
    trace.GetProperty("z").EnumerateArray()
    |> Seq.map (fun row -> row.EnumerateArray() |> Seq.map _.GetDouble() |> Array.ofSeq)
    |> Array.ofSeq
