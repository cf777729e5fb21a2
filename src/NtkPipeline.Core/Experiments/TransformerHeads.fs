namespace NtkPipeline.Core

/// The heads that encoders' gradients are taken with.
type TransformerHeads = {
    /// Fitted on all fitted rows.
    All: RidgeHead
    /// Fitted on all of them but those of a fold, one for each fold: it has not seen the labels of the rows that it is judged on.
    Folds: RidgeHead[]
}

/// Linear probing: the head of a frozen encoder.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TransformerHeads =

    let private run (pooled: PooledTweets, split: Split) =
        let head (places: int[]) =
            let rows = places |> Array.map (fun place -> split.Train[place])
            RidgeHead.fit (Matrix.gatherRows rows pooled.Labelled) (SplitTweets.targets split rows)

        let folds = 1 + Array.max split.Folds

        let rec each fold found =
            if fold = folds then
                Ok(Array.ofList (List.rev found))
            else
                head (TrainFold.rows fold split |> fst)
                |> Result.bind (fun one -> each (fold + 1) (one :: found))

        head [| 0 .. split.Train.Length - 1 |]
        |> Result.bind (fun all -> each 0 [] |> Result.map (fun folds -> { All = all; Folds = folds }))

    /// Stage: φ and the split → the heads. The ridge of each is the best by leave-one-out on its own rows.
    let stage: Stage<PooledTweets * Split, TransformerHeads> = {
        Name = "fit-heads"
        Version = 2
        Settings = ""
        Codec = Codec.json "transformer-heads/2"
        Body = Pure run
    }

    /// The head as one row, 1 × width.
    let row (head: LinearHead) : Matrix<float32> = Matrix.create 1 head.Weights.Length head.Weights

    /// A head that has seen no label: w ~ N(0, I/width), one for each number. The mean of kernels with such heads is the kernel of all
    /// coordinates of φ (Hutchinson 1989).
    let random (seed: Seed) (number: int) (width: int) : Matrix<float32> =
        let normal =
            MathNet.Numerics.Distributions.Normal(
                0.0,
                1.0 / sqrt (float width),
                Seed.random (Seed.derive $"head=%d{number}" seed)
            )

        Matrix.create 1 width (Array.init width (fun _ -> float32 (normal.Sample())))
