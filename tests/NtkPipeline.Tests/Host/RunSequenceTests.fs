/// The question of texts as sequences, asked of `ntk run`, without a model and with a small one.
module NtkPipeline.Tests.RunSequenceTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked = SmallQuestions.ask [ "sequence" ]

let private chapter out =
    let text = File.ReadAllText(Path.Combine(out, "summary.json"))
    JsonDocument.Parse(text).RootElement.GetProperty("experiments")[0]

let private results out =
    let text = File.ReadAllText(Path.Combine(out, "results.csv"))
    Expect.isFalse (text.Contains "NaN" || text.Contains "∞") "a number or none"
    text

let tests =
    testList "texts as sequences in a run" [
        testCase
            "without a model: words of LSA, every kernel judged, cached, and the same bytes from the start"
        <| inFolder (fun folder ->
            let data, at = tweets folder 160, (fun name -> Path.Combine(folder, name))
            let answer = RunCall.run data (at "store") (at "out") asked |> wantDone
            Expect.contains (ran answer) "embed-tokens/lsa" "no model"
            Expect.equal ((chapter (at "out")).GetProperty("verdict").GetArrayLength()) 3 "its claims"
            let found = results (at "out")

            for model in SequenceModel.all do
                Expect.stringContains found $",%s{SequenceModel.id model}/loo-accuracy," "in the table"

            for model in [ "mean"; "convolution"; "attention" ] do
                Expect.stringContains found $",network/%s{model}/m=16/accuracy," "its networks"

            let page = File.ReadAllText(at "out/report.html")
            Expect.stringContains page "vectors of single words" "said in the report"
            Expect.isEmpty (RunCall.run data (at "store") (at "out") asked |> wantDone |> ran) "all cached"
            RunCall.run data (at "other") (at "again") asked |> wantDone |> ignore
            Expect.equal (results (at "again")) found "the same bytes, in another store")

        testCase "with a small encoder: its word embeddings, and its hidden states"
        <| inFolder (fun folder ->
            let data, at = tweets folder 160, (fun name -> Path.Combine(folder, name))
            let encoder = [ "--set"; "sequence.encoder=minilm" ] @ TinyEncoder.settings folder

            let run tokens out =
                RunCall.run
                    data
                    (at "store")
                    (at out)
                    (asked @ encoder @ [ "--set"; $"sequence.vectors=%s{tokens}" ])
                |> wantDone
                |> ran

            Expect.contains (run "words" "words") "embed-tokens/words" "the table"
            let states = run "states" "states"
            Expect.contains states "embed-tokens/states" "the states"
            Expect.isFalse (List.contains "tokenise-tweets" states) "pieces are the same"
            Expect.notEqual (results (at "words")) (results (at "states")) "other vectors")

        testCase "ntk status says what it costs before anything runs, and more for more rows"
        <| inFolder (fun folder ->
            let data, store = tweets folder 160, Path.Combine(folder, "store")

            let answer = [ "status"; "--data"; data; "--store"; store ] @ quick @ asked |> wantDone

            Expect.isMatch answer.Output "question  sequence: [0-9]+ of [0-9]+ stages, about " "its cost"
            Expect.isMatch answer.Output "to run  sequence-gram/convolution" "its stages")

        testCase "its settings are refused by key, each in a sentence"
        <| fun () ->
            let wrong setting words =
                refused 2 words ("run" :: SmallQuestions.set [ "experiments=sequence"; setting ])

            wrong "sequence.encoder=bert" [ "sequence.encoder"; "arctic" ]

            wrong "sequence.convolution=conv 8 size=3 | relu | mean-pool | dense 1" [
                "sequence.convolution"
                "no open width"
            ]

            wrong "sequence.convolution=conv m size=3 | relu | dense 1" [
                "sequence.convolution"
                "write a pool"
            ]

            wrong "sequence.convolution=conv m size=3 | flatten | dense 1" [
                "sequence.convolution"
                "texts of one length"
            ]

            wrong "sequence.attention=dense m | attention 2 scale=sqrt | mean-pool | dense 1" [
                "sequence.attention"
                "scores=identity"
            ]

            wrong "sequence.mean=mean-pool | dense m param=standard | relu | dense 1" [
                "sequence.mean"
                "grows with the width"
            ]

            wrong "sequence.networks=shuffled" [ "sequence.networks"; "attention" ]
            wrong "sequence.optimiser=best" [ "sequence.optimiser"; "adam" ]
            wrong "sequence.columns=0" [ "sequence.columns"; "all" ]
    ]
