namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// A kernel model of the transformer: chosen on the fitted rows, judged on the validation rows, answering for the test rows.
type TransformerFit = {
    RelativeRidge: float
    /// The part of the tangent kernel in a blend.
    Share: float option
    /// f at every fitted row, fitted without its fold.
    HeldOut: float[]
    /// Mean squared error and accuracy of exact leave-one-out on the fitted rows.
    LooError: float
    LooAccuracy: float
    /// Fitted on the fitted rows.
    Validation: float[]
    /// Fitted on all labelled rows; empty without a test set.
    Test: float[]
}

/// Stages: a kernel of all rows with the labelled ones → a model.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TransformerFit =

    let private column (values: float[]) = Matrix.create values.Length 1 values

    /// f of the test rows, fitted on all labelled ones but those that the split dropped.
    let private test name (split: Split) (gram: Matrix<float32>) ridge =
        result {
            let rows = [| gram.Columns .. gram.Rows - 1 |]

            if rows.Length = 0 then
                return [||]
            else
                let! solution =
                    RidgeFit.solve
                        name
                        (KernelMatrix.Single(Matrix.gather split.FitRows split.FitRows gram))
                        ridge
                        (column (SplitTweets.targets split split.FitRows))

                use _ = torch.NewDisposeScope()
                let cross = KernelMatrix.Single(Matrix.gather rows split.FitRows gram)

                return
                    (KernelMatrix.toTensor cross).mm(Tensors.ofMatrix64 solution.Coefficients)
                    |> Tensors.toArray64
        }

    /// The model with a ridge that is given, over the mean diagonal of the fitted rows.
    let private at name (split: Split) (gram: Matrix<float32>) share (relative: float) heldOut =
        result {
            let! mean = TransformerSolve.meanDiagonal name split.Train gram
            let targets = SplitTweets.targets split split.Train

            let! fit =
                RidgeFit.at
                    name
                    (KernelMatrix.Single(Matrix.gather split.Train split.Train gram))
                    (relative * mean)
                    (column targets)

            let! validation =
                RidgeFit.predict
                    name
                    (KernelMatrix.Single(Matrix.gather split.Validation split.Train gram))
                    fit

            let! test = test name split gram (relative * mean)

            return {
                RelativeRidge = relative
                Share = share
                HeldOut = heldOut
                LooError = TransformerSolve.meanSquare fit.LeftOut.Values targets
                LooAccuracy = Metrics.accuracy targets fit.LeftOut.Values
                Validation = validation.Values
                Test = test
            }
        }

    let private stage name input run : Stage<'i, TransformerFit> = {
        Name = $"fit-transformer/%s{name}"
        Version = 1
        Settings = input
        Codec = Codec.json "transformer-fit/1"
        Body = Pure run
    }

    /// The ridge by cross-validation in the split's folds.
    let tuned (name: string) : Stage<Matrix<float32> * Split, TransformerFit> =
        let run (gram: Matrix<float32>, split: Split) =
            let name = $"the kernel %s{name}"

            TransformerSolve.crossValidated name split gram
            |> Result.bind (fun (relative, heldOut) -> at name split gram None relative heldOut)

        stage name "" run

    /// The tangent kernel, its ridge by what cross-fitted folds say.
    let tangent (name: string) : Stage<Matrix<float32> * (Split * FoldTrial list), TransformerFit> =
        let run (gram: Matrix<float32>, (split: Split, trials)) =
            let targets = SplitTweets.targets split split.Train
            let choice = TransformerFolds.choose targets (fun share -> share = 1.0) trials
            at "the tangent kernel" split gram (Some 1.0) choice.RelativeRidge choice.HeldOut

        stage name "" run

    /// Tangent kernel and frozen features' kernel together, part and ridge by what cross-fitted folds say.
    let blended
        (name: string)
        : Stage<(Matrix<float32> * Matrix<float32>) * (Split * FoldTrial list), TransformerFit> =
        let run ((tangent, frozen), (split: Split, trials)) =
            let targets = SplitTweets.targets split split.Train

            let choice = TransformerFolds.choose targets (fun share -> share > 0.0 && share < 1.0) trials

            TransformerSolve.blend "both kernels" split.Train choice.Share tangent frozen
            |> Result.bind (fun gram ->
                at "both kernels" split gram (Some choice.Share) choice.RelativeRidge choice.HeldOut)

        stage name "" run

    /// f at every fitted row by cross-validation with the head that has seen all their labels: what the leak gives.
    let leak: Stage<Matrix<float32> * (Split * TransformerFit), float[]> =
        let run (gram: Matrix<float32>, (split: Split, fit: TransformerFit)) =
            result {
                use _ = torch.NewDisposeScope()
                let name = "the tangent kernel"
                let targets = SplitTweets.targets split split.Train
                let! mean = TransformerSolve.meanDiagonal name split.Train gram
                let kernel = Tensors.ofMatrix32 (Matrix.gather split.Train split.Train gram)
                let all = Array.zeroCreate<float> targets.Length

                for fold in 0 .. Array.max split.Folds do
                    let kept, held = TrainFold.rows fold split

                    let! f =
                        TransformerSolve.heldOut
                            name
                            kernel
                            targets
                            [| fit.RelativeRidge * mean |]
                            (kept, held)

                    held |> Array.iteri (fun k row -> all[row] <- f[0][k])

                return all
            }

        {
            Name = "leaked-head"
            Version = 1
            Settings = ""
            Codec = Codec.vector
            Body = Pure run
        }
