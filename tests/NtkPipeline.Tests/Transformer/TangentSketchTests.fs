module NtkPipeline.Tests.TangentSketchTests

open Expecto
open TorchSharp
open NtkPipeline.Core

/// Every part of the small encoder is smaller than what it is sketched to here.
let private small: SketchSettings = { Rank = 16; Block = 4; Rest = 24 }

let private head () = TangentWitness.head 2 32 |> TangentWitness.headTensor

let private sketched settings seed (weights: EncoderWeights) texts =
    let sketch = TangentSketch.draw torch.float64 torch.CPU settings (Seed.root seed) weights.Shape

    let forward =
        TangentTrace.forward
            weights.Pooling
            weights.Shape
            (SmallEncoder.tensors weights)
            (SmallEncoder.batch texts)

    let trace = TangentTrace.backward true (head ()) forward
    sketch, SketchedTrace.rows sketch (SketchedTrace.prepare sketch forward) trace

/// The mean over draws, and its standard error, of what each draw gives.
let private meanOf (draws: Matrix<float>[]) =
    let count = float draws.Length
    let entry k = draws |> Array.map (fun m -> m.Values[k])
    let mean = Array.init draws[0].Values.Length (fun k -> entry k |> Array.average)

    let error =
        mean
        |> Array.mapi (fun k mean ->
            sqrt ((entry k |> Array.sumBy (fun x -> pown (x - mean) 2)) / (count - 1.0) / count))

    mean, error

/// The largest distance of a mean from what it should be, in standard errors.
let private furthest (draws: Matrix<float>[]) (expected: Matrix<float>) =
    let mean, error = meanOf draws

    Array.map3 (fun mean error expected -> abs (mean - expected) / error) mean error expected.Values
    |> Array.max

/// Two pairs' inner products among 4 random matrices, or rows of their sketches.
let private gram (rows: torch.Tensor) = rows.mm (rows.t ()) |> Tensors.toMatrix64

let tests =
    testList "TangentSketch" [
        for rows, columns in [ 8, 24; 8, 96; 8, 5; 8, 8 ] do
            testCase
                $"a projection of %d{columns} to %d{rows} numbers keeps inner products, in the mean over seeds"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let x = Matrices.normal 3 3 columns |> Tensors.ofMatrix64

                let draws =
                    Array.init 600 (fun k ->
                        use _ = torch.NewDisposeScope()

                        RandomProjection.draw (Seed.root (uint64 k)) 1.0 rows columns
                        |> fun projection -> RandomProjection.apply projection (x.unsqueeze 0L)
                        |> fun projected -> gram projected[0L])

                if rows = columns then
                    Expect.isLessThan (Matrices.gap draws[0] (gram x)) 1e-10 "a rotation"
                else
                    Expect.isLessThan
                        (furthest draws (gram x))
                        3.7
                        "9 entries: 3 standard errors each, and a little"

        testCase "a weight's columns are √(R/b) P_β G Q_βᵀ, block by block"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights, texts = SmallEncoder.weights 1, SmallEncoder.texts 1 5
            let sketch, rows = sketched small 7UL weights texts

            let matrixOf (projection: RandomProjection) columns =
                RandomProjection.apply
                    projection
                    (torch.eye(int64 columns, dtype = torch.float64).unsqueeze 0L)
                |> fun projected -> projected[0L].t()

            EncoderShape.dense weights.Shape
            |> List.iteri (fun k (name, (out, columns)) ->
                match sketch.Dense[k] with
                | KroneckerSketch.Exact -> failtest "nothing is kept as it is"
                | KroneckerSketch.Blocks(_, left, right) ->
                    let p, q = matrixOf left out, matrixOf right columns
                    let part = TangentWitness.partOf (name + ".weight")
                    let place = sketch.Columns |> List.find (fun columns -> columns.Part = part)
                    let found = rows.narrow (1L, int64 place.Start, int64 place.Count)

                    texts
                    |> Array.iteri (fun i text ->
                        let gradient = (TangentWitness.gradients weights (head ()) text)[name + ".weight"]

                        let expected =
                            torch.cat [|
                                for block in 0L .. 3L do
                                    let rows = p.narrow (0L, 4L * block, 4L)
                                    let columns = q.narrow (0L, 4L * block, 4L)
                                    rows.mm(gradient).mm(columns.t ()).flatten()
                            |]

                        let gap = (found[int64 i] - expected).abs().max().item<float>()
                        Expect.isLessThan gap 1e-10 $"%s{name} of text %d{i}"))

        testCase "in the mean over seeds every part's kernel is the exact one"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights, texts = SmallEncoder.weights 1, SmallEncoder.texts 4 4

            let draws =
                Array.init 200 (fun k ->
                    use _ = torch.NewDisposeScope()
                    let sketch, rows = sketched small (uint64 k) weights texts

                    sketch.Columns
                    |> List.map (fun place ->
                        place.Part, gram (rows.narrow (1L, int64 place.Start, int64 place.Count)))
                    |> Map.ofList)

            for part in TangentPart.all weights.Shape do
                let expected =
                    TangentWitness.kernelOf
                        (fun name -> TangentWitness.partOf name = part)
                        weights
                        (head ())
                        texts

                let draws = draws |> Array.map (Map.find part)

                if part.Kind = TangentKind.Types then
                    Expect.isLessThan (TangentWitness.relativeGap draws[0] expected) 1e-10 "kept as they are"
                else
                    // 20 parts of 10 pairs each: the largest of 200 normal numbers is about 3.
                    Expect.isLessThan (furthest draws expected) 4.5 (TangentPart.print part)

            let whole = TangentWitness.kernelOf (fun _ -> true) weights (head ()) texts

            let along =
                draws
                |> Array.map (fun parts ->
                    let sum = parts |> Map.values |> Seq.map _.Values |> Seq.reduce (Array.map2 (+))
                    Matrix.create 1 1 [| Array.map2 (*) sum whole.Values |> Array.sum |])

            let expected = Matrix.create 1 1 [| whole.Values |> Array.sumBy (fun x -> x * x) |]
            Expect.isLessThan (furthest along expected) 3.0 "⟨K̂, K⟩ of the whole kernel is ‖K‖² in the mean"

        testCase "what is not larger than its sketch is kept as it is"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights, texts = SmallEncoder.weights 1, SmallEncoder.texts 4 4
            let sketch, rows = sketched { Rank = 64; Block = 64; Rest = 1000 } 1UL weights texts

            for place in sketch.Columns do
                let isHashed = List.contains place.Part.Kind [ TangentKind.Words; TangentKind.Positions ]

                if not isHashed then
                    let expected =
                        TangentWitness.kernelOf
                            (fun name -> TangentWitness.partOf name = place.Part)
                            weights
                            (head ())
                            texts

                    let found = gram (rows.narrow (1L, int64 place.Start, int64 place.Count))

                    Expect.isLessThan
                        (TangentWitness.relativeGap found expected)
                        1e-10
                        (TangentPart.print place.Part)

        testCase "settings that cannot be are refused"
        <| fun () ->
            for settings, reason in
                [
                    { small with Rank = 0 }, "rank 0: a whole number from 1 to 8192 is wanted"
                    { small with Block = 0 }, "block 0: a whole number from 1 to the rank, 16, is wanted"
                    { small with Block = 17 }, "block 17: a whole number from 1 to the rank, 16, is wanted"
                    { small with Block = 5 }, "block 5: the rank, 16, is no multiple of it"
                    { small with Rest = 0 }, "rest 0: a whole number from 1 to 8192 is wanted"
                ] do
                Expect.equal (SketchSettings.check settings) (Error reason) reason

            for settings in [ small; SketchSettings.defaults ] do
                Expect.equal (SketchSettings.check settings) (Ok settings) "these can be"
    ]
