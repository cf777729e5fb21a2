/// Files, folders and devices that a run cannot have.
module NtkPipeline.Tests.RefusalTests

open System.IO
open System.Text
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
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

let tests =
    testList "refusals" [
        testCase "files that hold no tweets are refused, each in a sentence with the file and the line"
        <| inFolder (fun folder ->
            refused 1 [ "train.csv"; "there is no such file" ] [
                "run"
                "--data"
                Path.Combine(folder, "nowhere")
            ]

            onText folder "" |> refused 1 [ "train.csv: it is empty" ]

            onText folder "id,text,target\n1,a,1\n"
            |> refused 1 [ "every row has the label '1'"; "data.label" ]

            onText folder "id,text\n1,a\n" |> refused 1 [ "'target' is missing"; "data.label=NAME" ]

            onText folder (header + "1,,,a,1\n2,,,b,maybe\n3,,,c,0\n4,,,d,0\n5,,,e,1\n6,,,f,1\n")
            |> refused 1 [ "the class '0' has 2 of 6 rows" ]

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
    ]
