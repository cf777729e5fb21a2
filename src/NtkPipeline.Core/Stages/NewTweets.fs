namespace NtkPipeline.Core

/// Texts that came after a run, as each of its encoders would have embedded them: one row a text, in the columns that the run's own
/// embeddings have. Nothing is fitted on the new texts.
[<RequireQualifiedAccess>]
module NewTweets =

    let private texts (tweets: Tweet[]) = tweets |> Array.map _.Text

    /// By the model behind the run's LSA, for cleaned texts. The sets are the cleaned tweets that the LSA was fitted on.
    let lsa
        (settings: LsaSettings)
        (labelled: Tweet[], test: Tweet[])
        (part: Embeddings)
        (fresh: string[])
        : Matrix<float32> =
        let all =
            Matrix.create
                (part.Labelled.Rows + part.Test.Rows)
                part.Labelled.Columns
                (Array.append part.Labelled.Values part.Test.Values)

        let model = Lsa.ofEmbeddings settings (Array.append (texts labelled) (texts test)) all
        Lsa.transform model fresh

    /// By the means and variances of the run's tweets, for texts as they were written.
    let surface (labelled: Tweet[], test: Tweet[]) (fresh: string[]) : Matrix<float32> =
        SurfaceFeatures.measureAmong (Array.append (texts labelled) (texts test)) fresh

    /// A text that comes alone names neither a keyword nor a place.
    let unnamed (part: Embeddings) (fresh: string[]) : Matrix<float32> =
        let columns = part.Labelled.Columns
        Matrix.create fresh.Length columns (Array.zeroCreate (fresh.Length * columns))

    /// The run's embeddings with the new texts in the place of its test set: what the later stages are given, so that they
    /// treat a new text as they treat a test tweet.
    let inPlaceOfTest (part: Embeddings) (fresh: Matrix<float32>) : Embeddings = { part with Test = fresh }
