namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// A kernel model of the transformer: chosen on the fitted rows, judged on the validation rows, answering for the test rows.
type TransformerFit = {
    RelativeRidge: float
    /// The kernel's rows were brought to length 1: cosines.
    IsUnit: bool
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
    let private test name (split: Split) (gram: GramEntries) ridge =
        result {
            let rows = [| gram.Columns .. gram.Rows - 1 |]

            if rows.Length = 0 then
                return [||]
            else
                let! solution =
                    RidgeFit.solve
                        name
                        (KernelMatrix.Single(gram.Gather(split.FitRows, split.FitRows)))
                        ridge
                        (column (SplitTweets.targets split split.FitRows))

                use _ = torch.NewDisposeScope()
                let cross = KernelMatrix.Single(gram.Gather(rows, split.FitRows))

                return
                    (KernelMatrix.toTensor cross).mm(Tensors.ofMatrix64 solution.Coefficients)
                    |> Tensors.toArray64
        }

    /// The model with a ridge that is given, over the mean diagonal of the fitted rows.
    let private at name (split: Split) (gram: GramEntries) isUnit share (relative: float) heldOut =
        result {
            let! mean = TransformerSolve.meanDiagonal name split.Train gram
            let targets = SplitTweets.targets split split.Train

            let! fit =
                RidgeFit.at
                    name
                    (KernelMatrix.Single(gram.Gather(split.Train, split.Train)))
                    (relative * mean)
                    (column targets)

            let! validation =
                RidgeFit.predict name (KernelMatrix.Single(gram.Gather(split.Validation, split.Train))) fit

            let! test = test name split gram (relative * mean)

            return {
                RelativeRidge = relative
                IsUnit = isUnit
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
        Version = 2
        Settings = input
        Codec = Codec.json "transformer-fit/2"
        Body = Pure run
    }

    /// The ridge by cross-validation in the split's folds, and likewise whether rows count as they are or as their directions.
    let tuned (name: string) : Stage<TransformerGram * Split, TransformerFit> =
        let run (gram: TransformerGram, split: Split) =
            result {
                let name = $"the kernel %s{name}"
                let targets = SplitTweets.targets split split.Train

                let tried isUnit =
                    TransformerGram.entries name isUnit gram
                    |> Result.bind (TransformerSolve.crossValidated name split)
                    |> Result.map (fun (relative, heldOut) ->
                        isUnit, relative, heldOut, TransformerSolve.meanSquare heldOut targets)

                let! found =
                    (if TransformerGram.isLevel gram then [ false ] else [ false; true ])
                    |> List.traverseResultM tried

                let isUnit, relative, heldOut, _ = found |> List.minBy (fun (_, _, _, error) -> error)
                let! kernel = TransformerGram.entries name isUnit gram
                return! at name split kernel isUnit None relative heldOut
            }

        stage name "" run

    /// The tangent kernel, its ridge by what cross-fitted folds say.
    let tangent (name: string) : Stage<TransformerGram * (Split * FoldTrial list), TransformerFit> =
        let run (gram: TransformerGram, (split: Split, trials)) =
            let name, targets = "the tangent kernel", SplitTweets.targets split split.Train
            let choice = TransformerFolds.choose targets (fun share -> share = 1.0) trials
            let setting = choice.Setting

            TransformerGram.entries name setting.IsUnit gram
            |> Result.bind (fun kernel ->
                at name split kernel setting.IsUnit (Some 1.0) setting.RelativeRidge choice.HeldOut)

        stage name "" run

    /// Tangent kernel and frozen features' kernel together, part and ridge by what cross-fitted folds say.
    let blended
        (name: string)
        : Stage<(TransformerGram * TransformerGram) * (Split * FoldTrial list), TransformerFit> =
        let run ((tangent, frozen: TransformerGram), (split: Split, trials)) =
            let name, targets = "both kernels", SplitTweets.targets split split.Train
            let choice = TransformerFolds.choose targets (fun share -> share < 1.0) trials
            let setting = choice.Setting
            let share = setting.Share

            TransformerGram.entries name setting.IsUnit tangent
            |> Result.bind (fun tangent ->
                TransformerSolve.blend name split.Train share tangent (GramEntries.ofMatrix frozen.Kernel))
            |> Result.bind (fun kernel ->
                at name split kernel setting.IsUnit (Some share) setting.RelativeRidge choice.HeldOut)

        // 3: an entry is rounded once.
        { stage name "" run with Version = 3 }

    /// f at every fitted row by cross-validation with the head that has seen all their labels: what the leak gives.
    let leak: Stage<TransformerGram * (Split * TransformerFit), float[]> =
        let run (gram: TransformerGram, (split: Split, fit: TransformerFit)) =
            result {
                use _ = torch.NewDisposeScope()
                let name = "the tangent kernel"
                let! gram = TransformerGram.entries name fit.IsUnit gram
                let targets = SplitTweets.targets split split.Train
                let! mean = TransformerSolve.meanDiagonal name split.Train gram
                let kernel = Tensors.ofMatrix32 (gram.Gather(split.Train, split.Train))
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
            Version = 2
            Settings = ""
            Codec = Codec.vector
            Body = Pure run
        }
