/// --json: one object alone on standard output, whatever the outcome.
module NtkPipeline.Tests.JsonTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

/// The whole of standard output as one object.
let private alone (answer: Answer) =
    let json = JsonDocument.Parse(answer.Output).RootElement
    Expect.equal json.ValueKind JsonValueKind.Object answer.Output
    json

let tests =
    testList "--json" [
        testCase "results stand alone on standard output, and what is said besides on standard error"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let k = write folder "k" (Matrix.init 4 4 (fun i j -> if i = j then 2.0 else 0.5))
            let x = write folder "x" (Matrix.init 4 3 (fun i j -> float (i - j)))
            let y = writeVector folder "y" [| 1.0; -1.0; 1.0; -1.0 |]
            File.WriteAllText(at "t.txt", "fire\n")

            for arguments in
                [
                    [ "config"; "show" ]
                    [ "config"; "show"; "--long" ]
                    [ "kernel"; "--network"; "dense 1"; "--x"; x; "--out"; at "o.npy" ]
                    [ "kernel"; "--network"; "dense 1"; "--latex" ]
                    [ "regress"; "--k-train"; k; "--y"; y; "--out"; at "p.npy" ]
                    [ "tokenize"; "--vocab"; vocabulary folder; "--texts"; at "t.txt" ]
                    [ "bench"; "structured"; "--rows"; "64" ]
                ] do
                let answer = wantDone (arguments @ [ "--json" ])
                alone answer |> ignore
                let plain = wantDone arguments

                if arguments.Head = "regress" then
                    Expect.stringContains answer.Error (plain.Output.Split('\n')[0]) "for people"

                    Expect.equal
                        (wantDone (arguments @ [ "--json"; "--quiet" ])).Error
                        ""
                        "nothing where nothing is wanted")

        testCase "a failure is an object with its sentence and exit code"
        <| inFolder (fun folder ->
            let missing = Path.Combine(folder, "none.npy")
            let store = Path.Combine(folder, "store")

            for arguments, code, words in
                [
                    [ "regress"; "--k-train"; missing; "--y"; missing; "--out"; missing + "2" ],
                    1,
                    "no such file"
                    [ "kernle" ], 2, "did you mean kernel?"
                    [ "regress"; "--ridge"; "-1"; "--k-train"; "a"; "--y"; "b"; "--out"; "c" ], 2, "--ridge"
                    [ "run"; "--set"; "train.epoch=1" ], 2, "train.epochs"
                    [ "store"; "size"; "--store"; store ], 1, store
                ] do
                let answer = call (arguments @ [ "--json" ])
                Expect.equal answer.Code code answer.Error
                let json = alone answer
                Expect.equal ((get "exitCode" json).GetInt32()) code "its code"
                Expect.stringContains (text "error" json) words "its sentence"
                Expect.stringContains answer.Error words "said to people too")

        testCase "pages are a text of an object"
        <| inFolder (fun folder ->
            for arguments, words in
                [
                    [ "help" ], "To start with:"
                    [ "help"; "kernel" ], "--network"
                    [ "help"; "network" ], "dense"
                    [ "kernel"; "--help" ], "--network"
                    [ "completions"; "bash" ], "complete"
                ] do
                let json = alone (wantDone (arguments @ [ "--json" ]))
                Expect.stringContains (text "page" json) words $"%A{arguments}"

            let made = alone (wantDone [ "sample"; "--out"; Path.Combine(folder, "s"); "--json" ])
            Expect.isGreaterThan ((get "train" made).GetInt32()) 0 "what was made")
    ]
