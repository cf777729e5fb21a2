namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Ridge regression on the kernels of the transformer: rows are those of all tweets, labelled ones first; columns are the labelled ones.
[<RequireQualifiedAccess>]
module TransformerSolve =

    /// K over its mean diagonal on some rows, in float64.
    let meanDiagonal name (rows: int[]) (gram: GramEntries) : Result<float, PipelineError> =
        match rows |> Array.averageBy (fun i -> float (gram.At i i)) with
        | mean when mean > 0.0 && System.Double.IsFinite mean -> Ok mean
        | mean -> Error(NumbersRefused $"%s{name}: the mean of its diagonal is %g{mean}, not positive")

    /// Rows that the head's part is added to at a time.
    let private block = 512L

    /// Θ̂ of the encoder's parameters together with those of the head, φ·φ' + 1, in place.
    let withHead (pooled: Matrix<float32>) (columns: int) (gram: Matrix<float32>) : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let phi = Tensors.ofMatrix32 pooled
        let others = phi.narrow(0L, 0L, int64 columns).t()
        let rows = int64 gram.Rows

        for start in 0L .. block .. rows - 1L do
            use _ = torch.NewDisposeScope()
            let head = phi.narrow(0L, start, min block (rows - start)).mm others |> Tensors.toArray32
            let from = int start * columns

            for k in 0 .. head.Length - 1 do
                gram.Values[from + k] <- gram.Values[from + k] + head[k] + 1.0f

        gram

    /// share·A/mean(A) + (1 − share)·B/mean(B), each over its mean diagonal on some rows; float32, in the caller's scope.
    let blending
        name
        (rows: int[])
        (a: Matrix<float32>)
        (b: Matrix<float32>)
        : Result<float -> torch.Tensor, PipelineError> =
        result {
            let! meanA = meanDiagonal name rows (GramEntries.ofMatrix a)
            let! meanB = meanDiagonal name rows (GramEntries.ofMatrix b)

            return
                fun (share: float) ->
                    use _ = torch.NewDisposeScope()
                    let sum = (Tensors.ofMatrix32 a).mul((share / meanA).ToScalar())
                    let other = ((1.0 - share) / meanB).ToScalar()
                    sum.add_(Tensors.ofMatrix32 b, other).MoveToOuterDisposeScope()
        }

    /// The same, entry by entry, each rounded to float32 once.
    let blend
        name
        (rows: int[])
        (share: float)
        (a: GramEntries)
        (b: GramEntries)
        : Result<GramEntries, PipelineError> =
        result {
            let! meanA = meanDiagonal name rows a
            let! meanB = meanDiagonal name rows b
            let ofA, ofB = share / meanA, (1.0 - share) / meanB

            return {
                a with
                    At = fun i j -> float32 (ofA * float (a.At i j) + ofB * float (b.At i j))
            }
        }

    /// f at the rows of one fold with each ridge, fitted on the other fitted rows. Ridges are over the mean diagonal of the fitted rows;
    /// the kernel is of fitted rows.
    let heldOut
        (name: string)
        (kernel: torch.Tensor)
        (targets: float[])
        (ridges: float[])
        (kept: int[], held: int[])
        : Result<float[][], PipelineError> =
        let outputs = TunedKernels.heldOut kernel targets ridges (kept, held)

        if outputs |> Array.forall Option.isSome then
            Ok(Array.map Option.get outputs)
        else
            Error(NumbersRefused $"%s{name}: with a ridge of the grid it is not positive definite on a fold")

    /// Over the mean diagonal: a quarter of a decade apart, from where a kernel is as good as interpolated to where it is as good as constant.
    let ridges = [| for k in -8 .. 8 -> 10.0 ** (float k / 4.0) |]

    let meanSquare (f: float[]) (targets: float[]) : float = EarlyStopping.error targets f

    /// From the middle of the grid downhill, as long as the error falls: cross-validated errors have one valley.
    let downhill (error: int -> Result<float, PipelineError>) (places: int) : Result<int, PipelineError> =
        let rec walk step at best =
            let next = at + step

            if next < 0 || next = places then
                Ok(at, best)
            else
                error next
                |> Result.bind (fun found -> if found < best then walk step next found else Ok(at, best))

        result {
            let middle = places / 2
            let! start = error middle
            let! up, least = walk 1 middle start

            if up > middle then
                return up
            else
                let! down, _ = walk -1 middle least
                return down
        }

    /// The held-out outputs of every fitted row, its own fold left out, at the best ridge by their squared error.
    let crossValidated
        (name: string)
        (split: Split)
        (gram: GramEntries)
        : Result<float * float[], PipelineError> =
        result {
            use _ = torch.NewDisposeScope()
            let targets = SplitTweets.targets split split.Train
            let! mean = meanDiagonal name split.Train gram
            let kernel = Tensors.ofMatrix32 (gram.Gather(split.Train, split.Train))
            let folds = [ 0 .. Array.max split.Folds ] |> List.map (fun fold -> TrainFold.rows fold split)
            let found = System.Collections.Generic.Dictionary<int, float[]>()

            let outputs place =
                let all = Array.zeroCreate<float> targets.Length

                folds
                |> List.traverseResultM (fun (kept, held) ->
                    heldOut name kernel targets [| ridges[place] * mean |] (kept, held)
                    |> Result.map (fun f -> held |> Array.iteri (fun k row -> all[row] <- f[0][k])))
                |> Result.map (fun _ ->
                    found[place] <- all
                    meanSquare all targets)

            let! best = downhill outputs ridges.Length
            return ridges[best], found[best]
        }
