namespace NtkPipeline.Core

/// Stage: rows of numbers → rows of norm 1 that lose nothing. Each column is brought to mean 0 and variance 1 on the training rows, divided by
/// the root of the number of columns, and a column of 1 is set beside them before rows are brought to norm 1: without it, rows that differ
/// by a factor alone would be the same.
[<RequireQualifiedAccess>]
module StandardiseRows =

    /// Mean and deviation of every column that has any; float64.
    let private moments (m: Matrix<float32>) =
        Array.init m.Columns (fun j ->
            let column = Array.init m.Rows (fun i -> float m[i, j])
            let mean = Array.average column
            let deviation = sqrt (column |> Array.averageBy (fun x -> (x - mean) ** 2.0))
            // Of rounding alone there is no deviation.
            mean, (if deviation > 1e-6 * (abs mean + 1e-30) then deviation else infinity))

    let private standardise (moments: (float * float)[]) (m: Matrix<float32>) =
        let scale = sqrt (float moments.Length)

        Matrix.init m.Rows (moments.Length + 1) (fun i j ->
            if j = moments.Length then
                1.0f
            else
                let mean, deviation = moments[j]
                float32 ((float m[i, j] - mean) / (deviation * scale)))
        |> Pca.normaliseRows
        |> fst

    let private run (embeddings: Embeddings, split: Split) =
        let moments = embeddings.Labelled |> Matrix.gatherRows split.Train |> moments

        if moments |> Array.forall (snd >> System.Double.IsInfinity) then
            Error(
                NumbersRefused
                    "data.features: no column differs between the training rows, so that nothing can be learnt from them"
            )
        else
            Ok {
                Labelled = standardise moments embeddings.Labelled
                Test = standardise moments embeddings.Test
                Facts = {
                    Encoder = embeddings.Encoder
                    Reduction = "none, standardised beside a column of 1"
                    EmbeddingColumns = embeddings.Labelled.Columns
                    Columns = moments.Length + 1
                    ExplainedVariance = [||]
                    ZeroLabelledRows = [||]
                    ZeroTestRows = [||]
                }
            }

    let stage: Stage<Embeddings * Split, Features> = {
        Name = "standardise-rows"
        Version = 1
        Settings = ""
        Codec = ReduceDimension.codec
        Body = Pure run
    }
