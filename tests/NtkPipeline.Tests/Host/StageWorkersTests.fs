/// Commands but `run` whose stages workers make.
module NtkPipeline.Tests.StageWorkersTests

open System.IO
open Expecto
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs

/// Does what the command does by itself and with workers, each with its own store and output; gives what the second said.
let private wantSame folder (outputs: string list) (workers: int) (command: string list) =
    let run name =
        let out =
            outputs |> List.collect (fun option -> [ option; Path.Combine(folder, name + option + ".npy") ])

        command @ out @ if name = "alone" then [] else [ "--workers"; string workers ]

    let read name =
        outputs |> List.map (fun option -> File.ReadAllBytes(Path.Combine(folder, name + option + ".npy")))

    wantDone (run "alone") |> ignore
    let said = finish (start (run "workers" @ [ "--store"; Path.Combine(folder, "shared") ]))
    Expect.equal (read "workers") (read "alone") "the same bytes"
    said

let private kernel folder =
    let x = KernelFiles.write folder "x" (random 1 200 6)

    [
        "kernel"
        "--network"
        "dense 24 | relu | dense 2"
        "--x"
        x
        "--memory"
        "440400kB"
    ]

let private texts folder =
    TinyEncoder.write folder

    [
        "--encoder"
        $"minilm:%s{folder}"
        "--texts"
        Path.Combine(tweets folder 60, "train.csv")
        "--column"
        "text"
    ]

let tests =
    testSequenced
    <| testList "commands with workers" [
        testCase "two make the tiles of a kernel, each once, and a second call finds them all"
        <| inFolder (fun folder ->
            let said = wantSame folder [ "--out" ] 2 (kernel folder)
            let stages = ran said
            Expect.isGreaterThan stages.Length 3 said
            Expect.equal (List.distinct stages) stages "each once"

            let again =
                finish (
                    start (
                        kernel folder
                        @ [ "--out"; Path.Combine(folder, "again.npy"); "--workers"; "2" ]
                        @ [ "--store"; Path.Combine(folder, "shared") ]
                    )
                )

            Expect.isEmpty (ran again) "all is there"
            Expect.isFalse (again.Contains "workers of this run") "and nobody is started")

        testCase "a kernel of a finite network, in float32, layer by layer, has the bits of one process"
        <| inFolder (fun folder ->
            (kernel folder |> List.map (fun word -> if word = "440400kB" then "224MB" else word))
            @ [ "--empirical"; "--parts"; "--precision"; "float32" ]
            |> wantSame folder [ "--out" ] 1
            |> ignore)

        testCase "the transformer's kernel, sketched or exact, has the bits of one process"
        <| inFolder (fun folder ->
            let tangent = "tangent" :: texts folder
            let own = [ "--store"; Path.Combine(folder, "own") ]

            for more in [ []; [ "--method"; "exact" ] ] do
                let alone = Path.Combine(folder, "alone.npy")
                wantDone (tangent @ more @ own @ [ "--out"; alone ]) |> ignore
                let out = Path.Combine(folder, "workers.npy")

                let said =
                    finish (
                        start (
                            tangent
                            @ more
                            @ [ "--out"; out; "--workers"; "1"; "--store"; Path.Combine(folder, "shared") ]
                        )
                    )

                Expect.isNonEmpty (ran said) said
                Expect.equal (File.ReadAllBytes out) (File.ReadAllBytes alone) "the same bytes")

        testCase "a worker's epochs are those of one process"
        <| inFolder (fun folder ->
            let texts = texts folder

            let tune name more =
                let said =
                    finish (
                        start (
                            "finetune" :: texts
                            @ [ "--label"; "target"; "--epochs"; "2"; "--batch"; "16"; "--out" ]
                            @ [ Path.Combine(folder, name + ".npz"); "--store"; Path.Combine(folder, name) ]
                            @ more
                        )
                    )

                ran said, File.ReadAllBytes(Path.Combine(folder, name + ".npz"))

            let alone, workers = tune "alone" [], tune "workers" [ "--workers"; "1" ]
            Expect.equal (fst workers).Length 2 "an epoch a stage"
            Expect.equal workers alone "the same stages and bytes")

        testCase "what has no tiles takes no workers, and no store without them"
        <| fun () ->
            let kernel more = [ "kernel"; "--network"; "dense 4 | relu | dense 1" ] @ more

            kernel [ "--latex"; "--workers"; "2" ] |> refused 2 [ "--workers belongs to a matrix" ]

            kernel [ "--x"; "x.npy"; "--out"; "k.npy"; "--monte-carlo"; "20"; "--workers"; "2" ]
            |> refused 2 [ "--workers belongs to a matrix" ]

            kernel [ "--x"; "x.npy"; "--out"; "k.npy"; "--store"; "s" ]
            |> refused 2 [ "--store belongs to --workers and --cluster" ]
    ]
