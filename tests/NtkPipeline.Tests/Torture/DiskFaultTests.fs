/// What a disk says only when it is asked to make bytes safe, or of a file that has become too long. Needs strace, and the right to use it.
module NtkPipeline.Tests.DiskFaultTests

open System
open System.IO
open Expecto
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private said (command: string list) =
    let answer = Attack.start command |> Attack.finish None
    answer.Code, answer.Output + answer.Error

/// A program all of whose calls of one kind fail: its code, and what it said.
let private failing call error (arguments: string list) =
    Attack.ntk arguments |> Strace.at call $"error=%s{error}" "1+" |> said

/// What fails, and the disk's own reason.
let private faults = [
    "fsync", "EIO", "Input/output error"
    "pwrite64", "EFBIG", "File too large"
    "pwrite64", "ENOSPC", "No space left on device"
]

/// Calls of a system that lets this process write no file of more than 20 kB.
let private limited (arguments: string list) = Programs.limited 20 @ Attack.ntk arguments |> said

let tests =
    testList "a disk that loses what was written, or takes no more" [
        testCase "what .NET says of a disk is told from what it says of a mistake of ours"
        <| fun () ->
            let raised (action: unit -> unit) =
                try
                    action ()
                    failtest "it raises"
                with e ->
                    e

            use file = File.Create(Path.GetTempFileName(), 1, FileOptions.DeleteOnClose)
            let ours = raised (fun () -> file.SetLength -1L)
            Expect.isTrue (ours :? ArgumentOutOfRangeException) "a length that cannot be"
            Expect.isNone (DiskRefusal.reason ours) "ours"
            Expect.isNone (DiskRefusal.reason (ArgumentOutOfRangeException "value")) "ours"
            Expect.equal (DiskRefusal.reason (IOException "Full.")) (Some "Full") "the disk's"
            Expect.isSome (DiskRefusal.reason (UnauthorizedAccessException())) "the disk's"

        for call, error, reason in faults do
            Strace.testWhere Strace.isHere $"%s{call} with %s{error} is noticed where results are written"
            <| inFolder (fun folder ->
                let out = Path.Combine(folder, "sample")
                let code, said = failing call error [ "sample"; "--out"; out ]
                Expect.equal code 1 said
                Expect.stringContains said "it cannot be written" "a sentence"
                Expect.stringContains said reason "the disk's own reason"
                Expect.isEmpty (Directory.GetFileSystemEntries out) "nothing is there")

            Strace.testWhere Strace.isHere $"%s{call} with %s{error} is noticed where a store is written"
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
                let code, said = embed [ "water" ] |> failing call error
                Expect.equal code 1 said
                Expect.stringContains said "the store cannot be used here" "a sentence"
                Expect.stringContains said reason "the disk's own reason"
                Expect.equal (Trees.snapshot (at "store")) before "nothing has come into the store"
                Expect.isFalse (File.Exists(at "a.npy")) "nor a result")

        Strace.testWhere
            Strace.isHere
            "a run log that the disk takes no more of is told of, and the run goes on"
        <| inFolder (fun folder ->
            let log = Path.Combine(folder, "out", "run.log")

            let run =
                RunCall.run (tweets folder 120) (Path.Combine(folder, "store")) (Path.Combine(folder, "out"))
                <| fewNetworks "16" @ [ "--experiment"; "none" ]

            for error, reason in [ "EFBIG", "File too large"; "ENOSPC", "No space left on device" ] do
                let code, said =
                    Attack.ntk run |> Strace.atFile log "pwrite64" $"error=%s{error}" "1+" |> said

                Expect.equal code 0 said
                Expect.stringContains said "run.log cannot be written, and this run goes on without it" error
                Expect.stringContains said reason "why")

        Strace.testWhere
            Strace.isHere
            "a kernel that counts no peak anew, for whatever reason, keeps no run from its end"
        <| inFolder (fun folder ->
            let run =
                RunCall.run (tweets folder 120) (Path.Combine(folder, "store")) (Path.Combine(folder, "out"))
                <| fewNetworks "16" @ [ "--experiment"; "none" ]

            // As a child the program keeps the shell's pid, by which strace knows its file.
            let line =
                "exec strace -D -f -qq -P /proc/$$/clear_refs -e trace=ftruncate -e inject=ftruncate:error=EFBIG:when=1+ -o /dev/null \"$@\""

            let code, said = [ "sh"; "-c"; line; "sh" ] @ Attack.ntk run |> said
            Expect.equal code 0 said)

        Strace.testWhere
            (not (OperatingSystem.IsWindows()))
            "a file that becomes longer than a limit is refused in a sentence, an array and a store's"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = KernelFiles.write folder "x" (Matrices.random 1 80 4)

            let code, said =
                limited [
                    "kernel"
                    "--network"
                    "dense 4 | relu | dense 1"
                    "--x"
                    x
                    "--out"
                    at "k.npy"
                ]

            Expect.equal code 1 said
            Expect.stringContains said "k.npy: it cannot be written: File too large" "80² numbers are 51 kB"
            Expect.isFalse (File.Exists(at "k.npy")) "no half result"

            let code, said = RunCall.run (tweets folder 240) (at "store") (at "out") [] |> limited
            Expect.equal code 1 said
            Expect.stringContains said "the store cannot be used here: File too large" "a sentence")
    ]
