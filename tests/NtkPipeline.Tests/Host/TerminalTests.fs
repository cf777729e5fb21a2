/// Names of files and folders that would steer a terminal: whatever the program says of them, nothing is obeyed.
module NtkPipeline.Tests.TerminalTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

/// Colours, rings, turns around, and forges a line of the program's own.
let private hostile = "a\u001b[31m\u0007\u202Eb\nntk: forged"

let private expectPlain what (answer: Answer) =
    for words in [ answer.Output; answer.Error ] do
        for c in [ '\u001b'; '\u0007'; '\u202E' ] do
            Expect.isFalse (words.Contains c) $"%s{what}: U+%04X{int c} in %s{words}"

        for line in words.Split '\n' do
            Expect.isFalse (line.StartsWith "ntk: forged") $"%s{what} forges a line: %s{words}"

    Expect.stringContains
        (answer.Output + answer.Error)
        "ntk: forged"
        $"%s{what} is told of, so that this test can fail"

let private onFolders test =
    if OperatingSystem.IsWindows() then
        skiptest "no such names here"

    inFolder test ()

let tests =
    testList "what a terminal is given" [
        testCase "a run's progress, warnings and results, and refusals"
        <| fun () ->
            onFolders (fun folder ->
                let at name = Path.Combine(folder, name)
                Directory.Move(tweets folder 120, at hostile)
                let store = at (hostile + "-store")

                let run () =
                    RunCall.run
                        (at hostile)
                        store
                        (at (hostile + "-out"))
                        (fewNetworks "16" @ [ "--experiment"; "none" ])
                    |> wantDone

                run () |> expectPlain "a run"

                for page in
                    Directory.GetFiles(Path.Combine(store, "objects"), "*.html", SearchOption.AllDirectories) do
                    File.WriteAllText(page, "damaged")

                call [ "store"; "verify"; "--store"; store ] |> expectPlain "a damaged object's path"
                File.WriteAllText(Path.Combine(at hostile, "train.csv"), "id\n1\n")
                call [ "run"; "--data"; at hostile; "--store"; store ] |> expectPlain "a refusal"
                call [ "run"; "--set"; $"%s{hostile}=1" ] |> expectPlain "a mistake")

        testCase "files that the other commands are given"
        <| fun () ->
            onFolders (fun folder ->
                let x = write folder hostile (Matrix.init 4 3 (fun i j -> float (i - j)))
                let out = Path.Combine(folder, hostile + "-out.npy")
                let kernel = [ "kernel"; "--network"; "dense 3 | relu | dense 1" ]
                kernel @ [ "--x"; x; "--out"; out ] |> call |> expectPlain "a kernel's file"
                let own = Path.Combine(folder, hostile + "-own.npy")
                File.WriteAllText(own, "mine")
                kernel @ [ "--x"; x; "--out"; own ] |> call |> expectPlain "a person's own file"

                kernel @ [ "--x"; Path.Combine(folder, hostile + "-not.npy"); "--out"; out ]
                |> call
                |> expectPlain "a file that is not there"

                [ "sample"; "--out"; folder; "--seed"; hostile ]
                |> call
                |> expectPlain "a number that is none")
    ]
