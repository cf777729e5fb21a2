module NtkPipeline.Tests.RefusalTests

open System.IO
open System.Text
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private header = "id,keyword,location,text,target\n"

/// A run on a train.csv of these bytes.
let private runOn folder (bytes: byte[]) extra =
    let data = Directory.CreateDirectory(Path.Combine(folder, "tweets")).FullName
    File.WriteAllBytes(Path.Combine(data, "train.csv"), bytes)

    [
        "run"
        "--data"
        data
        "--store"
        Path.Combine(folder, "store")
        "--out"
        Path.Combine(folder, "out")
    ]
    @ extra

let private onText folder (text: string) = runOn folder (Encoding.UTF8.GetBytes text) []

let private array (path: string) rows columns =
    use file = File.Create path
    Npy.write file (Matrix.init rows columns (fun i j -> float32 (i + j)))

let tests =
    testList "refusals" [
        testCase "what is wrong on the command line ends in 2 and names itself"
        <| fun () ->
            refused 2 [ "fly" ] [ "fly" ]
            refused 2 [ "--colour" ] [ "run"; "--colour"; "red" ]

            refused 2 [ "ridge.point-per-decade"; "did you mean ridge.points-per-decade?" ] [
                "run"
                "--set"
                "ridge.point-per-decade=3"
            ]

            refused 2 [ "train.epochs"; "whole number"; "seed"; "device" ] [
                "run"
                "--set"
                "train.epochs=many"
                "--seed"
                "-1"
                "--set"
                "nodevice=1"
            ]

            refused 2 [ "device: 'gpu' is not a device" ] [ "run"; "--set"; "device=gpu" ]

            refused 2 [ "ridge.smallest: it must be below ridge.largest" ] [
                "config"
                "show"
                "--set"
                "ridge.smallest=1e5"
            ]

            refused 2 [ "embed.train-npy" ] [ "config"; "show"; "--set"; "embed.encoder=npy" ]
            refused 2 [ "write key=value" ] [ "config"; "show"; "--set"; "seed" ]

        testCase
            "every shipped experiment is a sound settings file, once it is told of the arrays it asks for"
        <| fun () ->
            let files = Directory.GetFiles(Clone.path "data/experiments", "*.json")
            Expect.isGreaterThan files.Length 3 "there are some"

            for file in files do
                [
                    "config"
                    "show"
                    "--config"
                    file
                    "--set"
                    "embed.train-npy=a.npy"
                    "--set"
                    "embed.test-npy=b.npy"
                ]
                |> wantDone
                |> ignore

            [ "config"; "show"; "--config"; Clone.path "data/experiments/combination.json" ]
            |> wantDone
            |> ignore

        testCase "what is wrong in a settings file ends in 2 and names the file"
        <| inFolder (fun folder ->
            let file = Path.Combine(folder, "x.json")
            let show = [ "config"; "show"; "--config"; file ]
            refused 1 [ file; "there is no such file" ] show
            File.WriteAllText(file, "{ \"train\": { \"epochs\": 5, }, /* fine */ }")

            Expect.stringContains
                (wantDone show).Output
                "train.epochs"
                "comments and trailing commas are allowed"

            File.WriteAllText(file, "{ \"train\":\n { \"epochs\" 5 } }")
            refused 2 [ file; "line 2"; "not JSON" ] show)

        testCase "files that hold no tweets are refused, each in a sentence with the file and the line"
        <| inFolder (fun folder ->
            refused 1 [ "train.csv"; "there is no such file" ] [
                "run"
                "--data"
                Path.Combine(folder, "nowhere")
            ]

            onText folder "" |> refused 1 [ "train.csv: it is empty" ]
            onText folder "id,text,target\n1,a,1\n" |> refused 1 [ "'keyword', 'location' is missing" ]

            onText folder (header + "1,,,a,1\n2,,,b,maybe\n")
            |> refused 1 [ "train.csv: line 3: target 'maybe'" ]

            runOn folder [| 0x7Fuy; 0x45uy; 0xFFuy; 0x00uy |] []
            |> refused 1 [ "train.csv: byte 2 is not UTF-8" ]

            onText folder (header + "1,,,a,1\n2,,,b,0\n") |> refused 1 [ "1 positive of 2" ])

        testCase "rows of another number than the tweets are refused with both numbers"
        <| inFolder (fun folder ->
            let data = tweets folder 100
            let file = Path.Combine(folder, "rows.npy")
            array file 99 4

            [
                "run"
                "--data"
                data
                "--store"
                Path.Combine(folder, "store")
                "--out"
                folder
            ]
            @ quick
            @ [
                "--set"
                "embed.encoder=npy"
                "--set"
                $"embed.train-npy=%s{file}"
                "--set"
                $"embed.test-npy=%s{file}"
            ]
            |> refused 1 [ "99"; "100" ])

        testCase "a store or results folder that cannot be one is refused with its path"
        <| inFolder (fun folder ->
            let data, file = tweets folder 100, Path.Combine(folder, "file")
            File.WriteAllText(file, "")
            let inside = Path.Combine(file, "inside")
            refused 1 [ inside ] ([ "run"; "--data"; data; "--store"; inside ] @ quick)

            refused
                1
                [ inside ]
                ([
                    "run"
                    "--data"
                    data
                    "--store"
                    Path.Combine(folder, "store")
                    "--out"
                    inside
                 ]
                 @ quick))

        testCase "a CUDA device that is not there is refused before anything runs"
        <| inFolder (fun folder ->
            let data = tweets folder 100

            [
                "run"
                "--data"
                data
                "--store"
                Path.Combine(folder, "store")
                "--set"
                "device=cuda:7"
            ]
            @ quick
            |> refused 1 [ "device cuda:7" ])

        testCase "kernel reads and writes arrays, and refuses what is none"
        <| inFolder (fun folder ->
            let x, k, other =
                Path.Combine(folder, "x.npy"), Path.Combine(folder, "k.npy"), Path.Combine(folder, "z.npy")

            array x 5 3
            array other 4 2
            let kernel network extra = [ "kernel"; "--network"; network; "--x"; x; "--out"; k ] @ extra
            kernel "dense 512 | relu | dense 1" [ "--precision"; "float32" ] |> wantDone |> ignore
            use file = File.OpenRead k

            match Npy.readAny file with
            | Ok(Choice1Of2 matrix) -> Expect.equal (matrix.Rows, matrix.Columns) (5, 5) "float32, square"
            | other -> failtest $"%A{other}"

            kernel "dense 512 | rely | dense 1" [] |> refused 2 [ "^" ]
            kernel "dense 512 | relu | dense 1" [ "--z"; other ] |> refused 1 [ "columns" ]
            File.WriteAllText(other, "no array")

            kernel "dense 512 | relu | dense 1" [ "--z"; other ]
            |> refused 1 [ $"%s{other}: it is not a .npy file" ])

        testCase
            "kernel computes one random network's kernel by every method, with its cost, and prints closed forms"
        <| inFolder (fun folder ->
            let x = Path.Combine(folder, "x.npy")
            array x 6 3

            let empirical method =
                let k = Path.Combine(folder, $"%s{method}.npy")

                let answer =
                    [
                        "kernel"
                        "--empirical"
                        "--network"
                        "dense 40 | relu | dense 1"
                        "--seed"
                        "7"
                    ]
                    @ [ "--method"; method; "--x"; x; "--out"; k; "--json" ]
                    |> wantDone

                Expect.stringContains answer.Error "flop" "the cost comes first"
                Expect.stringContains answer.Output "\"rows\":6" "the outcome as JSON"
                use file = File.OpenRead k
                Npy.read64 file |> Flip.Expect.wantOk "an array" |> _.Values

            let kernels = [ "auto"; "structured"; "jacobian"; "vector-product" ] |> List.map empirical

            for kernel in kernels.Tail do
                for a, b in Array.zip kernel kernels.Head do
                    Expect.floatClose Accuracy.veryHigh a b "the methods agree"

            let network = [ "kernel"; "--network"; "dense 40 | relu | dense 1" ]
            Expect.stringContains (network @ [ "--latex" ] |> wantDone).Output "\\Theta" "LaTeX"
            refused 2 [ "--x and --out" ] network)

        testCase "texts are embedded and tokenized from a file or a column"
        <| inFolder (fun folder ->
            let data, out = tweets folder 120, Path.Combine(folder, "e.npy")
            let texts = Path.Combine(data, "train.csv")

            [
                "embed"
                "--texts"
                texts
                "--column"
                "text"
                "--encoder"
                "lsa:20"
                "--out"
                out
            ]
            |> wantDone
            |> fun answer -> Expect.stringContains answer.Output "120 × 20" "a row a tweet"

            refused 1 [ "column 'words' is missing" ] [
                "embed"
                "--texts"
                texts
                "--column"
                "words"
                "--encoder"
                "lsa:20"
                "--out"
                out
            ]

            refused 2 [ "--encoder 'tfidf'" ] [
                "embed"
                "--texts"
                texts
                "--encoder"
                "tfidf"
                "--out"
                out
            ]

            refused 1 [ "model.onnx" ] [
                "embed"
                "--texts"
                texts
                "--encoder"
                $"minilm:%s{folder}"
                "--out"
                out
                "--store"
                Path.Combine(folder, "store")
            ]

            let vocab, lines = Path.Combine(folder, "vocab.txt"), Path.Combine(folder, "lines.txt")
            File.WriteAllLines(vocab, [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]"; "fire"; "##s" ])
            File.WriteAllText(lines, "fires\nFire water\n")

            Expect.equal
                ([ "tokenize"; "--vocab"; vocab; "--texts"; lines ] |> wantDone).Output
                "[2,5,6,3]\n[2,5,1,3]\n"
                "ids")

        testCase "every command says how it is used"
        <| fun () ->
            for command in
                [
                    "run"
                    "status"
                    "why"
                    "report"
                    "store"
                    "config"
                    "kernel"
                    "expand"
                    "regress"
                    "descend"
                    "posterior"
                    "embed"
                    "tokenize"
                    "fetch"
                    "sample"
                ] do
                Expect.stringContains (wantDone [ command; "--help" ]).Output "Example: ntk" command

        testCase "the schema of the settings file is JSON"
        <| fun () ->
            let schema = (wantDone [ "config"; "schema" ]).Output
            use document = System.Text.Json.JsonDocument.Parse schema
            Expect.equal (document.RootElement.GetProperty("type").GetString()) "object" "a schema"

        testCase "the sample is written by its command as it is shipped"
        <| inFolder (fun folder ->
            wantDone [ "sample"; "--out"; folder ] |> ignore

            for name in [ "train.csv"; "test.csv"; "SYNTHETIC" ] do
                Expect.equal
                    (File.ReadAllBytes(Path.Combine(folder, name)))
                    (File.ReadAllBytes(Clone.path $"data/sample/%s{name}"))
                    name)
    ]
