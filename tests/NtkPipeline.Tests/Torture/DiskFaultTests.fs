/// What a disk says only when it is asked to make bytes safe. Needs strace, and the right to use it.
module NtkPipeline.Tests.DiskFaultTests

open System.IO
open Expecto
open NtkPipeline.Tests.Ntk

/// A program whose calls of fsync all fail with EIO: its code, and what it said.
let private failing (arguments: string list) =
    let answer =
        Attack.ntk arguments |> Strace.at "fsync" "error=EIO" "1+" |> Attack.start |> Attack.finish None

    answer.Code, answer.Output + answer.Error

let tests =
    testList "a disk that loses what was written" [
        Strace.testWhere Strace.isHere "is noticed where results are written, and nothing takes their names"
        <| inFolder (fun folder ->
            let out = Path.Combine(folder, "sample")
            let code, said = failing [ "sample"; "--out"; out ]
            Expect.equal code 1 said
            Expect.stringContains said "it cannot be written" "a sentence"
            Expect.stringContains said "Input/output error" "the disk's own reason"
            Expect.isEmpty (Directory.GetFileSystemEntries out) "nothing is there")

        Strace.testWhere Strace.isHere "is noticed where a store is written"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            TinyEncoder.write (Directory.CreateDirectory(at "tiny").FullName)

            let embed (texts: string list) =
                File.WriteAllLines(at "texts", texts)

                [ "embed"; "--encoder"; "minilm:" + at "tiny"; "--texts"; at "texts" ]
                @ [ "--out"; at "a.npy"; "--store"; at "store" ]

            embed [ "fire" ] |> wantDone |> ignore
            File.Delete(at "a.npy")
            let before = Trees.snapshot (at "store")
            let code, said = embed [ "water" ] |> failing
            Expect.equal code 1 said
            Expect.stringContains said "the store cannot be used here" "a sentence"
            Expect.equal (Trees.snapshot (at "store")) before "nothing has come into the store"
            Expect.isFalse (File.Exists(at "a.npy")) "nor a result")
    ]
