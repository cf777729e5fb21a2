namespace NtkPipeline.Core

/// Tables without the column of ids that nobody named otherwise, whose rows are numbered.
[<RequireQualifiedAccess>]
module MissingIds =

    /// A name that a person can write into a setting as it stands.
    let private isSimple (name: string) =
        name <> ""
        && name.Length <= 40
        && name |> Seq.forall (fun c -> System.Char.IsLetterOrDigit c || c = '_' || c = '-' || c = '.')

    /// The first column of no other use that has a different value on each row, every one of which names a row; also in test.csv, if there
    /// is one.
    let private candidate
        (columns: DataColumns)
        (names: string[])
        (rows: CsvRecord[])
        (isElsewhere: string -> bool)
        =
        let used = [ columns.Text; columns.Label; columns.Keyword; columns.Location ]

        let isOfIds k =
            rows.Length > 1
            && rows |> Array.forall (fun row -> Result.isOk (RowId.ofCell row.Fields[k]))
            && (rows |> Array.distinctBy (fun row -> row.Fields[k])).Length = rows.Length

        names
        |> Array.indexed
        |> Array.tryFind (fun (k, name) ->
            isSimple name && not (List.contains name used) && isElsewhere name && isOfIds k)
        |> Option.map snd

    /// The note on tables whose rows are numbered because nobody named their ids, none where there is nothing to say; refused are the faults
    /// of train.csv (`file`, in refusals) and of its columns. A test.csv that does not read is refused where it is read.
    let note
        (columns: DataColumns)
        (file: string)
        (train: byte[])
        (test: byte[] option)
        : Result<string option, PipelineError> =
        let usual = DataColumns.kaggle.Id

        let lacks (names: string[]) = columns.Id = usual && not (Array.contains usual names)

        let words table = $"%s{table} has no column '%s{usual}': rows are numbered from 1; --set data.id="

        CsvFrame.records file train
        |> Result.bind (fun (names, rows) ->
            let elsewhere =
                test |> Option.bind (CsvFrame.records "test.csv" >> Result.toOption) |> Option.map fst

            match DataColumns.fault true columns (names |> Array.filter ((<>) "")), elsewhere with
            | Some fault, _ -> CsvFrame.refuse file [ fault ]
            | None, _ when lacks names ->
                let isElsewhere name = elsewhere |> Option.forall (Array.contains name)

                match candidate columns names rows isElsewhere with
                | Some name -> $"%s{name} takes a column of ids (%s{name} has a different value on each row)"
                | None -> "NAME takes a column of ids"
                |> fun way -> Ok(Some(words "train.csv" + way))
            | None, Some others when lacks others ->
                Ok(Some(words "test.csv" + "NAME takes a column of ids"))
            | None, _ -> Ok None)
