namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What a regression in a fold was made with.
type FoldSetting = {
    /// The tangent kernel's rows were brought to length 1: cosines.
    IsUnit: bool
    /// The part of the tangent kernel, the rest being the frozen features' kernel, both over their mean diagonal.
    Share: float
    /// Over the mean diagonal.
    RelativeRidge: float
}

/// What kernels say of the rows of one fold: no part of them, the tangent kernel's head included, has seen the labels of these rows.
type FoldTrial = {
    Fold: int
    /// Places among the fitted rows.
    Held: int[]
    Settings: FoldSetting[]
    /// `Outputs[setting][row]`.
    Outputs: float[][]
}

/// A setting, chosen by the squared error of all folds, and f at every fitted row with it.
type FoldChoice = { Setting: FoldSetting; HeldOut: float[] }

/// Cross-validation in which the head that gradients are taken with is fitted anew for every fold (cross-fitting, Chernozhukov et al. 2018).
[<RequireQualifiedAccess>]
module TransformerFolds =

    /// From mostly the frozen features' kernel to the tangent kernel alone.
    let private shares = [ 0.3; 0.5; 0.7; 1.0 ]

    /// Around where tangent kernels have their valley, a quarter of a decade apart, and half a decade beyond.
    let private ridges = [ -4; -2; -1; 0; 1; 2; 4 ] |> List.map (fun k -> 10.0 ** (float k / 4.0))

    let private forms = [ false; true ]

    let private run fold (kernel: Matrix<float32>, (split: Split, frozen: TransformerGram)) =
        result {
            use _ = torch.NewDisposeScope()
            let name = $"the tangent kernel without fold %d{fold}"
            let places = [| 0 .. split.Train.Length - 1 |]
            let kept, held = TrainFold.rows fold split

            let tangent = { Kernel = kernel; Diagonal = places |> Array.map (fun i -> kernel[i, i]) }

            let still = Matrix.gather split.Train split.Train frozen.Kernel
            let targets = SplitTweets.targets split split.Train
            let ridges = Array.ofList ridges

            let ofForm isUnit =
                result {
                    use _ = torch.NewDisposeScope()
                    let! kernel = TransformerGram.form name isUnit tangent
                    let! blend = TransformerSolve.blending name places kernel still

                    return!
                        shares
                        |> List.traverseResultM (fun share ->
                            use _ = torch.NewDisposeScope()

                            TransformerSolve.heldOut name (blend share) targets ridges (kept, held)
                            |> Result.map (fun outputs ->
                                Array.map2
                                    (fun ridge f ->
                                        { IsUnit = isUnit; Share = share; RelativeRidge = ridge }, f)
                                    ridges
                                    outputs))
                }

            let! found = forms |> List.traverseResultM ofForm
            let settings, outputs = found |> List.concat |> Array.concat |> Array.unzip

            return { Fold = fold; Held = held; Settings = settings; Outputs = outputs }
        }

    /// Stage: the tangent kernel of the fitted rows with the head of a fold; the split; the frozen features' kernel of all rows → what they
    /// say of the fold.
    let stage (fold: int) : Stage<Matrix<float32> * (Split * TransformerGram), FoldTrial> = {
        Name = $"judge-fold/%d{fold}"
        Version = 3
        Settings = Fingerprint.describe (fold, forms, shares, ridges)
        Codec = Codec.json "fold-trial/2"
        Body = Pure(run fold)
    }

    /// The best of the settings with an allowed share by the mean squared error over all folds; of equals, the first.
    let choose (targets: float[]) (allowed: float -> bool) (trials: FoldTrial list) : FoldChoice =
        let heldOut place =
            let all = Array.zeroCreate<float> targets.Length

            for trial in trials do
                trial.Held |> Array.iteri (fun k row -> all[row] <- trial.Outputs[place].[k])

            all

        [
            for place, setting in Array.indexed (List.head trials).Settings do
                if allowed setting.Share then
                    { Setting = setting; HeldOut = heldOut place }
        ]
        |> List.minBy (fun choice -> TransformerSolve.meanSquare choice.HeldOut targets)
