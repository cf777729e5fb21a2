namespace NtkPipeline.Core

/// A fitted LSA without its components, which are terms × columns and so its greatest part by far: what the texts that it was
/// fitted on hold serves as well, together with their embeddings.
[<NoEquality; NoComparison>]
type LsaIndex = {
    Settings: LsaSettings
    Words: TfidfModel
    Characters: TfidfModel
    /// A, texts × terms: what is decomposed.
    Texts: SparseMatrix
    /// ‖(Aᵀ S)ⱼ‖ for each column j of the embeddings S.
    Norms: float[]
}

/// Further texts in the columns of embeddings that are there, without another SVD. With A = U Σ Vᵀ and the embeddings S = A V = U Σ,
/// V is Aᵀ S with its columns brought to norm 1, since Aᵀ U = V Σ; so a text with the terms a, a row, is embedded as
/// a V = (A aᵀ)ᵀ S over these norms: its similarity to each text, times that text's embedding. As exact as the SVD was.
[<RequireQualifiedAccess>]
module LsaIndex =

    /// Of the embeddings S, texts × columns, of these very texts.
    let ofEmbeddings (settings: LsaSettings) (texts: string[]) (scores: Matrix<float32>) : LsaIndex =
        if scores.Rows <> texts.Length then
            invalidArg (nameof scores) $"%d{scores.Rows} embeddings for %d{texts.Length} texts"

        let words, characters = Lsa.vocabularies settings texts
        let matrix = Lsa.weigh settings words characters texts
        let columns = SparseMatrix.transposeTimes matrix (Matrix.map float scores)
        let squares = Array.zeroCreate<float> columns.Columns

        for i in 0 .. columns.Rows - 1 do
            for j in 0 .. columns.Columns - 1 do
                squares[j] <- squares[j] + columns[i, j] * columns[i, j]

        {
            Settings = settings
            Words = words
            Characters = characters
            Texts = matrix
            Norms = squares |> Array.map sqrt
        }

    /// Texts that are embedded at once: their terms are held densely.
    let private block = 64

    /// (A aᵀ)ᵀ S over the norms, for each of some texts.
    let private embed index (scores: Matrix<float32>) (texts: string[]) =
        let terms = Lsa.weigh index.Settings index.Words index.Characters texts
        let similar = SparseMatrix.times index.Texts (SparseMatrix.transpose terms |> SparseMatrix.toDense)
        let sums = Array.zeroCreate<float>(texts.Length * scores.Columns)

        for i in 0 .. similar.Rows - 1 do
            for k in 0 .. texts.Length - 1 do
                let weight = similar[i, k]

                if weight <> 0.0 then
                    for j in 0 .. scores.Columns - 1 do
                        let at = k * scores.Columns + j
                        sums[at] <- sums[at] + weight * float scores[i, j]

        Matrix.init texts.Length scores.Columns (fun k j ->
            if index.Norms[j] = 0.0 then
                0.0f
            else
                float32 (sums[k * scores.Columns + j] / index.Norms[j]))

    /// The embeddings of any texts, one row a text, given those that the index was made of; a text without a known term is a zero row.
    let transform (index: LsaIndex) (scores: Matrix<float32>) (texts: string[]) : Matrix<float32> =
        if scores.Rows <> index.Texts.Rows || scores.Columns <> index.Norms.Length then
            invalidArg
                (nameof scores)
                $"%d{scores.Rows} × %d{scores.Columns} embeddings for %d{index.Texts.Rows} texts and %d{index.Norms.Length} columns"

        Array.chunkBySize block texts
        |> Array.map (embed index scores)
        |> Array.fold Matrix.stack (Matrix.create 0 scores.Columns [||])
