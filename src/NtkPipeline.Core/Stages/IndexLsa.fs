namespace NtkPipeline.Core

/// Stage: cleaned tweets and their LSA embeddings → what it takes to embed further texts in the same columns. No model of the run
/// is made of it; it spares `predict` the fitting of the vocabularies.
[<RequireQualifiedAccess>]
module IndexLsa =

    let private integers: Codec<int[]> =
        Codec.vector
        |> Codec.map "integers/1" (Array.map float) (fun values ->
            match values |> Array.tryFind (fun x -> x <> floor x || abs x > 2147483647.0) with
            | Some x -> Error $"it holds %g{x} where whole numbers are expected"
            | None -> Ok(Array.map int values))

    let private vocabulary settings : Codec<TfidfModel> =
        Codec.pair ("terms", Codec.json<string[]> "terms/1") ("idf", Codec.vector)
        |> Codec.map "vocabulary/1" (fun (model: TfidfModel) -> model.Terms, model.Idf) (fun (terms, idf) ->
            if terms.Length <> idf.Length || terms |> Array.exists (fun term -> isNull (box term)) then
                Error $"it holds %d{terms.Length} terms and %d{idf.Length} weights, which are no vocabulary"
            else
                Ok(Tfidf.ofTerms settings terms idf))

    let private ofParts (counts: int[], (indices: int[], values: float[])) columns =
        let starts = Array.scan (+) 0 counts

        if
            Array.exists (fun count -> count < 0) counts
            || Array.last starts <> indices.Length
            || values.Length <> indices.Length
            || indices |> Array.exists (fun column -> column < 0 || column >= columns)
        then
            Error "it holds rows that are no sparse matrix"
        else
            Ok {
                Rows = counts.Length
                Columns = columns
                Starts = starts
                Indices = indices
                Values = values
            }

    /// The vocabularies as JSON and NumPy arrays, the texts as NumPy arrays: terms a text, their columns, their weights; and the norms.
    let codec (settings: LsaSettings) : Codec<LsaIndex> =
        let words, characters = Lsa.tfidf settings

        Codec.pair
            ("vocabularies", Codec.pair ("words", vocabulary words) ("characters", vocabulary characters))
            ("texts",
             Codec.pair
                 ("norms", Codec.vector)
                 ("matrix",
                  Codec.pair
                      ("counts", integers)
                      ("entries", Codec.pair ("columns", integers) ("values", Codec.vector))))
        |> Codec.map
            "lsa-index/1"
            (fun index ->
                (index.Words, index.Characters),
                (index.Norms,
                 (Array.pairwise index.Texts.Starts |> Array.map (fun (start, next) -> next - start),
                  (index.Texts.Indices, index.Texts.Values))))
            (fun ((words, characters), (norms, parts)) ->
                ofParts parts (words.Terms.Length + characters.Terms.Length)
                |> Result.map (fun texts -> {
                    Settings = settings
                    Words = words
                    Characters = characters
                    Texts = texts
                    Norms = norms
                }))

    let private run settings ((labelled: Tweet[], test: Tweet[]), embeddings: Embeddings) =
        let texts = Array.append labelled test |> Array.map _.Text
        Ok(LsaIndex.ofEmbeddings settings texts (Matrix.stack embeddings.Labelled embeddings.Test))

    let stage (settings: LsaSettings) : Stage<(Tweet[] * Tweet[]) * Embeddings, LsaIndex> = {
        Name = "index-lsa"
        Version = 1
        Settings = $"lsa %s{Fingerprint.describe settings}"
        Codec = codec settings
        Body = Pure(run settings)
    }
