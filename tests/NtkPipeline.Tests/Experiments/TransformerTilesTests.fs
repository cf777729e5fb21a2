module NtkPipeline.Tests.TransformerTilesTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

let tests =
    testList "TransformerTiles" [
        testCase
            "LoRA's kernel is that of the adapters which the training of the same root and number begins with"
        <| fun () ->
            let rank, root = 3, Seed.root 9UL
            let head = (heads split).All.Head
            let settings = TuningSettings.defaults (TuningMethod.Lora rank)

            let input =
                Artifact.create
                    "input"
                    (Digest.ofParts [ "input" ])
                    (lazy (Ok { Weights = weights; Texts = tokens.Labelled; Targets = [||]; Head = head }))

            let state = (FineTuneEpoch.start settings (FineTuneEpoch.seed root 0) input).Value.Force() |> want

            let parts =
                TuningLayout.parameters settings.Method weights.Shape
                |> List.mapFold
                    (fun start (name, sizes) ->
                        let size = TuningLayout.size sizes
                        (name, state.Parameters.Values[int start .. int (start + size) - 1]), start + size)
                    0L
                |> fst
                |> Map.ofList

            let adapters: LoraAdapters = {
                Down =
                    Map [
                        for name in TuningLayout.loraLayers weights.Shape do
                            name, Matrix.create rank weights.Shape.Width parts[name + TuningLayout.loraA]
                    ]
                Scale = LoraLayers.scale
            }

            let expected =
                TangentFeatures.ofLora
                    Device.Cpu
                    adapters
                    None
                    (Seed.root 0UL)
                    weights
                    (TransformerHeads.row head)
                    ignore
                    tokens.All
                |> want
                |> Array.head

            let found = tilesBy (TileGradients.Lora(rank, FineTuneEpoch.seed root 0)) TileRows.All head

            let whole (rows: TangentRows list) = TangentKernel.symmetric rows |> double

            Expect.isLessThan
                (Matrices.gap (whole found) (whole [ expected ]) / meanDiagonal [| 0..9 |] (whole found))
                1e-3
                "to float16's rounding: batches differ"

        testCase "the mean over heads is the mean of their kernels"
        <| fun () ->
            let kernel seed = Matrices.random seed 4 3 |> Matrix.map float32
            let gram seed = { Kernel = kernel seed; Diagonal = (kernel (seed + 10)).Values[..3] }
            let next number before = run (TransformerGrams.mean number) (before, gram number) |> want
            let found = gram 1 |> next 2 |> next 3
            let mean = double found.Kernel

            let expected =
                Array.init 12 (fun k -> List.averageBy (fun s -> float (kernel s).Values[k]) [ 1; 2; 3 ])

            KernelSamples.wantClose 1e-6 "of three" mean.Values expected

            let ofRows =
                Array.init 4 (fun k ->
                    List.averageBy (fun s -> float (kernel (s + 10)).Values[k]) [ 1; 2; 3 ])

            KernelSamples.wantClose 1e-6 "and of their diagonals" (Array.map float found.Diagonal) ofRows
    ]
