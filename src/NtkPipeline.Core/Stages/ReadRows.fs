namespace NtkPipeline.Core

open System.Runtime.InteropServices

/// Stages: rows of numbers, which are no texts, as the rest of a run sees them.
[<RequireQualifiedAccess>]
module ReadRows =

    /// What stands for a row's text: the digest of its numbers, so that equal rows are equal texts, and no two others are alike.
    let private text (m: Matrix<float32>) (row: int) =
        let bytes = MemoryMarshal.AsBytes(Matrix.row row m).ToArray()
        $"numbers {(Digest.ofBytes bytes).Hex[..15]}"

    let private refusal (file: string) (m: Matrix<float32>) =
        match Matrix.firstNonFinite32 m with
        | Some(row, column) ->
            Some(
                NumbersRefused
                    $"%s{file}: the number of row %d{row}, column %d{column} (from 0) is not finite in float32, which features are held in; leave such rows out, fill them, or divide the column by a constant"
            )
        | None -> None

    let private rows (file: string) (m: Matrix<float32>) (target: int -> bool option) =
        match refusal file m with
        | Some refusal -> Error refusal
        | None ->
            Ok [|
                for i in 0 .. m.Rows - 1 ->
                    {
                        Id = RowId.ofPlace i
                        Keyword = None
                        Location = None
                        Text = text m i
                        Target = target i
                    }
            |]

    let private stageOf part settings run : Stage<'i, Tweet[]> = {
        Name = $"read-rows/%s{part}"
        Version = 1
        Settings = settings
        Codec = TweetTable.codec
        Body = Pure run
    }

    /// Labelled rows, numbered from 0; `file` is named in refusals. Of two classes, the labels go along.
    let labelled (file: string) : Stage<Matrix<float32> * Labels, Tweet[]> =
        stageOf "train" "" (fun (m, labels) ->
            if m.Rows <> labels.Values.Length then
                Error(
                    DataRefused
                        $"%s{file}: it has %d{m.Rows} rows, and data.targets %d{labels.Values.Length} numbers; they belong to one another row by row"
                )
            else
                match labels.Task with
                | LearningTask.Binary _ -> rows file m (fun i -> Some(labels.Values[i] = 1.0))
                | LearningTask.Classes _
                | LearningTask.Regression -> rows file m (fun _ -> None))

    /// Rows without labels, of as many numbers as the labelled ones have; none at all where there is no file.
    let unlabelled (file: string) : Stage<Matrix<float32> * Matrix<float32>, Tweet[]> =
        stageOf "test" "" (fun (labelled, m) ->
            if m.Rows > 0 && m.Columns <> labelled.Columns then
                Error(
                    DataRefused
                        $"%s{file}: it has %d{m.Columns} columns, and data.features %d{labelled.Columns}"
                )
            else
                rows file m (fun _ -> None))

    /// The numbers of some rows, which a sample may have been drawn of.
    let embed: Stage<(Tweet[] * Tweet[]) * (Matrix<float32> * Matrix<float32>), Embeddings> = {
        Name = "embed-rows"
        Version = 1
        Settings = ""
        Codec = EmbedTweets.codec
        Body =
            Pure(fun ((labelled, test), (rows, others)) ->
                let gather (tweets: Tweet[]) (m: Matrix<float32>) =
                    Matrix.gatherRows (tweets |> Array.map (fun tweet -> RowId.place tweet.Id)) m

                Ok {
                    Encoder = $"%d{rows.Columns} numbers"
                    Labelled = gather labelled rows
                    Test =
                        if test.Length = 0 then
                            Matrix.create 0 rows.Columns [||]
                        else
                            gather test others
                })
    }
