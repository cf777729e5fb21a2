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

    /// Columns that nothing is learnt from are named: numbers are held in float32, so that a large constant may have swallowed what differs.
    let private still (moments: (float * float)[]) =
        match
            [
                for j, (_, deviation) in Array.indexed moments do
                    if System.Double.IsInfinity deviation then
                        j
            ]
        with
        | [] -> ""
        | columns ->
            let named = columns |> Seq.truncate 8 |> Seq.map string |> String.concat ", "
            let more = if columns.Length > 8 then ", …" else ""

            $"; %d{columns.Length} that do not differ by a millionth of their mean (or by 1e-36) between the training rows say nothing: %s{named}%s{more}, counted from 0"

    let private run (embeddings: Embeddings, split: Split) =
        let moments = embeddings.Labelled |> Matrix.gatherRows split.Train |> moments

        if moments |> Array.forall (snd >> System.Double.IsInfinity) then
            Error(
                NumbersRefused
                    "data.features: no column differs between the training rows by more than a millionth of its mean, so that nothing can be learnt from them; where a column stands on a large constant, subtract it first, and where its numbers are below 1e-30, multiply them"
            )
        else
            Ok {
                Labelled = standardise moments embeddings.Labelled
                Test = standardise moments embeddings.Test
                Facts = {
                    Encoder = embeddings.Encoder
                    Reduction = $"none, standardised beside a column of 1%s{still moments}"
                    EmbeddingColumns = embeddings.Labelled.Columns
                    Columns = moments.Length + 1
                    ExplainedVariance = [||]
                    ZeroLabelledRows = [||]
                    ZeroTestRows = [||]
                }
            }

    let stage: Stage<Embeddings * Split, Features> = {
        Name = "standardise-rows"
        // 2: says which columns say nothing.
        Version = 2
        Settings = ""
        Codec = ReduceDimension.codec
        Body = Pure run
    }
