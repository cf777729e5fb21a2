module NtkPipeline.Tests.TransformerFoldsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

/// What the kernels say of a fold, with the head that the labels give.
let trial fold (split: Split) : FoldTrial =
    let features = tiles TileRows.Fitted (heads split).Folds[fold].Head
    let gram = run (TransformerGrams.fitted "test") (features, (pooled, split)) |> want
    run (TransformerFolds.stage fold) (gram, (split, frozen.Value)) |> want

let private settings = [|
    for isUnit in [ false; true ] do
        for share in [ 0.2; 0.5; 1.0 ] do
            for ridge in [ 0.1; 1.0 ] do
                { IsUnit = isUnit; Share = share; RelativeRidge = ridge }
|]

let private made fold held (f: FoldSetting -> float[]) : FoldTrial = {
    Fold = fold
    Held = held
    Settings = settings
    Outputs = Array.map f settings
}

let tests =
    testList "TransformerFolds" [
        testCase "the part and the ridge of the least error over all folds, among those that are allowed"
        <| fun () ->
            // Right by all but this much.
            let off (setting: FoldSetting) =
                match setting.IsUnit, setting.Share, setting.RelativeRidge with
                | _, 0.2, _ -> 0.1
                | false, 0.5, 1.0 -> 0.2
                | true, 1.0, 0.1 -> 0.3
                | _ -> 0.5

            let y = [| 1.0; -1.0; 1.0; -1.0 |]
            let f rows setting = rows |> Array.map (fun k -> y[k] + off setting)
            let trials = [ made 0 [| 0; 3 |] (f [| 0; 3 |]); made 1 [| 1; 2 |] (f [| 1; 2 |]) ]
            let choose allowed = TransformerFolds.choose y allowed trials
            let all = choose (fun _ -> true)
            Expect.equal all.Setting settings[0] "of equals, the first"
            let tangent = choose ((=) 1.0)

            Expect.equal
                tangent.Setting
                { IsUnit = true; Share = 1.0; RelativeRidge = 0.1 }
                "the tangent kernel alone, by its cosines"

            KernelSamples.wantClose 1e-12 "at their places" tangent.HeldOut [| 1.3; -0.7; 1.3; -0.7 |]
            let both = choose ((=) 0.5)

            Expect.equal
                (both.Setting.IsUnit, both.Setting.RelativeRidge)
                (false, 1.0)
                "both kernels, as they are"

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
                let still = Matrix.gather split.Train split.Train frozen.Value.Kernel |> double
                let all = [| 0 .. n - 1 |]
                let meanB = meanDiagonal all still

                Expect.equal found.Held (held fold) "its rows"
                let any isWanted = Array.exists isWanted found.Settings

                Expect.isTrue
                    (any (fun s -> s.IsUnit && s.Share = 1.0) && any (fun s -> not s.IsUnit && s.Share < 1.0))
                    "cosines and the kernel as it is, alone and with the frozen one"

                for setting, f in Array.zip found.Settings found.Outputs do
                    let own = formed setting.IsUnit tangent
                    let mean = meanDiagonal all own

                    let gram =
                        Matrix.init n n (fun i j ->
                            setting.Share * own[i, j] / mean + (1.0 - setting.Share) * still[i, j] / meanB)

                    KernelSamples.heldOut setting.RelativeRidge gram targets (held fold)
                    |> KernelSamples.wantClose 1e-4 $"%A{setting}" f

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
