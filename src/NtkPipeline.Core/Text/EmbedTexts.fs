namespace NtkPipeline.Core

/// Any texts → rows, as a run with default settings would embed them.
[<RequireQualifiedAccess>]
module EmbedTexts =

    /// Cleaned, then LSA fitted on these very texts: texts × columns, fewer columns where the texts have a lower rank.
    let lsa (columns: int) (texts: string[]) : Result<Matrix<float32>, PipelineError> =
        texts
        |> Array.map (CleanText.clean CleanText.defaults)
        |> Lsa.embed { Lsa.defaults with Columns = columns } (Seed.root 1UL)
