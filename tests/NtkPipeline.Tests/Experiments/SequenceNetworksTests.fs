module NtkPipeline.Tests.SequenceNetworksTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallSequence

let private values =
    Config.settings |> List.map (fun setting -> setting.Key, setting.Default) |> Map.ofList

let private spec width epochs model =
    let values =
        values
        |> Map.add "sequence.networks" (SequenceModel.id model)
        |> Map.add "sequence.widths" (string width)
        |> Map.add "sequence.seeds" "1"
        |> Map.add "sequence.epochs" (string epochs)
        |> Map.add "sequence.batch" "5"

    Sequence.specs values (Widths.basis values Device.Cpu) |> List.exactlyOne |> snd

let private ridges = ModelSettings.ridge values

let private trained width epochs which model =
    let gram = gram model
    let fit = run (SequenceFit.stage model ridges) (gram, split) |> want

    run (SequenceNetworks.stage model (spec width epochs model) which) (made, (split, (gram, fit)))
    |> want

let private models = [
    SequenceModel.Mean
    SequenceModel.Tokens
    SequenceModel.Convolution
    SequenceModel.Attention
]

let tests =
    testList "finite networks over texts" [
        testCase "the specs are one a model, width and seed, centred"
        <| fun () ->
            let all = Sequence.specs values (Widths.basis values Device.Cpu)
            Expect.hasLength all (3 * 2 * 2) "models × widths × seeds"
            Expect.hasLength (List.distinct all) 12 "all differ"
            Expect.isTrue (all |> List.forall (fun (_, spec) -> spec.Architecture.Centred)) "centred"
            Expect.isEmpty (Sequence.trained (Map.add "sequence.networks" "none" values)) "none"

        testCase "every model starts at 0, near its kernel, and moves"
        <| fun () ->
            let _, held = SequenceNetworks.rows SequenceRows.Choosing split

            Expect.equal
                held
                [|
                    for place in 0..19 do
                        if place % 4 = 0 then
                            place
                |]
                "the first fold"

            for model in models do
                let found = trained 256 12 SequenceRows.Choosing model
                Expect.equal (found.Path.Outputs.Rows, found.Path.Outputs.Columns) (13, 5) "epochs × rows"
                Expect.equal (Matrix.row 0 found.Path.Outputs).Length 5 "rows"
                Expect.isTrue (found.Path.Outputs.Values[..4] |> Array.forall ((=) 0.0f)) "centred"
                Expect.equal found.Path.Diverged None "sound"
                Expect.isLessThan found.InitialError 0.6 $"%A{model}: near its kernel"
                Expect.equal found.Path.Movement[0] 0.0 "still"
                Expect.isGreaterThan found.Path.Movement[12] 0.0 "moved"
                let again = trained 256 12 SequenceRows.Choosing model
                Expect.equal again.Path.Outputs found.Path.Outputs "the same bytes"

        testCase "wider networks start nearer to their kernel"
        <| fun () ->
            let error width = (trained width 1 SequenceRows.Judged SequenceModel.Convolution).InitialError
            Expect.isLessThan (error 1024) (0.6 * error 64) "about the root of the width"

        testCase "of the mean of the tokens it is the network that is given these rows"
        <| fun () ->
            let model = SequenceModel.Mean
            let spec = { spec 32 6 model with InputScale = InputScale.Unit }

            let rows = {
                spec with
                    Architecture = Architecture.written |> Architecture.withCentring true
            }

            let means (texts: int[]) =
                texts
                |> Array.map (fun i ->
                    Array.init 5 (fun k ->
                        if made.Texts[i].Length = 0 then
                            0.0f
                        else
                            made.Texts[i] |> Array.averageBy (fun word -> made.Vectors[word, k])))
                |> Matrix.ofRows 5

            let padded (texts: int[]) =
                (TokenVectors.source "texts" 6 texts made).Rows.Read 0 texts.Length
                |> want
                |> Matrix.map float32

            let targets = SplitTweets.targets split split.Train
            let seed = Seed.root 3UL

            let byTexts, _ =
                HeldOutTraining.runTexts
                    spec
                    0.5
                    seed
                    5
                    (padded split.Train)
                    targets
                    (padded split.Validation)
                |> want

            let byRows =
                HeldOutTraining.run
                    RowForm.Row
                    rows
                    0.5
                    seed
                    (means split.Train)
                    (Matrix.create 20 1 targets)
                    (means split.Validation)
                |> want

            Array.iter2
                (fun (a: float32) b -> Expect.isLessThan (abs (a - b)) 1e-4f "the same outputs")
                byTexts.Outputs.Values
                byRows.Outputs.Values

            Expect.isGreaterThan (byRows.Outputs.Values |> Array.map abs |> Array.max) 0.1f "that move"

        testCase "a path comes back from its bytes"
        <| fun () ->
            let codec =
                (SequenceNetworks.stage SequenceModel.Mean (spec 4 1 SequenceModel.Mean) SequenceRows.Judged)
                    .Codec

            let found = trained 4 1 SequenceRows.Judged SequenceModel.Mean
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"
    ]
