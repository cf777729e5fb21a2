namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What kernels say of the rows of one fold: no part of them, the tangent kernel's head included, has seen the labels of these rows.
type FoldTrial = {
    Fold: int
    /// The part of the tangent kernel, the rest being the frozen features' kernel, both over their mean diagonal.
    Shares: float[]
    /// Over the mean diagonal.
    Ridges: float[]
    /// Places among the fitted rows.
    Held: int[]
    /// `Outputs[share][ridge][row]`.
    Outputs: float[][][]
}

/// A part of the tangent kernel and a ridge, chosen by the squared error of all folds, and f at every fitted row with them.
type FoldChoice = { Share: float; RelativeRidge: float; HeldOut: float[] }

/// Cross-validation in which the head that gradients are taken with is fitted anew for every fold (cross-fitting, Chernozhukov et al. 2018).
[<RequireQualifiedAccess>]
module TransformerFolds =

    /// From the frozen features' kernel alone to the tangent kernel alone.
    let shares = [| 0.0; 0.2; 0.5; 0.8; 1.0 |]

    /// Half a decade apart, around where tangent kernels have their valley.
    let private ridges = TransformerSolve.ridges |> Array.filter (fun ridge -> ridge > 0.05 && ridge < 20.0)

    let private run
        fold
        (tiles: TangentRows list, ((pooled: PooledTweets, split: Split), frozen: Matrix<float32>))
        =
        result {
            use _ = torch.NewDisposeScope()
            let name = $"the tangent kernel without fold %d{fold}"
            let places = [| 0 .. split.Train.Length - 1 |]
            let kept, held = TrainFold.rows fold split

            let tangent =
                TangentKernel.symmetric tiles
                |> TransformerSolve.withHead (Matrix.gatherRows split.Train pooled.Labelled) places.Length

            let still = Matrix.gather split.Train split.Train frozen
            let! blend = TransformerSolve.blending name places tangent still
            let targets = SplitTweets.targets split split.Train

            let! outputs =
                List.ofArray shares
                |> List.traverseResultM (fun share ->
                    result {
                        use _ = torch.NewDisposeScope()
                        return! TransformerSolve.heldOut name (blend share) targets ridges (kept, held)
                    })

            return {
                Fold = fold
                Shares = shares
                Ridges = ridges
                Held = held
                Outputs = Array.ofList outputs
            }
        }

    /// Stage: sketched gradients of the fitted rows, in tiles, with the head of a fold; φ and the split; the frozen features' kernel of all rows
    /// → what they say of the fold.
    let stage (fold: int) : Stage<TangentRows list * ((PooledTweets * Split) * Matrix<float32>), FoldTrial> = {
        Name = $"judge-fold/%d{fold}"
        Version = 1
        Settings = Fingerprint.describe (fold, shares, ridges)
        Codec = Codec.json "fold-trial/1"
        Body = Pure(run fold)
    }

    /// The best of some shares by the mean squared error over all folds; of equals, the first.
    let choose (targets: float[]) (allowed: float -> bool) (trials: FoldTrial list) : FoldChoice =
        let first = List.head trials

        let heldOut share ridge =
            let all = Array.zeroCreate<float> targets.Length

            for trial in trials do
                trial.Held |> Array.iteri (fun k row -> all[row] <- trial.Outputs[share].[ridge].[k])

            all

        [
            for share in 0 .. first.Shares.Length - 1 do
                if allowed first.Shares[share] then
                    for ridge in 0 .. first.Ridges.Length - 1 do
                        {
                            Share = first.Shares[share]
                            RelativeRidge = first.Ridges[ridge]
                            HeldOut = heldOut share ridge
                        }
        ]
        |> List.minBy (fun choice -> TransformerSolve.meanSquare choice.HeldOut targets)
