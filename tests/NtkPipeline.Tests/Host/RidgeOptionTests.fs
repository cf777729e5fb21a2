/// --ridge means the same in every command, and is told both ways; so are the other options that several commands have.
module NtkPipeline.Tests.RidgeOptionTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Host
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

/// Names whose meaning is the command's own.
let private own =
    set [
        "--by"
        "--encoder"
        "--folds"
        "--head"
        "--kind"
        "--memory"
        "--method"
        "--network"
        "--out"
        "--outputs"
        "--precision"
        "--rank"
        "--rate"
        "--ridge"
        "--rows"
        "--seed"
        "--steps"
        "--store"
        "--times"
        "--tolerance"
        "--workers"
        "--x"
        "--z"
    ]

let tests =
    testList "options of several commands" [
        testCase "a name that several commands have means one thing, or is listed as the command's own"
        <| fun () ->
            for name, options in Program.Options |> Seq.groupBy _.Name do
                let meanings = options |> Seq.map _.Description |> Seq.distinct |> List.ofSeq

                if meanings.Length > 1 && not (own.Contains name) then
                    failtest $"%s{name} means %A{meanings}"

            for option in Program.Options do
                if option.Name = "--ridge" then
                    Expect.stringContains
                        option.Description
                        "0.1rel is 0.1 times the mean of the kernel's"
                        "--ridge"

                if option.Name = "--y" then
                    Expect.stringContains option.Description TargetGuide.sentence "--y"

        testCase "0.1rel is 0.1 times the mean diagonal in every command, and both are told"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = write folder "x" (Matrix.init 12 3 (fun i j -> sin (float (3 * i + j) * 1.7)))
            let y = writeVector folder "y" (Array.init 12 (fun i -> if i % 3 = 0 then 1.0 else -1.0))
            let network = [ "--network"; "dense 8 b=0.3 | relu | dense 1"; "--x"; x ]
            wantDone ([ "kernel" ] @ network @ [ "--out"; at "k.npy" ]) |> ignore
            let k = load (at "k.npy")
            let mean = Array.average (Array.init 12 (fun i -> k[i, i]))
            let absolute = (0.1 * mean).ToString("R", System.Globalization.CultureInfo.InvariantCulture)

            let matrix = [ "--k-train"; at "k.npy"; "--y"; y; "--out"; at "o.npy" ]

            for command, output in
                [
                    "regress" :: matrix, "o.npy"
                    "descend" :: matrix @ [ "--rate"; "1"; "--times"; "3,inf" ], "o.npy"
                    "posterior" :: network
                    @ [ "--y"; y; "--z"; x; "--kind"; "nngp" ]
                    @ [ "--out-mean"; at "o.npy"; "--out-cov"; at "c.npy" ],
                    "o.npy"
                    "solve" :: network @ [ "--y"; y; "--out"; at "o.npy"; "--precision"; "float64" ], "o.npy"
                ] do
                let made ridge =
                    let answer = wantDone (command @ [ "--ridge"; ridge ])
                    Expect.stringContains (answer.Output + answer.Error) "mean diagonal)" command.Head
                    values (at output)

                let relative, asNumber = made "0.1rel", made absolute

                if command.Head <> "posterior" then
                    KernelSamples.wantClose 1e-9 command.Head relative asNumber

                Expect.notEqual relative (made "0.2rel") $"%s{command.Head} heeds it"
                refused 2 [ "--ridge 'one'"; "0.1rel" ] (command @ [ "--ridge"; "one" ])

            refused
                2
                [ "write all of them the same way" ]
                ("solve" :: network @ [ "--y"; y; "--out"; at "o.npy"; "--ridge"; "0.1,1rel" ]))

        testCase "learn tells the log likelihood of all targets, which rises"
        <| inFolder (fun folder ->
            let x = write folder "x" (Matrix.init 30 2 (fun i j -> sin (float (2 * i + j) * 1.3)))
            let y = writeVector folder "y" (Array.init 30 (fun i -> cos (float i)))

            let answer =
                wantDone [
                    "learn"
                    "--network"
                    "dense 8 b=0.3 | relu | dense 1"
                    "--x"
                    x
                    "--y"
                    y
                    "--steps"
                    "6"
                    "--out"
                    Path.Combine(folder, "l.json")
                ]

            let told = [
                for line in answer.Error.Split '\n' do
                    match line.Split ": log likelihood " with
                    | [| _; value |] -> float value
                    | _ -> ()
            ]

            Expect.isGreaterThan told.Length 2 answer.Error
            Expect.equal told (List.sort told) "it rises"
            Expect.stringContains answer.Output "log likelihood " "before and after"
            // It is the density that regress tells of the same kernel and ridge.
            wantDone [
                "kernel"
                "--network"
                "dense 8 b=0.3 | relu | dense 1"
                "--x"
                x
                "--out"
                Path.Combine(folder, "k.npy")
            ]
            |> ignore

            let fitted =
                wantJson [
                    "regress"
                    "--k-train"
                    Path.Combine(folder, "k.npy")
                    "--y"
                    y
                    "--ridge"
                    "0.1rel"
                    "--out"
                    Path.Combine(folder, "p.npy")
                ]

            let parts = answer.Output.Split "log likelihood "
            let before = parts[1].Split(' ')[0] |> float
            KernelSamples.wantClose 1e-5 "the start" [| before |] [| real "logLikelihood" fitted |])
    ]
