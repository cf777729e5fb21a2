namespace NtkPipeline.Core

/// Latent semantic analysis: TF-IDF of words and of characters, side by side, reduced by a truncated SVD.
type LsaSettings = {
    /// Columns of the embedding, at most: a corpus of lower rank has fewer.
    Columns: int
    /// Word n-grams of 1 … this length.
    WordGrams: int
    /// Word terms of fewer texts are left out.
    MinWordTexts: int
    /// n-grams of characters inside words, of these lengths.
    SmallestCharacterGram: int
    LargestCharacterGram: int
    /// Character terms of fewer texts are left out.
    MinCharacterTexts: int
    /// What character terms count beside word terms.
    CharacterWeight: float
    /// Repeated terms count 1 + ln of their number.
    Sublinear: bool
    /// Krylov blocks of 64 columns; more make the last columns more exact.
    Steps: int
}

/// A fitted LSA, which embeds any further text.
[<NoEquality; NoComparison>]
type LsaModel = {
    Settings: LsaSettings
    Words: TfidfModel
    Characters: TfidfModel
    /// Terms × columns, orthonormal columns.
    Components: Matrix<float>
}

[<RequireQualifiedAccess>]
module Lsa =

    /// Common choices. On Kaggle's training tweets, cross-validated accuracy was no better with characters at 0.7 or 1.5 times
    /// the weight, n-grams of 2 … 6 or plain counts, and much worse at 0.3; the least texts and word n-grams were not varied.
    let defaults: LsaSettings = {
        Columns = 384
        WordGrams = 2
        MinWordTexts = 2
        SmallestCharacterGram = 3
        LargestCharacterGram = 5
        MinCharacterTexts = 3
        CharacterWeight = 1.0
        Sublinear = true
        Steps = 12
    }

    /// How words and characters become terms.
    let internal tfidf (settings: LsaSettings) : TfidfSettings * TfidfSettings =
        let terms analyzer minTexts = {
            Analyzer = analyzer
            MinTexts = minTexts
            Sublinear = settings.Sublinear
        }

        terms (Words(1, settings.WordGrams)) settings.MinWordTexts,
        terms
            (CharactersInWords(settings.SmallestCharacterGram, settings.LargestCharacterGram))
            settings.MinCharacterTexts

    let internal vocabularies settings texts =
        let words, characters = tfidf settings
        Tfidf.fit words texts, Tfidf.fit characters texts

    let internal weigh settings words characters texts =
        SparseMatrix.beside
            (1.0, Tfidf.transform words texts)
            (settings.CharacterWeight, Tfidf.transform characters texts)

    let private decompose settings seed (texts: string[]) =
        let words, characters = vocabularies settings texts
        let matrix = weigh settings words characters texts

        if matrix.Values.Length = 0 then
            Error(
                DataRefused
                    $"LSA: no term stands in enough of the %d{texts.Length} texts, so they cannot be embedded"
            )
        else
            Ok(words, characters, matrix, TruncatedSvd.fit settings.Columns settings.Steps seed matrix)

    /// The texts' embeddings, one row a text: their coordinates along the leading right singular vectors. The
    /// vocabulary, its weights and the components come from these texts alone; labels play no part.
    let embed
        (settings: LsaSettings)
        (seed: Seed)
        (texts: string[])
        : Result<Matrix<float32>, PipelineError> =
        decompose settings seed texts |> Result.map (fun (_, _, _, svd) -> Matrix.map float32 svd.Scores)

    /// The same as `embed`, as a model for further texts.
    let fit (settings: LsaSettings) (seed: Seed) (texts: string[]) : Result<LsaModel, PipelineError> =
        decompose settings seed texts
        |> Result.map (fun (words, characters, matrix, svd) -> {
            Settings = settings
            Words = words
            Characters = characters
            Components = TruncatedSvd.right matrix svd
        })

    /// The embeddings of any texts; one without a known term is a zero row.
    let transform (model: LsaModel) (texts: string[]) : Matrix<float32> =
        SparseMatrix.times (weigh model.Settings model.Words model.Characters texts) model.Components
        |> Matrix.map float32
