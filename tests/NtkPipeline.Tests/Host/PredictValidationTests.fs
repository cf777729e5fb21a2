/// What a finished run says of its own validation tweets.
module NtkPipeline.Tests.PredictValidationTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

/// As the settings that these runs take.
let private splitting: SplitTweets.Settings = {
    ValidationShare = 0.2
    Folds = 5
    Together = SameText.Normalised
    SimilarAbove = 0.7
    Contradictions = MajorityLabel
}

let tests =
    testList "ntk predict" [
        testCase "predict says of a validation tweet what the run's own models said, to rounding"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")

            let check extra =
                // Long enough for some to be at their best before the end.
                let long = [ "--set"; "train.epochs=40"; "--set"; "train.tracked-epochs=every" ]

                let options =
                    [ "--data"; data; "--store"; store ] @ quick @ fewNetworks "16,128" @ long @ extra

                [ "run"; "--out"; Path.Combine(folder, "out") ] @ options |> wantDone |> ignore
                let made name codec = StoredResults.made store name codec
                let labelled = made "read-tweets/train" TweetTable.codec
                let split = made "split-tweets" (SplitTweets.stage splitting).Codec
                let kernel = made "fit-ridge" (Codec.json<KernelRegression> "any")
                let choices = made "choose-epochs" (Codec.json<EpochChoice[]> "any")

                let runs =
                    Directory.GetFiles(StoredResults.latest store)
                    |> Array.map (Path.GetFileName >> nonNull >> System.Uri.UnescapeDataString)
                    |> Array.filter _.StartsWith("train-network")
                    |> Array.map (fun name -> made name TrainedNetwork.codec)
                    |> Array.choose (fun trained ->
                        EpochChoice.stop choices trained.Run
                        |> Option.map (fun run ->
                            run, (Matrix.row (run.Epochs.Length - 1) trained.Path).ToArray()))

                Expect.isGreaterThan runs.Length 1 "networks"

                Expect.exists
                    runs
                    (fun (run, _) -> (Group.last run).Epoch < run.Spec.Epochs)
                    "some are stopped before the end"

                for row in [ 0; 7 ] do
                    let tweet = labelled[split.Validation[row]]

                    let named option value =
                        match value with
                        | Some text -> [ option; text ]
                        | None -> []

                    let answer =
                        [ "predict"; "--json"; "--text"; tweet.Text ]
                        @ named "--keyword" tweet.Keyword
                        @ named "--location" tweet.Location
                        @ options
                        |> wantDone

                    let root =
                        JsonDocument.Parse((answer.Output.TrimEnd().Split '\n') |> Array.last).RootElement

                    let said =
                        root.GetProperty("predictions").[0].GetProperty("models").EnumerateArray()
                        |> Seq.map (fun model ->
                            model.GetProperty("model").GetString(), model.GetProperty("score").GetDouble())
                        |> readOnlyDict

                    Expect.equal said.Count (runs.Length + 1) "every model"

                    let close name (expected: float) =
                        Expect.isLessThan (abs (said[name] - expected)) 1e-4 $"%s{name}, row %d{row}"

                    close "kernel regression" kernel.ValidationOutputs[row]

                    for run, outputs in runs do
                        close (NetworkName.ofRun [] run.Spec) (float outputs[row])

            check []

            let ofTokens network =
                [ "sequence.most-tokens=8"; "sequence.columns=8"; $"train.network=%s{network}" ]
                |> List.collect (fun text -> [ "--set"; text ])

            check (ofTokens "conv m size=3 | relu | mean-pool | dense 1" @ [ "--set"; "train.widths=16" ])

            check (
                ofTokens "dense m | attention 2 position=0.5 | relu | mean-pool | dense 1"
                @ [ "--set"; "sequence.encoder=minilm" ]
                @ TinyEncoder.settings folder
            )

            check [
                "--set"
                "embed.encoder=lsa + surface + keywords + location"
                "--set"
                "reduce.dimensions=all"
            ])
    ]
