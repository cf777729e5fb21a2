/// Options that have no effect where they are given.
module NtkPipeline.Tests.IdleOptionsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let private regress = [ "regress"; "--k-train"; "k.npy"; "--y"; "y.npy"; "--out"; "p.npy" ]
let private kernel = [ "kernel"; "--network"; "dense 1" ]
let private matrix = kernel @ [ "--x"; "x.npy"; "--out"; "k.npy" ]
let private network = [ "--network"; "dense 1"; "--x"; "x.npy"; "--y"; "y.npy" ]
let private select = "select" :: network @ [ "--out"; "t.csv" ]
let private solve = "solve" :: network @ [ "--ridge"; "1"; "--out"; "p.npy" ]

let private posterior =
    [ "posterior"; "--kind"; "nngp" ]
    @ network
    @ [ "--z"; "z.npy"; "--out-mean"; "m.npy"; "--out-cov"; "c.npy" ]

let private descend = [
    "descend"
    "--k-train"
    "k.npy"
    "--y"
    "y.npy"
    "--times"
    "1"
    "--rate"
    "1"
    "--out"
    "p.npy"
]

let private tuning = [
    "finetune"
    "--encoder"
    "minilm"
    "--texts"
    "t.csv"
    "--label"
    "l"
    "--out"
    "m.npz"
]

let private tangent = [ "tangent"; "--encoder"; "minilm"; "--texts"; "t.csv"; "--out"; "k.npy" ]

/// A call and the option in it that would do nothing there.
let private idle = [
    regress, [ "--groups"; "g.npy" ]
    regress, [ "--folds"; "5" ]
    regress, [ "--seed"; "1" ]
    regress @ [ "--select"; "gcv" ], [ "--folds"; "f.npy" ]
    regress @ [ "--select"; "cv"; "--folds"; "f.npy" ], [ "--groups"; "g.npy" ]
    regress @ [ "--select"; "cv-accuracy"; "--folds"; "f.npy" ], [ "--seed"; "2" ]
    regress @ [ "--ridge"; "1" ], [ "--smallest"; "1e-4rel" ]
    regress @ [ "--ridge"; "1" ], [ "--largest"; "10rel" ]
    regress @ [ "--ridge"; "1" ], [ "--points-per-decade"; "3" ]
    regress @ [ "--ridge"; "1" ], [ "--groups"; "g.npy" ]
    select, [ "--folds"; "5" ]
    select @ [ "--hold-out"; "0" ], [ "--seed"; "1" ]
    solve @ [ "--method"; "exact" ], [ "--rank"; "1000" ]
    solve @ [ "--method"; "exact" ], [ "--seed"; "1" ]
    solve @ [ "--method"; "exact" ], [ "--tolerance"; "1e-6" ]
    solve @ [ "--method"; "nystrom" ], [ "--steps"; "500" ]
    posterior, [ "--rate"; "1" ]
    posterior @ [ "--time"; "inf" ], [ "--rate"; "2" ]
    descend, [ "--momentum"; "0" ]
    tuning, [ "--rank"; "8" ]
    tangent @ [ "--method"; "exact"; "--head"; "w.npy" ], [ "--seed"; "1" ]
    matrix, [ "--device"; "cpu" ]
    matrix, [ "--seed"; "1" ]
    matrix, [ "--method"; "auto" ]
    matrix, [ "--error-out"; "e.npy" ]
    kernel @ [ "--latex" ], [ "--x"; "x.npy" ]
    kernel @ [ "--latex" ], [ "--out"; "k.npy" ]
    kernel @ [ "--latex" ], [ "--kind"; "ntk" ]
    kernel @ [ "--latex" ], [ "--memory"; "1GB" ]
    kernel @ [ "--latex" ], [ "--seed"; "3" ]
    kernel @ [ "--latex" ], [ "--empirical" ]
]

let tests =
    testList "options without effect" [
        testCase "each is refused by its name before any file is read"
        <| fun () ->
            for command, option in idle do
                refused 2 [ option.Head ] (command @ option)

        testCase "the same options are taken where they have an effect"
        <| inFolder (fun folder ->
            let k = write folder "k" (Matrix.init 6 6 (fun i j -> if i = j then 2.0 else 0.5))
            let y = writeVector folder "y" [| 1.0; -1.0; 1.0; -1.0; 1.0; -1.0 |]
            let groups = writeVector folder "g" [| 1.0; 1.0; 2.0; 2.0; 3.0; 3.0 |]

            let regress extra =
                [ "regress"; "--k-train"; k; "--y"; y; "--out"; Path.Combine(folder, "p.npy") ] @ extra
                |> wantDone
                |> ignore

            regress [ "--select"; "cv"; "--folds"; "2"; "--groups"; groups; "--seed"; "3" ]
            regress [ "--select"; "loo"; "--smallest"; "1e-3rel"; "--largest"; "10rel" ])

        testCase
            "what people carry from a run to the commands about it is taken, and a note says that it does nothing"
        <| inFolder (fun folder ->
            let answer = call [ "config"; "show"; "--out"; folder; "--data"; folder ]
            Expect.equal answer.Code 0 answer.Error
            Expect.stringContains answer.Error "--out has no effect here" "said"
            Expect.stringContains answer.Error "--data has no effect here" "said"
            let texts = Path.Combine(folder, "t.txt")
            File.WriteAllText(texts, "a fire\nno fire\na flood\n")

            let embedded =
                wantDone [
                    "embed"
                    "--texts"
                    texts
                    "--encoder"
                    "lsa:2"
                    "--out"
                    Path.Combine(folder, "e.npy")
                    "--store"
                    folder
                ]

            Expect.stringContains embedded.Error "--store has no effect here" "said")
    ]
