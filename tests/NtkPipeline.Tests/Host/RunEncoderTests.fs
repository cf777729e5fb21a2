/// Runs by one encoder and by several.
module NtkPipeline.Tests.RunEncoderTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let tests =
    testList "ntk run" [
        testCase "the default encoder is MiniLM, and where it cannot be had LSA, and the run says which"
        <| inFolder (fun folder ->
            let data, store = tweets folder 120, Path.Combine(folder, "store")

            let settings = [
                "embed.encoder=auto"
                "train.widths=16"
                "train.seeds=1"
                "train.input-scales=sqrt-d"
            ]

            let answer =
                settings
                |> List.collect (fun text -> [ "--set"; text ])
                |> run data store (Path.Combine(folder, "out"))
                |> wantDone

            let model = Clone.path "data/models/all-MiniLM-L6-v2"

            let words =
                if SentenceEncoder.isIn model then
                    "all-MiniLM-L6-v2"
                else
                    "neither all-MiniLM-L6-v2 nor"

            Expect.stringContains answer.Output words "the encoder's line")

        testCase "several encoders are weighed, put together, and said to be"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")

            let few = [
                for key, value in
                    [
                        "embed.encoder", "lsa + surface + keywords"
                        "reduce.dimensions", "all"
                        "train.widths", "16"
                        "train.seeds", "1"
                        "train.epochs", "1"
                        "train.input-scales", "sqrt-d"
                    ] do
                    "--set"
                    $"%s{key}=%s{value}"
            ]

            let summary name extra =
                let out = Path.Combine(folder, name)
                let answer = run data store out (few @ extra) |> wantDone
                let text = File.ReadAllText(Path.Combine(out, "summary.json"))
                answer, JsonDocument.Parse(text).RootElement

            let weight (root: JsonElement) = [
                for view in root.GetProperty("combination").GetProperty("views").EnumerateArray() ->
                    view.GetProperty("weight").GetDouble()
            ]

            let answer, beside = summary "beside" []
            let stages = ran answer

            for stage in
                [
                    "embed-tweets"
                    "embed-tweets/surface"
                    "embed-tweets/keywords"
                    "weigh-views"
                    "combine-views"
                ] do
                Expect.contains stages stage "each its own stage"

            Expect.equal (weight beside).Length 3 "a weight each"
            let kernel = beside.GetProperty "kernelRegression"
            Expect.isGreaterThan (kernel.GetProperty("looAccuracyAllRows").GetDouble()) 0.5 "on all rows too"

            let columns = beside.GetProperty("data").GetProperty("features").GetInt32()
            Expect.isGreaterThan columns 40 "the columns of several"

            let sum, asSum =
                summary "sum" [ "--set"; "embed.combine=sum"; "--set"; "embed.weights=1, 0.5, 0.25" ]

            Expect.equal (weight asSum) [ 1.0; 0.5; 0.25 ] "as given"
            Expect.contains (ran sum) "sum-of-kernels/labelled" "a kernel for each"

            Expect.isFalse
                (List.contains "embed-tweets/surface" (ran sum))
                "what was embedded is not embedded again"

            refused
                2
                [ "embed.weights: 2 weights for 3 encoders" ]
                ([ "run"; "--data"; data; "--store"; store ] @ few @ [ "--set"; "embed.weights=1, 2" ]))
    ]
