namespace NtkPipeline.Core

open System
open Deedle

/// Texts of a file: one a line, or a column of a CSV file.
[<RequireQualifiedAccess>]
module TextColumn =

    /// The texts of one column, in the order of the rows.
    let ofCsv (name: string) (column: string) (bytes: byte[]) : Result<string[], PipelineError> =
        CsvFrame.parse name bytes
        |> Result.bind (fun (frame, _) ->
            match CsvFrame.missing [ column ] frame with
            | Some fault -> CsvFrame.refuse name [ fault ]
            | None ->
                let series = frame.GetColumn<string> column

                Result.Ok [|
                    for row in 0 .. frame.RowCount - 1 -> series.TryGet row |> OptionalValue.defaultArg ""
                |])

    /// One text a line; a last line that is empty is none.
    let ofLines (text: string) : string[] =
        let lines = text.Split('\n') |> Array.map _.TrimEnd('\r')

        if lines[lines.Length - 1] = "" then
            Array.take (lines.Length - 1) lines
        else
            lines
