module NtkPipeline.Tests.TransformerFoldsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

/// What the kernels say of a fold, with the head that the labels give.
let trial fold (split: Split) : FoldTrial =
    let features = tiles TileRows.Fitted (heads split).Folds[fold].Head
    run (TransformerFolds.stage fold) (features, ((pooled, split), frozen.Value)) |> want

let private made fold held (f: float -> float -> float[]) : FoldTrial = {
    Fold = fold
    Shares = [| 0.0; 0.5; 1.0 |]
    Ridges = [| 0.1; 1.0 |]
    Held = held
    Outputs = [|
        for share in [ 0.0; 0.5; 1.0 ] -> [| for ridge in [ 0.1; 1.0 ] -> f share ridge |]
    |]
}

let tests =
    testList "TransformerFolds" [
        testCase "the part and the ridge of the least error over all folds, among those that are allowed"
        <| fun () ->
            // Right by all but this much.
            let off share ridge =
                if share = 0.0 then 0.1
                elif share = 0.5 && ridge = 1.0 then 0.2
                elif share = 1.0 && ridge = 0.1 then 0.3
                else 0.5

            let y = [| 1.0; -1.0; 1.0; -1.0 |]
            let f rows share ridge = rows |> Array.map (fun k -> y[k] + off share ridge)
            let trials = [ made 0 [| 0; 3 |] (f [| 0; 3 |]); made 1 [| 1; 2 |] (f [| 1; 2 |]) ]
            let choose allowed = TransformerFolds.choose y allowed trials
            let all = choose (fun _ -> true)
            Expect.equal (all.Share, all.RelativeRidge) (0.0, 0.1) "of equals, the first"
            let tangent = choose ((=) 1.0)
            Expect.equal (tangent.Share, tangent.RelativeRidge) (1.0, 0.1) "the tangent kernel alone"
            KernelSamples.wantClose 1e-12 "at their places" tangent.HeldOut [| 1.3; -0.7; 1.3; -0.7 |]
            let both = choose (fun share -> share > 0.0 && share < 1.0)
            Expect.equal (both.Share, both.RelativeRidge) (0.5, 1.0) "both kernels"

        testCase "a fold's outputs are those of regression with its own head's gradients, computed directly"
        <| fun () ->
            for fold in [ 0; 2 ] do
                let found = trial fold split
                let head = (heads split).Folds[fold].Head
                let texts = split.Train |> Array.map (fun row -> tokens.Labelled[row])

                let rows =
                    TangentFeatures.ofTexts
                        Device.Cpu
                        sketch
                        (Seed.root 2UL)
                        weights
                        (TransformerHeads.row head)
                        ignore
                        texts
                    |> want
                    |> Array.head
                    |> TangentRows.toMatrix
                    |> double

                let phi = Matrix.gatherRows split.Train pooled.Labelled |> double
                let product (m: Matrix<float>) = KernelSamples.dense m * (KernelSamples.dense m).Transpose()
                let theta, own = product rows, product phi
                let n = texts.Length
                let tangent = Matrix.init n n (fun i j -> theta[i, j] + own[i, j] + 1.0)
                let still = Matrix.gather split.Train split.Train frozen.Value |> double
                let all = [| 0 .. n - 1 |]
                let meanA, meanB = meanDiagonal all tangent, meanDiagonal all still

                Expect.equal found.Held (held fold) "its rows"
                Expect.equal found.Shares[0] 0.0 "the frozen kernel alone"
                Expect.equal (Array.last found.Shares) 1.0 "the tangent kernel alone"

                for s in 0 .. found.Shares.Length - 1 do
                    let share = found.Shares[s]

                    let gram =
                        Matrix.init n n (fun i j ->
                            share * tangent[i, j] / meanA + (1.0 - share) * still[i, j] / meanB)

                    for r in 0 .. found.Ridges.Length - 1 do
                        KernelSamples.heldOut found.Ridges[r] gram targets (held fold)
                        |> KernelSamples.wantClose 1e-4 $"share %g{share}" found.Outputs[s].[r]

        testCase "cross-fitting is honest: a fold's labels have no part in what is said of it; the leak has"
        <| fun () ->
            let fold = 1
            let before, after = trial fold split, trial fold (flipped fold)
            Expect.equal after before "the same bits"

            Expect.notEqual
                (trial 0 (flipped fold)).Outputs
                (trial 0 split).Outputs
                "other folds have seen them"

            let leaked (split: Split) =
                let gram = tangent (heads split).All.Head
                let fit = run (TransformerFit.tuned "test") (gram, split) |> want
                let f = run TransformerFit.leak (gram, (split, { fit with RelativeRidge = 1.0 })) |> want
                held fold |> Array.map (fun k -> f[k])

            Expect.notEqual (leaked (flipped fold)) (leaked split) "the head of all has seen them"
    ]
