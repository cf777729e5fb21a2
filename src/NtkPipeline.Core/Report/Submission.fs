namespace NtkPipeline.Core

open System.Text

/// Predictions in Kaggle's format, or under a person's own columns and names.
[<RequireQualifiedAccess>]
module Submission =

    /// The first line: the columns of ids and of labels.
    let heading (columns: DataColumns) : string =
        let id = if columns.Id = DataColumns.none then DataColumns.kaggle.Id else columns.Id
        $"%s{CsvLayout.quote id},%s{CsvLayout.quote columns.Label}\n"

    /// A line a row in the given order, under its id as it came; the label is the positive class's where f > 0.
    let ofClasses
        (columns: DataColumns)
        (negative: string, positive: string)
        (ids: RowId[])
        (outputs: float[])
        : string =
        if ids.Length <> outputs.Length then
            invalidArg (nameof outputs) $"%d{outputs.Length} outputs cannot answer %d{ids.Length} ids"

        let text = StringBuilder(heading columns)
        let negative, positive = CsvLayout.quote negative, CsvLayout.quote positive

        for k in 0 .. ids.Length - 1 do
            if System.Double.IsNaN outputs[k] then
                invalidArg (nameof outputs) $"the output of id %s{RowId.text ids[k]} is not a number"

            text
                .Append(CsvLayout.quote (RowId.text ids[k]))
                .Append(',')
                .Append(if outputs[k] > 0.0 then positive else negative)
                .Append('\n')
            |> ignore

        text.ToString()

    /// `id,target`, the target 1 where f > 0.
    let csv (ids: RowId[]) (outputs: float[]) : string = ofClasses DataColumns.kaggle ("0", "1") ids outputs
