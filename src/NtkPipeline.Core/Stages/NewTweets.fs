namespace NtkPipeline.Core

/// Tweets that came after a run, as each of its encoders would have embedded them: one row a tweet, in the columns that the run's own
/// embeddings have. Nothing is fitted on the new tweets.
[<RequireQualifiedAccess>]
module NewTweets =

    let private texts (tweets: Tweet[]) = tweets |> Array.map _.Text

    /// By the run's LSA, for cleaned texts.
    let lsa (index: LsaIndex) (part: Embeddings) (fresh: string[]) : Matrix<float32> =
        LsaIndex.transform index (Matrix.stack part.Labelled part.Test) fresh

    /// By the means and variances of the run's tweets, for texts as they were written.
    let surface (labelled: Tweet[], test: Tweet[]) (fresh: Tweet[]) : Matrix<float32> =
        SurfaceFeatures.measureAmong (Array.append (texts labelled) (texts test)) (texts fresh)

    /// By the keywords of the run's tweets. Kaggle's have "%20" for a blank, and may be given with either.
    let keywords (labelled: Tweet[], test: Tweet[]) (fresh: Tweet[]) : Matrix<float32> =
        let known = Array.append labelled test
        let names = known |> Array.choose _.Keyword |> Set.ofArray

        let asWritten (keyword: string) =
            if names.Contains keyword then keyword else keyword.Replace(" ", "%20")

        fresh
        |> Array.map (fun tweet -> { tweet with Keyword = tweet.Keyword |> Option.map asWritten })
        |> SurfaceFeatures.keywordsAmong known

    /// By the places that enough of the run's tweets name.
    let locations (leastTweets: int) (labelled: Tweet[], test: Tweet[]) (fresh: Tweet[]) : Matrix<float32> =
        LocationFeatures.columnsAmong leastTweets (Array.append labelled test) fresh

    /// By rows that another program made, as it made the run's: one a tweet. `file` is named in refusals.
    let precomputed
        (file: string)
        (part: Embeddings)
        (fresh: Tweet[])
        (rows: Matrix<float32>)
        : Result<Matrix<float32>, PipelineError> =
        let columns = part.Labelled.Columns

        if rows.Columns <> columns then
            Error(
                DataRefused
                    $"%s{file}: it has %d{rows.Columns} columns, and the rows that this run was made of have %d{columns}"
            )
        elif rows.Rows <> fresh.Length then
            Error(
                DataRefused
                    $"%s{file}: it has %d{rows.Rows} rows, and the texts are %d{fresh.Length}; give one row a text"
            )
        else
            match Matrix.firstNonFinite32 rows with
            | Some(i, j) -> Error(NumbersRefused $"%s{file}: entry (%d{i}, %d{j}) is not a finite number")
            | None -> Ok rows

    /// The run's embeddings with the new tweets in the place of its test set: what the later stages are given, so that they
    /// treat a new tweet as they treat a test tweet.
    let inPlaceOfTest (part: Embeddings) (fresh: Matrix<float32>) : Embeddings = { part with Test = fresh }
