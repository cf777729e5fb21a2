/// `ntk finetune`.
module NtkPipeline.Tests.FinetuneTests

open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A folder with the tiny encoder, and tweets beside it.
let private inTweets test =
    inFolder (fun folder ->
        TinyEncoder.write folder
        test folder (tweets folder 60))

/// A command line on the folder's tweets, with other options, or others' values, where they are given.
let private arguments folder data (others: (string * string) list) =
    let usual = [
        "--encoder", $"minilm:%s{folder}"
        "--texts", Path.Combine(data, "train.csv")
        "--column", "text"
        "--label", "target"
        "--epochs", "2"
        "--batch", "16"
        "--rate", "1e-3"
        "--store", Path.Combine(folder, "store")
        "--out", Path.Combine(folder, "model.npz")
    ]

    let kept = usual |> List.filter (fun (name, _) -> not (List.exists (fst >> (=) name) others))
    "finetune" :: List.collect (fun (name, value) -> [ name; value ]) (kept @ others)

let private entries path =
    use archive = ZipFile.OpenRead path
    archive.Entries |> Seq.map _.FullName |> List.ofSeq

/// The records of a stage in a store: what a killed run would not have written.
let private records folder (stage: string) =
    Directory.GetFiles(Path.Combine(folder, "store", "runs"), "*.json")
    |> Array.filter (fun path -> File.ReadAllText(path).Contains stage)

let tests =
    testList "finetune" [
        testCase
            "an encoder is trained, kept by its parameters' names, and predicts; the same command runs nothing again"
        <| inTweets (fun folder data ->
            let predictions = Path.Combine(folder, "p.npy")

            let command =
                arguments folder data [
                    "--predict", Path.Combine(data, "test.csv")
                    "--predictions", predictions
                ]

            let first = wantDone command

            Expect.stringContains
                first.Error
                "fine-tuning (full) on 54 texts, 2 epochs: about"
                "the price first"

            Expect.stringContains first.Output "epoch 2: squared error" "a line an epoch"
            Expect.stringContains first.Output "15 outputs" "predictions"

            let model, outputs =
                File.ReadAllBytes(Path.Combine(folder, "model.npz")), File.ReadAllBytes predictions

            Expect.equal (Expect.wantOk (SourceFile.readNpy64 predictions) "an array").Rows 15 "a row a text"

            let names = entries (Path.Combine(folder, "model.npz"))
            Expect.contains names "encoder.layer.1.attention.self.query.weight.npy" "Hugging Face's names"
            Expect.contains names "head.bias.npy" "and the head's"

            let second = wantDone command
            Expect.stringContains second.Error "fine-tune/full/seed=1/epoch=2: cached" "nothing is trained"
            Expect.equal (File.ReadAllBytes(Path.Combine(folder, "model.npz"))) model "the same model"
            Expect.equal (File.ReadAllBytes predictions) outputs "the same outputs")

        testCase "a run that was killed in its second epoch goes on after its first to the same bytes"
        <| inTweets (fun folder data ->
            let command = arguments folder data []
            wantDone command |> ignore
            let model = File.ReadAllBytes(Path.Combine(folder, "model.npz"))
            let second = records folder "epoch=2"
            Expect.equal second.Length 1 "its record"
            second |> Array.iter File.Delete
            let again = wantDone command
            Expect.stringContains again.Error "epoch=1: cached" "the first is not trained again"
            Expect.isFalse (again.Error.Contains "epoch=2: cached") "the second is"
            Expect.equal (File.ReadAllBytes(Path.Combine(folder, "model.npz"))) model "the same model")

        testCase "every method and head trains, and a stop set may be left out"
        <| inTweets (fun folder data ->
            for method in [ "linearised"; "lora" ] do
                for head in [ "ridge"; "zero" ] do
                    let answer =
                        arguments folder data [ "--method", method; "--head", head; "--stop-share", "0" ]
                        |> wantDone

                    Expect.stringContains
                        answer.Output
                        "after epoch 2, trained on 60 texts"
                        $"%s{method}, %s{head}"

                let names = entries (Path.Combine(folder, "model.npz"))
                let isDelta = List.contains "delta.head.weight.npy" names
                Expect.equal isDelta (method = "linearised") "what is added stands beside")

        testCase "labels may be two words, of which the later is above 0; the model is that of 0 and 1"
        <| inTweets (fun folder data ->
            wantDone (arguments folder data []) |> ignore
            let model = File.ReadAllBytes(Path.Combine(folder, "model.npz"))
            let lines = File.ReadAllLines(Path.Combine(data, "train.csv"))

            let named =
                lines[1..]
                |> Array.map (fun line ->
                    let at = line.LastIndexOf ','
                    line[..at] + (if line[at + 1 ..] = "1" then "real" else "not"))

            File.WriteAllLines(Path.Combine(data, "named.csv"), Array.append lines[..0] named)

            let answer =
                arguments folder data [
                    "--texts", Path.Combine(data, "named.csv")
                    "--seed", "1"
                    "--json", ""
                ]
                |> List.filter ((<>) "")
                |> wantDone

            Expect.stringContains answer.Error "output above 0 means 'real', below 0 'not'" "the classes"
            Expect.stringContains answer.Output "\"seed\":1,\"classes\":[\"not\",\"real\"]" "JSON"
            Expect.equal (File.ReadAllBytes(Path.Combine(folder, "model.npz"))) model "the same bytes")

        testCase "lines and an array of targets do as well as a table"
        <| inTweets (fun folder _ ->
            let lines, targets = Path.Combine(folder, "lines.txt"), Path.Combine(folder, "y.npy")
            File.WriteAllLines(lines, [ for letter in 'a' .. 'l' -> $"fire in street %c{letter}" ])

            Expect.isOk
                (SourceFile.writeNpy targets [| 12 |] [| for i in 1..12 -> float i / 6.0 |])
                "written"

            let answer =
                [
                    "finetune"
                    "--encoder"
                    $"minilm:%s{folder}"
                    "--texts"
                    lines
                    "--targets"
                    targets
                    "--method"
                    "lora"
                    "--rank"
                    "2"
                    "--json"
                    "--quiet"
                    "--store"
                    Path.Combine(folder, "store")
                    "--out"
                    Path.Combine(folder, "model.npz")
                ]
                |> wantDone

            Expect.stringContains answer.Output "\"method\":\"lora\"" "JSON"
            Expect.isFalse (answer.Error.Contains "fine-tun") "quiet")

        testCase "training that the stop set finds of no use is said to be so"
        <| inTweets (fun folder data ->
            let answer = arguments folder data [ "--epochs", "1"; "--rate", "1e-30" ] |> wantDone
            Expect.stringContains answer.Error ", 1 epoch: about" "one"
            Expect.stringContains answer.Output "no epoch is better than the encoder as it was" "of no use")

        testCase "what cannot be trained is refused in a sentence"
        <| inTweets (fun folder data ->
            let refused code word more = refused code [ word ] (arguments folder data more)
            refused 2 "rate of fine-tuning" [ "--rate", "-1" ]
            refused 2 "LoRA's rank" [ "--method", "lora"; "--rank", "0" ]
            refused 2 "--stop-share 1" [ "--stop-share", "1" ]
            refused 2 "come together" [ "--predict", "x.csv" ]
            refused 2 "--label NAME and --targets" [ "--targets", "y.npy" ]
            refused 2 "--most-tokens 2" [ "--most-tokens", "2" ]
            refused 1 "device cuda" [ "--device", "cuda:7" ]
            refused 2 "is not a device" [ "--device", "tpu" ]
            refused 1 "is no number, and there are" [ "--label", "text" ]
            refused 1 "200 MB may be used; a smaller --batch" [ "--memory", "200MB" ]
            refused 2 "--memory" [ "--memory", "much" ]

            refused 1 "no such file" [
                "--predict", Path.Combine(folder, "none.csv")
                "--predictions", "p.npy"
            ]

            refused 2 "(--rate) is below 100" [ "--rate", "1e30" ])
    ]
