/// Files that commands write: what they may never replace.
module NtkPipeline.Tests.FileNamesTests

open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Core
open NtkPipeline.Host
open NtkPipeline.Host.Commands
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

/// Values for options that a command cannot be called without, where "1" is none.
let private fill (name: string) =
    match name with
    | "--kind" -> "nngp"
    | "--network" -> "dense 1"
    | "--encoder" -> "lsa"
    | _ -> "1"

/// A call of a command with these files, all else that it must have being something.
let private calling (options: CommandOption list) (files: (string * string) list) = [
    yield! options.Head.Command

    for option in options do
        match List.tryFind (fun (name, _) -> name = option.Name) files with
        | Some(name, file) ->
            name
            file
        | None when option.IsRequired ->
            option.Name

            if option.Role = FileRole.None then
                fill option.Name
            else
                $"other%s{option.Name}.npy"
        | None -> ()
]

let private commands () =
    Program.Options
    |> List.ofSeq
    |> List.groupBy (fun option -> List.ofSeq option.Command)
    |> List.map snd
    |> List.filter (List.exists (fun option -> option.Role = FileRole.Output))

let private named role (options: CommandOption list) =
    options |> List.filter (fun option -> option.Role = role) |> List.map _.Name

let tests =
    testList "files that are written" [
        testCase "no command replaces a file that it reads, nor one that it has just written"
        <| fun () ->
            let commands = commands ()

            let replace options files = refused 2 [ fst (List.last files) ] (calling options files)

            for options in commands do
                let outputs = named FileRole.Output options

                for output in outputs do
                    for input in named FileRole.Input options do
                        replace options [ input, "x.npy"; output, "x.npy" ]
                        replace options [ input, "x.npy.part"; output, "./x.npy" ]

                for k in 1 .. outputs.Length - 1 do
                    replace options [ outputs[k - 1], "x.npy"; outputs[k], "./x.npy" ]

            Expect.isGreaterThan (List.length commands) 9 "the commands were found"

            Expect.isGreaterThan
                (commands |> List.sumBy (named FileRole.Output >> List.length))
                16
                "and outputs"

        testCase "a link is the file that it leads to"
        <| inFolder (fun folder ->
            let x = write folder "x" (Matrix.init 3 2 (fun i j -> float (i + j)))
            let before = File.ReadAllBytes x
            let link = Path.Combine(folder, "link.npy")
            let inside = Path.Combine(folder, "inside")
            File.CreateSymbolicLink(link, x) |> ignore
            Directory.CreateSymbolicLink(inside, folder) |> ignore

            for out in [ link; Path.Combine(inside, "x.npy"); Path.Combine(inside, "link.npy") ] do
                refused 2 [ "it is the file of --x" ] [
                    "kernel"
                    "--network"
                    "dense 1"
                    "--x"
                    x
                    "--out"
                    out
                ]

            Expect.equal (File.ReadAllBytes x) before "untouched")

        testCase "a person's own file of another kind is kept; a result of the same command is replaced"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = write folder "x" (Matrix.init 3 2 (fun i j -> float (i + j)))
            let kernel out = [ "kernel"; "--network"; "dense 1"; "--x"; x; "--out"; out ]
            File.WriteAllText(at "notes.md", "mine")
            refused 2 [ "--out"; "notes.md"; "kept" ] (kernel (at "notes.md"))
            refused 1 [ "is a folder" ] (kernel folder)
            refused 2 [ "/dev/null" ] (kernel "/dev/null")
            Expect.equal (File.ReadAllText(at "notes.md")) "mine" "untouched"
            // They would hold a .npy, and be read as something else.
            for name in [ "k.npz"; "k.npz:a"; "k.csv"; "k.TSV" ] do
                refused 2 [ "--out"; name; "end the name in .npy" ] (kernel (at name))
                Expect.isFalse (File.Exists(at name)) name

            kernel (at "k.npy") |> wantDone |> ignore
            kernel (at "k.npy") |> wantDone |> ignore
            File.WriteAllText(at "empty", "")
            kernel (at "empty") |> wantDone |> ignore
            let y = writeVector folder "y" [| 1.0; 2.0; 4.0 |]

            let regress path = [
                "regress"
                "--k-train"
                at "k.npy"
                "--y"
                y
                "--ridge"
                "1"
                "--out"
                at "p.npy"
                "--path"
                path
            ]

            File.WriteAllText(at "mine.csv", "id,text\n1,a\n")
            refused 2 [ "--path"; "mine.csv"; "kept" ] (regress (at "mine.csv"))
            regress (at "path.csv") |> wantDone |> ignore
            regress (at "path.csv") |> wantDone |> ignore)

        testCase "finetune keeps an archive of arrays that a person has made"
        <| inFolder (fun folder ->
            for name in [ "weights"; EncoderShape.words ] do
                let model =
                    ArrayFileTests.archive folder "m.npz" CompressionLevel.NoCompression [ name, [| 1uy |] ]

                let before = File.ReadAllBytes model

                [ "finetune"; "--encoder"; "minilm"; "--texts"; "t.txt"; "--targets"; "y.npy" ]
                @ [ "--out"; model ]
                |> refused 2 [ "--out"; "m.npz is there already"; "kept" ]

                Expect.equal (File.ReadAllBytes model) before name)

        testCase "sample replaces only what it has written"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            File.WriteAllText(at "train.csv", "id,keyword,location,text,target\n1,,,mine,1\n")
            refused 2 [ "train.csv"; "nothing is written" ] [ "sample"; "--out"; folder ]
            File.WriteAllText(at "SYNTHETIC", "")
            refused 2 [ "train.csv"; "SYNTHETIC" ] [ "sample"; "--out"; folder ]
            Expect.equal (Directory.GetFiles(folder).Length) 2 "nothing else is there"
            let own = at "own"
            wantDone [ "sample"; "--out"; own ] |> ignore
            wantDone [ "sample"; "--out"; own; "--seed"; "2" ] |> ignore
            let train = Path.Combine(own, "train.csv")
            File.AppendAllText(train, "999999,,,mine,1\n")
            refused 2 [ "train.csv"; "nothing is written" ] [ "sample"; "--out"; own ]
            Expect.stringEnds (File.ReadAllText train) ",mine,1\n" "a person's line stays")
    ]
