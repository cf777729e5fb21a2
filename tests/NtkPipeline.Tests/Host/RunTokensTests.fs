/// The default run where `train.network` reads tweets as sequences of tokens.
module NtkPipeline.Tests.RunTokensTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private network = "conv m size=3 | relu | mean-pool | dense 1"

let private asked =
    WeakSettings.weak [
        "sequence.rows=100"
        "sequence.most-tokens=8"
        "sequence.columns=8"
        "train.widths=16, 64"
    ]
    @ [ "--set"; $"train.network=%s{network}" ]

let private summary out = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json"))).RootElement

let private table out = File.ReadAllText(Path.Combine(out, "results.csv"))

let tests =
    testList "a run over tokens, as it is typed" [
        testCase "kernel, finite networks, report, table and answers; what is left out is said; cached after"
        <| inFolder (fun folder ->
            let data, at = tweets folder 160, (fun name -> Path.Combine(folder, name))
            let answer = RunCall.run data (at "store") (at "out") asked |> wantDone

            for stage in
                [
                    "embed-tokens/lsa-of-all"
                    "token-gram/labelled"
                    "token-gram/test"
                    "compare-models"
                ] do
                Expect.contains (ran answer) stage stage

            Expect.isFalse (ran answer |> List.exists _.StartsWith("reduce-dimension")) "no rows"
            Expect.stringContains answer.Output "A tweet is a sequence of tokens" "said"
            Expect.stringContains answer.Output "Left out, since they are about rows" "left out"
            Expect.stringContains answer.Output "(kernel regression: the same, infinitely wide)" "compared"

            let root = summary (at "out")
            let data' = root.GetProperty "data"
            // A hundred are fitted: 125 are drawn of 160.
            Expect.equal ((data'.GetProperty "fittedRows").GetInt32()) 100 "fitted"
            Expect.equal ((data'.GetProperty "sampledFrom").GetInt32()) 160 "drawn"
            let tokens = root.GetProperty "tokens"
            Expect.equal ((tokens.GetProperty "allRows").GetInt32()) 160 "of all"
            let seconds (name: string) = (tokens.GetProperty(name).GetProperty "seconds").GetDouble()
            Expect.isGreaterThan (seconds "priceOfAll") (1.2 * seconds "price") "the price of all"

            let networks = root.GetProperty("networks").EnumerateArray() |> List.ofSeq
            // Two widths of two seeds, and two of the narrow at the larger rate.
            Expect.hasLength networks 6 "trained"
            Expect.equal ((root.GetProperty "chosenEpochs").GetArrayLength()) 3 "each kind's epoch"
            Expect.equal ((root.GetProperty "verdict").GetArrayLength()) 3 "its claims"
            let page = File.ReadAllText(at "out/report.html")
            Expect.stringContains page "vectors of single words" "in the report"
            Expect.stringContains page "are about rows" "what is left out"

            Expect.hasLength (File.ReadAllLines(at "out/submission.csv")) (1 + 160 / 4) "an answer each"
            Expect.isFalse ((table (at "out")).Contains "NaN") "numbers"

            Expect.isEmpty (RunCall.run data (at "store") (at "out") asked |> wantDone |> ran) "all cached"
            RunCall.run data (at "other") (at "again") asked |> wantDone |> ignore
            Expect.equal (table (at "again")) (table (at "out")) "the same bytes, in another store"

            let predict =
                [ "predict"; "--data"; data; "--store"; at "store"; "--text"; "fire" ] @ quick @ asked

            let said = wantDone (predict @ [ "--keyword"; "fire"; "--text"; "zzz qqq" ])
            Expect.stringContains said.Output "by kernel regression" "the kernel speaks"

            Expect.stringContains
                said.Output
                "network m = 64, ‖x‖ = √d, rate 1, mean of 2 seeds"
                "networks too"

            Expect.stringContains said.Output "kernel regression with the tangent kernel of" "and explain"
            Expect.stringContains said.Output "--keyword changes nothing" "what is not read"
            Expect.stringContains said.Output "take with care: none of its 2 words" "nothing shared"

            // The kernel alone, and a question about tokens beside it; those about rows are named.
            let beside =
                RunCall.run
                    data
                    (at "store")
                    (at "more")
                    (asked
                     @ [ "--set"; "experiments=convergence, sequence" ]
                     @ SmallQuestions.set (SmallQuestions.of' "sequence"))
                |> wantDone

            Expect.stringContains beside.Output "the questions convergence." "left out"
            Expect.equal ((summary (at "more")).GetProperty("experiments").GetArrayLength()) 1 "asked"
            Expect.equal ((summary (at "more")).GetProperty("networks").GetArrayLength()) 0 "none trained")

        testCase "with a small encoder: its word embeddings, and attention"
        <| inFolder (fun folder ->
            let data, at = tweets folder 160, (fun name -> Path.Combine(folder, name))

            let answer =
                RunCall.run
                    data
                    (at "store")
                    (at "out")
                    (asked
                     @ [ "--set"; "sequence.encoder=minilm"; "--set"; "train.widths=16" ]
                     @ [ "--set"; "train.network=dense m | attention 2 | relu | mean-pool | dense 1" ]
                     @ TinyEncoder.settings folder)
                |> wantDone

            Expect.contains (ran answer) "embed-tokens/words-of-all" "the table, of all tweets")

        testCase "ntk status says what it costs, and what does nothing is named"
        <| inFolder (fun folder ->
            let data, store = tweets folder 160, Path.Combine(folder, "store")

            let status extra =
                [ "status"; "--data"; data; "--store"; store ] @ quick @ asked @ extra |> wantDone

            let answer = status [ "--set"; "train.input-scales=unit"; "--set"; "reduce.whiten=true" ]
            Expect.stringContains answer.Output "to run  token-gram/labelled" "its stages"
            Expect.isMatch answer.Output "question  widths: [0-9]+ of [0-9]+ stages, about " "its cost"
            Expect.stringContains answer.Error "train.input-scales has no effect here" "one scale"
            Expect.stringContains answer.Error "reduce.whiten has no effect here" "no rows"
            Expect.isFalse (answer.Error.Contains "sequence.rows has no effect") "it is read")

        testCase "what there is no such run of is refused in a sentence"
        <| inFolder (fun folder ->
            let wrong words settings = refused 2 words ("run" :: SmallQuestions.set settings)

            wrong [ "train.network"; "no open width" ] [
                "train.network=conv 64 size=3 | relu | mean-pool | dense 1"
            ]

            wrong [ "train.network"; "write a pool" ] [ "train.network=conv m size=3 | relu | dense 1" ]

            wrong [ "train.network"; "texts of one length" ] [
                "train.network=conv m size=3 | flatten | dense 1"
            ]

            wrong [ "train.network"; "scores=identity" ] [
                "train.network=dense m | attention 2 scale=sqrt | mean-pool | dense 1"
            ]

            wrong [ "train.network: conv takes the tokens"; "rows of numbers" ] [
                $"train.network=%s{network}"
                "data.features=X.npy"
                "data.targets=y.npy"
            ]

            // An output a class is made by a dense layer on top.
            refused
                1
                [ "train.network"; "end it in dense 1" ]
                ([
                    "run"
                    "--data"
                    Clone.path "data/headlines"
                    "--store"
                    Path.Combine(folder, "store")
                    "--out"
                    Path.Combine(folder, "out")
                 ]
                 @ quick
                 @ List.collect (fun text -> [ "--set"; text ]) [
                     "data.text=headline"
                     "data.label=topic"
                     "train.network=dense m | relu | dense 1 | mean-pool"
                 ]))
    ]
