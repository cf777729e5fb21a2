/// Commands on texts.
module NtkPipeline.Tests.TextCommandTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let tests =
    testList "refusals" [
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
                "--column"
                "text"
                "--encoder"
                "tfidf"
                "--out"
                out
            ]

            refused 1 [ "model.onnx" ] [
                "embed"
                "--texts"
                texts
                "--column"
                "text"
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

        testCase "a table is not taken for texts line by line: the name of its column is asked for"
        <| fun () ->
            let minilm = [ "--encoder"; "minilm" ]
            let finetune = "finetune" :: minilm @ [ "--out"; "m.npz" ]

            for command in
                [
                    [ "tokenize"; "--vocab"; "v.txt" ]
                    [ "embed"; "--encoder"; "lsa"; "--out"; "e.npy" ]
                    "tangent" :: minilm @ [ "--out"; "k.npy" ]
                    finetune @ [ "--label"; "target" ]
                ] do
                for name in [ "t.csv"; "t.TSV" ] do
                    refused
                        2
                        [ $"--texts: %s{name} is a table"; "--column NAME" ]
                        (command @ [ "--texts"; name ])

            finetune
            @ [ "--texts"; "t.txt"; "--targets"; "y.npy" ]
            @ [ "--predict"; "o.csv"; "--predictions"; "p.npy" ]
            |> refused 2 [ "--predict: o.csv is a table" ]

        testCase "the sample is written by its command as it is shipped"
        <| inFolder (fun folder ->
            wantDone [ "sample"; "--out"; folder ] |> ignore

            for name in [ "train.csv"; "test.csv"; "SYNTHETIC" ] do
                Expect.equal
                    (File.ReadAllBytes(Path.Combine(folder, name)))
                    (File.ReadAllBytes(Clone.path $"data/sample/%s{name}"))
                    name)
    ]
