/// What a run on rows of another program says of new rows.
module NtkPipeline.Tests.PredictRowsTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let tests =
    testList "ntk predict" [
        testCase "after a run on rows of another program, predict takes the rows of new texts"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")
            let at name = Path.Combine(folder, name)

            let save name rows columns =
                use file = File.Create(at name)
                Npy.write file (Matrix.init rows columns (fun i j -> sin (float32 (7 * i + 3 * j + 1))))

            save "train.npy" 200 20
            save "test.npy" 50 20
            save "rows.npy" 2 20
            save "narrow.npy" 2 19

            // The second row of train.npy, as an array of one dimension.
            (use file = File.Create(at "one.npy")
             Npy.writeVector file (Array.init 20 (fun j -> sin (float32 (7 + 3 * j + 1)))))

            let options =
                [
                    for text in
                        [
                            "embed.encoder=npy"
                            $"""embed.train-npy=%s{at "train.npy"}"""
                            $"""embed.test-npy=%s{at "test.npy"}"""
                        ] do
                        "--set"
                        text
                ]
                |> List.append ([ "--data"; data; "--store"; store ] @ quick @ fewNetworks "16")

            [ "run"; "--out"; at "out" ] @ options |> wantDone |> ignore

            let scores extra =
                let answer = [ "predict"; "--json" ] @ extra @ options |> wantDone
                let root = JsonDocument.Parse((answer.Output.TrimEnd().Split '\n') |> Array.last).RootElement

                [
                    for prediction in root.GetProperty("predictions").EnumerateArray() do
                        for model in prediction.GetProperty("models").EnumerateArray() ->
                            model.GetProperty("score").GetDouble()
                ]

            let two = [ "--text"; "a"; "--text"; "b" ]
            let both = scores (two @ [ "--npy"; at "rows.npy" ])
            let one = scores [ "--text"; "b"; "--npy"; at "one.npy" ]

            Expect.equal
                (both.Length, one.Length)
                (2 * one.Length, both.Length / 2)
                "a score a text and model"

            for a, b in List.zip (List.skip one.Length both) one do
                Expect.isLessThan (abs (a - b)) 1e-5 "the same row"

            refused 2 [ "--npy"; "one such row a text" ] ([ "predict"; "--text"; "a" ] @ options)

            refused
                1
                [ "narrow.npy: it has 19 columns"; "have 20" ]
                ([ "predict" ] @ two @ [ "--npy"; at "narrow.npy" ] @ options)

            refused
                1
                [ "rows.npy: it has 2 rows" ]
                ([ "predict"; "--text"; "a"; "--npy"; at "rows.npy" ] @ options)

            refused 1 [ "none.npy" ] ([ "predict"; "--text"; "a"; "--npy"; at "none.npy" ] @ options))
    ]
