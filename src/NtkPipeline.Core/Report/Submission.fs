namespace NtkPipeline.Core

open System.Text

/// Predictions in Kaggle's format.
[<RequireQualifiedAccess>]
module Submission =

    /// `id,target`, a line a row in the given order; the target is 1 where f > 0.
    let csv (ids: int64[]) (outputs: float[]) : string =
        if ids.Length <> outputs.Length then
            invalidArg (nameof outputs) $"%d{outputs.Length} outputs cannot answer %d{ids.Length} ids"

        let text = StringBuilder("id,target\n")

        for k in 0 .. ids.Length - 1 do
            if System.Double.IsNaN outputs[k] then
                invalidArg (nameof outputs) $"the output of id %d{ids[k]} is not a number"

            text.Append(ids[k]).Append(if outputs[k] > 0.0 then ",1\n" else ",0\n") |> ignore

        text.ToString()
