/// Unfinished files of names that others can know.
module NtkPipeline.Tests.OwnFileTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.TileFiles

let private writeKernel path =
    KernelFile.write path (recipe "one") (Action<int, int>(fun _ _ -> ())) (analytic 64 None)

/// What somebody may have put in the place of an unfinished file, with somebody's file to lead to.
let private traps: (string * (string -> string -> unit)) list = [
    "a link", (fun victim path -> File.CreateSymbolicLink(path, victim) |> ignore)
    "a folder", (fun _ path -> Directory.CreateDirectory path |> ignore)

    if OperatingSystem.IsLinux() then
        "another name too",
        fun victim path ->
            use linked = Diagnostics.Process.Start("ln", [ victim; path ])
            linked.WaitForExit()

        "a pipe", (fun _ path -> Trees.pipe path)
]

/// Sets each trap and wants a refusal that names it, and the victim as it was.
let private wantRefused (folder: string) (path: string) (write: unit -> Result<'a, PipelineError>) =
    let victim = Path.Combine(folder, "victim")

    for what, set in traps do
        File.WriteAllText(victim, "mine")
        set victim path
        let refusal = Expect.wantError (write ()) $"%s{what} at %s{path}"
        Expect.stringContains refusal.Sentence path "where"
        Expect.stringContains refusal.Sentence what "what"
        Expect.stringContains refusal.Sentence "delete it, or give" "how to go on"
        Expect.equal (File.ReadAllText victim) "mine" $"%s{what}: written through"
        if Directory.Exists path then Directory.Delete path else File.Delete path

let tests =
    testList "unfinished files" [
        testCase "a kernel's tiles and the note of them go through no link, no pipe and no second name"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "K.npy")
            wantRefused folder (path + ".part") (fun () -> writeKernel path)
            wantRefused folder (path + ".progress") (fun () -> writeKernel path)
            wantRefused folder (path + ".progress") (fun () -> KernelFile.unfinished path (recipe "two"))
            Expect.isOk (writeKernel path) "and without a trap it is written")

        testCase "a person's file of such a name is not taken for unfinished work"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "K.npy")

            for ending in [ ".part"; ".progress" ] do
                File.WriteAllText(path + ending, "notes")
                let refusal = Expect.wantError (writeKernel path) ending
                Expect.stringContains refusal.Sentence (path + ending) "where"
                Expect.equal (File.ReadAllText(path + ending)) "notes" "it stays"
                File.Delete(path + ending)

            File.WriteAllText(path + ".part", "")
            Expect.isOk (writeKernel path) "an empty one may be ours")

        testCase "nor does a download"
        <| inFolder (fun folder ->
            let wanted = { Places = [ "x" ]; Name = "x"; Bytes = 4L; Sha256 = Digest.ofBytes "mine"B }

            let target = Path.Combine(folder, "x")
            let part = PartFile.pathOf target wanted
            wantRefused folder part (fun () -> PartFile.openAt part wanted)

            (use opened = Expect.wantOk (PartFile.openAt part wanted) "opened"
             opened.Write("mi"B, 0, 2))

            use again = Expect.wantOk (PartFile.openAt part wanted) "gone on with"
            Expect.equal again.Position 2L "behind what has come")

        testCase "the note of a kernel's progress is written under a name that nobody can know"
        <| inFolder (fun folder ->
            let victim, path = Path.Combine(folder, "victim"), Path.Combine(folder, "K.npy")
            File.WriteAllText(victim, "mine")
            File.CreateSymbolicLink(path + ".progress.tmp", victim) |> ignore

            Expect.isOk
                (KernelFile.writeNoting
                    0L
                    path
                    (recipe "one")
                    (Action<int, int>(fun _ _ -> ()))
                    (analytic 64 None))
                "written"

            Expect.equal (File.ReadAllText victim) "mine" "nothing went through the link")

        testCase "results that dead processes were writing are removed by the next, and nobody else's"
        <| inFolder (fun folder ->
            let mine = Holder.unusedName ()
            let at name = Path.Combine(folder, name)
            let dead = mine.Replace($"-%d{Environment.ProcessId}-", "-999999999-")
            let elsewhere = "0123456789abcdef-999999999-" + String('a', 32)
            let kept = [ $".ntk-%s{mine}.tmp"; $".ntk-%s{elsewhere}.tmp"; ".ntk-x.tmp"; "x.tmp" ]

            for name in $".ntk-%s{dead}.tmp" :: kept do
                File.WriteAllText(at name, "half of")

            Expect.isOk (SourceFile.writeText (at "results.csv") "whole") "written"
            let found = Directory.GetFiles folder |> Array.map (Path.GetFileName >> nonNull)

            Expect.equal
                (Array.sort found)
                (Array.sort [| "results.csv"; yield! kept |])
                "the dead one's is gone")
    ]
