namespace NtkPipeline.Core

open TorchSharp

/// f(x) = w·φ(x) + b, fitted by ridge regression on targets of ±1, b held back as w is.
type FittedHead = {
    Head: LinearHead
    /// λ over the mean of ‖φ‖² + 1.
    RelativeRidge: float
    /// Mean squared error and accuracy of exact leave-one-out on the rows that it was fitted on.
    LooError: float
    LooAccuracy: float
}

/// The heads that encoders' gradients are taken with.
type TransformerHeads = {
    /// Fitted on all fitted rows.
    All: FittedHead
    /// Fitted on all of them but those of a fold, one for each fold: it has not seen the labels of the rows that it is judged on.
    Folds: FittedHead[]
}

/// Linear probing: the head of a frozen encoder.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TransformerHeads =

    /// Three a decade, over the mean of ‖φ‖² + 1.
    let private ridges = [| for k in -9 .. 9 -> 10.0 ** (float k / 3.0) |]

    /// From the singular value decomposition of [φ 1]: hᵢ = Σ uᵢₖ² s²/(s²+λ), left-out residual (y − f)/(1 − h).
    let fit (pooled: Matrix<float32>) (targets: float[]) : Result<FittedHead, PipelineError> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows = int64 pooled.Rows
        let one = torch.ones ([| rows; 1L |], dtype = torch.float64)
        let design = torch.cat ([| (Tensors.ofMatrix32 pooled).double(); one |], 1L)
        let y = (Tensors.ofArray64 targets).unsqueeze 1L
        let struct (u, s, vh) = torch.linalg.svd (design, fullMatrices = false)
        let along = u.t().mm y
        let mean = design.square().sum().item<float>() / float rows

        let tryRidge (relative: float) =
            use _ = torch.NewDisposeScope()
            let kept = s.square () / (s.square () + (relative * mean).ToScalar())
            let fitted = u.mm (kept.unsqueeze 1L * along)
            let leverage = u.square().mv kept
            let residual = (y - fitted).squeeze 1L / (1.0.ToScalar() - leverage)
            let leftOut = (Tensors.ofArray64 targets - residual) |> Tensors.toArray64
            let error = residual.square().mean().item<float>()
            relative, error, leftOut

        let tried = ridges |> Array.map tryRidge

        if tried |> Array.exists (fun (_, error, _) -> not (System.Double.IsFinite error)) then
            Error(NumbersRefused "the head of the encoder: its leave-one-out errors are not finite")
        else
            let relative, error, leftOut = tried |> Array.minBy (fun (_, error, _) -> error)
            let shrunk = s / (s.square () + (relative * mean).ToScalar())
            let w = vh.t().mm(shrunk.unsqueeze 1L * along).float() |> Tensors.toArray32

            Ok {
                Head = { Weights = w[.. w.Length - 2]; Bias = Array.last w }
                RelativeRidge = relative
                LooError = error
                LooAccuracy = Metrics.accuracy targets leftOut
            }

    /// f = w·φ + b at some rows of φ.
    let outputs (head: LinearHead) (pooled: Matrix<float32>) : float[] =
        Array.init pooled.Rows (fun i ->
            let mutable f = float head.Bias

            for j in 0 .. pooled.Columns - 1 do
                f <- f + float head.Weights[j] * float pooled[i, j]

            f)

    let private run (pooled: PooledTweets, split: Split) =
        let head (places: int[]) =
            let rows = places |> Array.map (fun place -> split.Train[place])
            fit (Matrix.gatherRows rows pooled.Labelled) (SplitTweets.targets split rows)

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
        Version = 1
        Settings = ""
        Codec = Codec.json "transformer-heads/1"
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
