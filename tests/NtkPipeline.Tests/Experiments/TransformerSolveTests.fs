module NtkPipeline.Tests.TransformerSolveTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

/// Of all rows with the labelled ones.
let private gram =
    let points = KernelSamples.points (labelled + unlabelled)
    KernelSamples.kernelOf points points[.. labelled - 1] |> Matrix.map float32

let private entries = GramEntries.ofMatrix gram

let private own = Matrix.gather split.Train split.Train (double gram)

let private valley place (asked: ResizeArray<int>) at =
    asked.Add at
    Ok((float (at - place)) ** 2.0)

let tests =
    testList "TransformerSolve" [
        testCase "a head's gradients are φ and 1: its kernel is added to the encoder's"
        <| fun () ->
            let phi = Matrices.random 3 5 2 |> Matrix.map (fun x -> float32 (round (8.0 * x) / 8.0))
            let theta = Matrix.init 5 3 (fun i j -> float32 (i + j))

            let expected =
                Matrix.init 5 3 (fun i j ->
                    float32 (i + j) + phi[i, 0] * phi[j, 0] + phi[i, 1] * phi[j, 1] + 1.0f)

            Expect.equal (TransformerSolve.withHead phi 3 theta) expected "exact in eighths"

        testCase "a blend's parts have a mean diagonal of 1"
        <| fun () ->
            let other = gram |> Matrix.map (fun k -> 500.0f * k * k)
            let rows = split.Train
            let a, b = double gram, double other
            let meanA, meanB = meanDiagonal rows a, meanDiagonal rows b

            for share in [ 0.0; 0.3; 1.0 ] do
                let blend =
                    TransformerSolve.blend "both" rows share entries (GramEntries.ofMatrix other)
                    |> want
                    |> GramEntries.toMatrix
                    |> double

                close 1e-6 (meanDiagonal rows blend) 1.0 "its own too"

                let expected =
                    Array.map2 (fun x y -> share * x / meanA + (1.0 - share) * y / meanB) a.Values b.Values

                KernelSamples.wantClose 1e-6 "every entry" blend.Values expected

            let none = gram |> Matrix.map (fun _ -> 0.0f)

            TransformerSolve.blend "both" rows 0.5 entries (GramEntries.ofMatrix none)
            |> says "both: the mean of its diagonal is 0, not positive"

            TransformerSolve.meanDiagonal "both" rows { entries with At = fun _ _ -> nanf }
            |> says "not positive"

        testCase "a fold is answered by regression on the others, for each ridge"
        <| fun () ->
            let kernel = Tensors.ofMatrix32 (Matrix.gather split.Train split.Train gram)
            let ridges = [| 0.02; 0.5; 3.0 |]

            for fold in 0 .. folds - 1 do
                let found =
                    TransformerSolve.heldOut "K" kernel targets ridges (TrainFold.rows fold split) |> want

                for ridge, f in Array.zip ridges found do
                    KernelSamples.wantClose 1e-10 "f" f (KernelSamples.heldOut ridge own targets (held fold))

            let negative = Tensors.ofMatrix32 (own |> Matrix.map (fun k -> float32 -k))

            TransformerSolve.heldOut "K" negative targets [| 0.01 |] (TrainFold.rows 0 split)
            |> says "K: with a ridge of the grid it is not positive definite"

        testCase "downhill finds the valley from either side, and asks for no more than it needs"
        <| fun () ->
            for place in 0..8 do
                let asked = ResizeArray()
                Expect.equal (TransformerSolve.downhill (valley place asked) 9) (Ok place) "the valley"
                Expect.equal (Seq.distinct asked |> Seq.length) asked.Count "nothing twice"

                if place = 2 then
                    Expect.sequenceEqual asked [ 4; 5; 3; 2; 1 ] "from the middle"
                elif place = 6 then
                    Expect.sequenceEqual asked [ 4; 5; 6; 7 ] "not to the other side"

            Expect.equal (TransformerSolve.downhill (fun _ -> Ok 1.0) 9) (Ok 4) "of equals the middle"

        testCase "it refuses as what it asks refuses, and not for what it does not ask"
        <| fun () ->
            let refusing bad place =
                fun at ->
                    if at = bad then
                        Error(NumbersRefused $"no %d{at}")
                    else
                        valley place (ResizeArray()) at

            for bad in [ 4; 5; 2; 1 ] do
                TransformerSolve.downhill (refusing bad 2) 9 |> says $"no %d{bad}"

            Expect.equal (TransformerSolve.downhill (refusing 8 2) 9) (Ok 2) "never asked"

        testCase "cross-validation is a loop over folds and ridges"
        <| fun () ->
            let relative, f = TransformerSolve.crossValidated "K" split entries |> want
            let mean = meanDiagonal split.Train (double gram)

            let tried = [
                for ridge in TransformerSolve.ridges do
                    error (outOfFold (ridge * mean) (double gram) targets) targets, ridge
            ]

            Expect.equal relative (List.min tried |> snd) "the ridge"
            KernelSamples.wantClose 1e-10 "f" f (outOfFold (relative * mean) (double gram) targets)
            Expect.isTrue (relative > 0.01 && relative < 100.0) "not at an edge, or the test tests little"
    ]
