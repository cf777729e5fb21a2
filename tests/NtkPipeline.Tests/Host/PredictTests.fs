/// What a finished run says of new texts, asked as a person asks.
module NtkPipeline.Tests.PredictTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let tests =
    testList "ntk predict" [
        testCase "predict says what every model of the run makes of a text, and which tweets carry it"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")

            let known =
                (NtkPipeline.Core.SampleTweets.generate NtkPipeline.Core.SampleTweets.defaultSeed).Train[..4]

            /// The JSON of the known tweets' predictions, and of a text that would clear the screen; and λ.
            let predict extra =
                let settings = quick @ List.collect (fun text -> [ "--set"; text ]) extra
                let options = [ "--data"; data; "--store"; store ] @ settings
                let out = Path.Combine(folder, "out")
                [ "run"; "--out"; out ] @ options |> wantDone |> ignore
                let texts = [ for tweet in known -> tweet.Text ] @ [ "\u001b[2Jsmoke\nand fire" ]
                let asked = texts |> List.collect (fun text -> [ "--text"; text ])
                let answer = [ "predict"; "--json"; "--tweets"; "240" ] @ asked @ options |> wantDone
                Expect.stringContains answer.Error "SYNTHETIC SAMPLE" "it says what the models know"
                Expect.isFalse (answer.Output.Contains '\u001b') "nothing that a terminal would obey"
                let json = JsonDocument.Parse((answer.Output.TrimEnd().Split '\n') |> Array.last)
                let summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
                let regression = summary.RootElement.GetProperty "kernelRegression"
                let predictions = json.RootElement.GetProperty("predictions").EnumerateArray() |> Array.ofSeq
                Expect.equal predictions.Length texts.Length "one a text"
                predictions, regression.GetProperty("ridge").GetDouble()

            let number (name: string) (element: JsonElement) = element.GetProperty(name).GetDouble()

            let check (prediction: JsonElement) =
                let models = prediction.GetProperty("models").EnumerateArray() |> Array.ofSeq
                Expect.isGreaterThan models.Length 10 "the kernel and the networks"

                for model in models do
                    Expect.equal
                        (number "class" model)
                        (if number "score" model > 0.0 then 1.0 else 0.0)
                        "cut at 0"

                let explanations = prediction.GetProperty("explanations").EnumerateArray() |> Array.ofSeq
                Expect.equal explanations.Length 2 "kernel and network"

                for explanation in explanations do
                    let parts =
                        explanation.GetProperty("tweets").EnumerateArray() |> Seq.map (number "contribution")

                    Expect.isLessThan
                        (abs (Seq.sum parts - number "score" explanation))
                        1e-9
                        "a sum over tweets"

            for extra in
                [
                    []
                    [ "embed.encoder=lsa + surface + keywords + location"; "reduce.dimensions=all" ]
                ] do
                let predictions, ridge = predict extra
                Array.iter check predictions
                let mutable found = 0

                for tweet, prediction in Seq.zip known predictions do
                    let kernel = prediction.GetProperty("explanations")[0]

                    for own in kernel.GetProperty("tweets").EnumerateArray() do
                        // A training tweet whose keyword and place the models are not told is another tweet.
                        if own.GetProperty("id").GetRawText() = RowId.text tweet.Id && extra.IsEmpty then
                            found <- found + 1
                            let target = if tweet.Target = Some true then 1.0 else -1.0
                            // (K + λ) α = y, and Θ(x, x) = 1: f at a training row is y − λα.
                            let expected = target - ridge * number "contribution" own
                            Expect.isLessThan (abs (number "score" kernel - expected)) 1e-3 "the fit itself"

                if extra.IsEmpty then
                    Expect.isGreaterThan found 0 "some of them are training tweets"

            predict [ "embed.encoder=lsa + surface"; "embed.combine=sum" ] |> fst |> Array.iter check
            let options = [ "--data"; data; "--store"; store ] @ quick
            refused 2 [ "--text" ] ([ "predict" ] @ options)

            refused
                2
                [ "--tweets: between 1 and 1000" ]
                ([ "predict"; "--text"; "a"; "--tweets"; "0" ] @ options))

        testCase "predict tells what it could not take into account, and takes seeds together"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")

            let options =
                [ "--data"; data; "--store"; store ]
                @ quick
                @ fewNetworks "16"
                @ [ "--set"; "train.seeds=2" ]

            [ "run"; "--out"; Path.Combine(folder, "out") ] @ options |> wantDone |> ignore
            let predict extra = [ "predict"; "--text"; "fire" ] @ extra @ options
            let short, all = wantDone (predict []), wantDone (predict [ "--all" ])

            let lines (answer: Answer) =
                answer.Output.Split '\n' |> Array.filter _.Contains("validation accuracy")

            Expect.isTrue ((lines short).Length < (lines all).Length) "fewer lines"
            Expect.exists (lines short) _.Contains("m = 16, ‖x‖ = √d, rate 1, mean of 2 seeds") "over seeds"
            Expect.isFalse (short.Output.Contains "rate 2") "the main rate"
            Expect.stringContains short.Output "--all shows all" "where the others are"
            Expect.exists (lines all) _.Contains("m = 16, ‖x‖ = √d, rate 2, seed 1") "one by one"

            Expect.stringContains
                (wantDone (predict [ "--keyword"; "fire" ])).Output
                "--keyword changes nothing"
                "no encoder looks at it"

            refused 2 [ "--npy: this run was made of texts alone" ] (predict [ "--npy"; "rows.npy" ]))
    ]
