module NtkPipeline.Tests.TransformerDriftsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

let private kernel seed =
    let rows = Matrices.random seed 9 4
    Matrix.init 9 9 (fun i j -> float32 (2.0 + Seq.sum (seq { for k in 0..3 -> rows[i, k] * rows[j, k] })))

let private compare = TransformerDrifts.compare 1 2 0.01

/// ⟨HAH, HBH⟩ with H = I − 11ᵀ/n, as matrices.
let private centredInner (a: Matrix<float>) (b: Matrix<float>) =
    let n = a.Rows

    let h = Matrix.init n n (fun i j -> (if i = j then 1.0 else 0.0) - 1.0 / float n) |> KernelSamples.dense

    let around m = h * KernelSamples.dense m * h
    (around a).PointwiseMultiply(around b).RowSums().Sum()

let tests =
    testList "TransformerDrifts" [
        testCase "a kernel that only grows keeps its direction"
        <| fun () ->
            let before = kernel 1
            let found = compare before (before |> Matrix.map ((*) 1.4f))
            Expect.equal (found.Seed, found.Epoch, found.Movement) (1, 2, 0.01) "whose it is"
            close 1e-6 found.DeltaTheta 0.4 "ΔΘ"
            close 1e-12 found.Cosine 1.0 "cosine"
            close 1e-12 found.Cka 1.0 "CKA"
            close 1e-6 found.TraceRatio 1.4 "trace"

        testCase "of any two kernels they are what their formulas say"
        <| fun () ->
            let before, after = kernel 1, kernel 2
            let a, b = double before, double after
            let inner (x: Matrix<float>) (y: Matrix<float>) = KernelSamples.dot x.Values y.Values
            let change = Matrix.create 9 9 (Array.map2 (-) b.Values a.Values)
            let trace (m: Matrix<float>) = Seq.sum (seq { for i in 0..8 -> m[i, i] })
            let found = compare before after
            close 1e-12 found.DeltaTheta (sqrt (inner change change / inner a a)) "ΔΘ"
            close 1e-12 found.Cosine (inner a b / sqrt (inner a a * inner b b)) "cosine"
            let cka = centredInner a b / sqrt (centredInner a a * centredInner b b)
            close 1e-12 found.Cka cka "CKA"
            close 1e-12 found.TraceRatio (trace b / trace a) "trace"
            Expect.isTrue (cka < 0.99 && found.Cosine > cka) "not all the same, or the test tests little"

        testCase "what is exact foretells all, no change foretells nothing, and their halves a part"
        <| fun () ->
            let start = [| 0.1; -0.4; 0.3; 0.2; -0.6 |]
            let actual = [| 0.5; -0.9; -0.1; 0.6; -0.8 |]
            let found said = TransformerDrifts.foretold TuningMethod.Full "it" start actual said

            let some (x: float option) expected what = close 1e-12 (Expect.wantSome x what) expected what

            let exact = found actual
            Expect.equal exact.Of "fine-tuned" "the training"
            some exact.Correlation 1.0 "exact"
            some exact.Explained 1.0 "all of it"
            Expect.equal exact.Agreement 1.0 "every side"
            let none = found start
            Expect.equal none.Correlation None "what does not vary has none"
            some none.Explained 0.0 "nothing is explained"
            Expect.equal none.Agreement 0.8 "four of five stay on their side"
            let half = found (Array.map2 (fun a b -> (a + b) / 2.0) start actual)
            some half.Correlation 1.0 "the direction"
            some half.Explained 0.75 "1 − 1/4"
            let twice = found (Array.map2 (fun a b -> 3.0 * b - 2.0 * a) start actual)
            some twice.Explained -3.0 "no change would have been better"

        testCase
            "a training's drift is that of all parameters, the head's too: a head of 0 has a kernel to move from"
        <| fun () ->
            let none: LinearHead = { Weights = Array.zeroCreate SmallEncoder.shape.Width; Bias = 0.0f }
            let probe = TileRows.Probe 8

            let rows head =
                tiles probe head |> List.map (TangentRows.toMatrix >> double) |> List.reduce Matrix.stack

            let phi = run (TransformerTiles.pooled Device.Cpu "test" 8) (weights, (tokens, split)) |> want
            let places = TransformerTiles.probe 8 split
            Expect.equal phi (Matrix.gatherRows places pooled.Labelled) "φ of the probe rows"

            let whole (features: Matrix<float>) (phi: Matrix<float>) =
                let product m = KernelSamples.dense m * (KernelSamples.dense m).Transpose()
                let theta, head = product features, product phi
                Matrix.init 8 8 (fun i j -> theta[i, j] + head[i, j] + 1.0)

            let head = (heads split).All.Head
            let after = Matrix.map (fun x -> 1.1f * x) phi

            let moved = {
                weights with
                    Values = weights.Values |> Map.map (fun _ values -> values |> Array.map ((*) 1.25f))
            }

            let joined (parts: TangentRows list) : TangentRows = {
                List.head parts with
                    Values = parts |> List.map _.Values |> List.reduce Matrix.stack
            }

            let found =
                run
                    (TransformerDrifts.stage 0 1)
                    (((joined (tiles probe none), phi), (joined (tiles probe head), after)), (weights, moved))
                |> want

            let a, b = whole (rows none) (double phi), whole (rows head) (double after)
            let inner (x: Matrix<float>) (y: Matrix<float>) = KernelSamples.dot x.Values y.Values
            let change = Matrix.create 8 8 (Array.map2 (-) b.Values a.Values)
            close 1e-5 (found.DeltaTheta / sqrt (inner change change / inner a a)) 1.0 "ΔΘ"
            close 1e-5 found.Cosine (inner a b / sqrt (inner a a * inner b b)) "cosine"
            close 1e-6 found.Movement 0.25 "‖θ − θ₀‖/‖θ₀‖"

        testCase "where nothing changes, there is nothing to explain, and no number"
        <| fun () ->
            let start = [| 0.1; -0.4; 0.3 |]
            let still = TransformerDrifts.foretold TuningMethod.Full "it" start start [| 0.2; 0.2; 0.2 |]
            Expect.equal (still.Correlation, still.Explained) (None, None) "none"
    ]
