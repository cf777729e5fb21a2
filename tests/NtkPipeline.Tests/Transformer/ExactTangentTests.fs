module NtkPipeline.Tests.ExactTangentTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1
let private parts = TangentPart.all SmallEncoder.shape
let private head = TangentWitness.head 2 32

let private computed precision weights heads side groups x z =
    ExactTangent.tiles precision Device.Cpu weights heads side groups x z
    |> Result.bind KernelTiles.toArray
    |> fun found -> Expect.wantOk found "kernel"

/// In float64, the parts of each group.
let private sheets heads side groups (x: int[][]) (z: int[][] option) =
    let rows, columns = x.Length, (defaultArg z x).Length

    computed Precision.double weights heads side groups x z
    |> Array.chunkBySize (rows * columns)
    |> Array.map (Matrix.create rows columns)

let private one heads side x z = (sheets heads side [ parts ] x z)[0]

let tests =
    testList "ExactTangent" [
        for pooling in [ Pooling.Mean; Pooling.Cls ] do
            testCase $"%A{pooling}: it is what backward passes, text by text, by every parameter, give"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let weights = { weights with Pooling = pooling }
                let texts = SmallEncoder.texts 3 11
                let expected = TangentWitness.kernel weights (TangentWitness.headTensor head) texts

                let double =
                    computed Precision.double weights head 4 [ parts ] texts None |> Matrix.create 11 11

                Expect.isLessThan (TangentWitness.relativeGap double expected) 1e-10 "float64"

                let single =
                    Expect.wantOk
                        (ExactTangent.symmetric Device.Cpu 4e9 weights head (fun _ _ -> ()) texts)
                        "float32"

                Expect.isLessThan
                    (TangentWitness.relativeGap (Matrix.map float single) expected)
                    1e-5
                    "float32"

        testCase
            "float32 has it to 1e-5 with matrices as large as MiniLM's too, the same on both sides of the diagonal"
        <| fun () ->
            let shape = { SmallEncoder.shape with Layers = 1; Width = 384; Heads = 12; Inner = 1536 }

            let weights, head = SmallEncoder.weightsOf shape 1, TangentWitness.head 2 384
            let texts = SmallEncoder.texts 3 9

            let kernel precision = computed precision weights head 16 [ TangentPart.all shape ] texts None

            let double = kernel Precision.double |> Matrix.create 9 9
            let single = kernel Precision.single |> Array.map float |> Matrix.create 9 9
            Expect.isLessThan (TangentWitness.relativeGap single double) 1e-5 "float32"
            Expect.equal single (Matrix.init 9 9 (fun i j -> single[j, i])) "symmetric to the last bit"

        testCase "so it is part by part"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let texts = SmallEncoder.texts 3 6
            let found = sheets head 4 (parts |> List.map List.singleton) texts None

            parts
            |> List.iteri (fun sheet part ->
                let expected =
                    TangentWitness.kernelOf
                        (fun name -> TangentWitness.partOf name = part)
                        weights
                        (TangentWitness.headTensor head)
                        texts

                Expect.isLessThan
                    (TangentWitness.relativeGap found[sheet] expected)
                    1e-10
                    (TangentPart.print part))

        testCase "tiles of any side, and other texts, have the entries of the whole"
        <| fun () ->
            let x, z = SmallEncoder.texts 3 9, SmallEncoder.texts 4 7
            let whole = one head 16 (Array.append x z) None

            for side in [ 2; 5; 16 ] do
                let square = one head side x None
                let cross = one head side x (Some z)

                Expect.isLessThan
                    (Matrices.gap square (Matrix.init 9 9 (fun i j -> whole[i, j])))
                    1e-9
                    "x × x"

                Expect.isLessThan
                    (Matrices.gap cross (Matrix.init 9 7 (fun i j -> whole[i, 9 + j])))
                    1e-9
                    "x × z"

        testCase "of several heads it is the mean"
        <| fun () ->
            let texts = SmallEncoder.texts 3 6
            let heads = TangentHeads.random (Seed.root 1UL) 32 2
            let kernel number = one (Matrix.gatherRows [| number |] heads) 4 texts None
            let mean = Array.map2 (fun a b -> (a + b) / 2.0) (kernel 0).Values (kernel 1).Values
            Expect.isLessThan (Matrices.gap (one heads 4 texts None) (Matrix.create 6 6 mean)) 1e-10 "mean"
            let more = TangentHeads.random (Seed.root 1UL) 32 3
            Expect.equal (Matrix.gatherRows [| 0; 1 |] more) heads "a further head moves none"

        testCase "the mean over random heads tends to the kernel of all entries of φ over the width"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let texts = SmallEncoder.texts 3 3
            let unit k = torch.eye(32L, dtype = torch.float64)[int64 k]

            let expected =
                [ 0..31 ]
                |> List.map (fun k -> TangentWitness.kernel weights (unit k) texts)
                |> List.reduce (fun a b -> Matrix.create 3 3 (Array.map2 (+) a.Values b.Values))
                |> Matrix.map (fun entry -> entry / 32.0)

            let found = one (TangentHeads.random (Seed.root 1UL) 32 400) 4 texts None
            Expect.isLessThan (TangentWitness.relativeGap found expected) 0.1 "400 heads"

        testCase
            "what does not fit into memory is refused with what it needs, and the largest tiles that fit are taken"
        <| fun () ->
            let lengths = Array.replicate 300 33

            let shape = {
                SmallEncoder.shape with
                    Layers = 6
                    Width = 384
                    Inner = 1536
                    Words = 30522
                    Positions = 512
            }

            let plan memory = ExactTangentCost.plan memory 4 shape 1 lengths None
            let side, cost = Expect.wantOk (plan 4e9) "fits"
            Expect.isLessThan cost.Bytes 4e9 "as it says"
            let smaller, _ = Expect.wantOk (plan 2e9) "fits"
            Expect.isLessThan smaller side "smaller tiles"
            // Pairs alone: 300²/2 · 2 · 10.6 million.
            Expect.isGreaterThan cost.Flops 0.95e12 "at least the pairs"
            Expect.isLessThan cost.Flops 5e12 "and not much more"

            match plan 1e8 with
            | Ok _ -> failtest "it does not fit"
            | Error e -> Expect.stringContains e.Sentence "of memory at least, and 320 MB are allowed" "why"

        testCase "a sketch's error is as it is defined"
        <| fun () ->
            let exact = Matrix.create 2 2 [| 4.0f; 2.0f; 2.0f; 9.0f |]
            let sketched = Matrix.create 2 2 [| 5.0f; 3.0f; 1.0f; 9.0f |]
            let error = Expect.wantOk (SketchError.measure exact sketched) "error"
            let close = Expect.floatClose Accuracy.high
            close error.Frobenius (sqrt (3.0 / 105.0)) "Frobenius"
            close error.Diagonal (sqrt ((1.0 / 16.0) / 2.0)) "diagonal"
            close error.OffDiagonal (sqrt (1.0 / 36.0)) "off the diagonal"

            Expect.isError
                (SketchError.measure (Matrix.create 1 1 [| 0.0f |]) (Matrix.create 1 1 [| 0.0f |]))
                "no gradient"
    ]
