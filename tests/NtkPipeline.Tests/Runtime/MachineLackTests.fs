module NtkPipeline.Tests.MachineLackTests

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Runtime

let private refusalOf (result: Result<'a, PipelineError>) = Expect.wantError result "it is refused"

/// What a runner over a store makes of a stage whose body raises this.
let private raising (folder: string) (e: exn) =
    let stage: Stage<string, string> = {
        Name = "raise"
        Version = 1
        Settings = ""
        Codec = Codec.text "text/1" "txt"
        Body = Pure(fun _ -> raise e)
    }

    let store = Expect.wantOk (Store.openAt folder) "a store"
    let runner: IRunner = DiskRunner(store, "data", Seed.root 1UL, ignore)
    runner.Run(stage, Artifact.create "in" (Digest.ofParts [ "in" ]) (lazy (Ok "in")))

/// What the program says, and its exit code, where all of it is there but LibTorch.
let private withoutLibTorch (folder: string) (arguments: string list) =
    for path in Directory.GetFiles AppContext.BaseDirectory do
        let name = nonNull (Path.GetFileName path)
        let target = Path.Combine(folder, name)

        // The program's own folder is that of these files.
        if name.StartsWith "ntk." then
            File.Copy(path, target)
        elif not (name.StartsWith "libtorch" || name.StartsWith "libLibTorch") then
            File.CreateSymbolicLink(target, path) |> ignore

    let info =
        ProcessStartInfo(
            "dotnet",
            Path.Combine(folder, "ntk.dll") :: arguments,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    // Where TorchSharp looks last.
    info.Environment["NUGET_PACKAGES"] <- folder
    use started = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
    let output = started.StandardOutput.ReadToEndAsync()
    let said = started.StandardError.ReadToEnd()
    started.WaitForExit()
    output.Wait()
    started.ExitCode, said

let tests =
    testList "refusals say whether to try again" [
        test "data and numbers are refused everywhere; a machine's lack and a disk's fault may be another's" {
            let finals = [ DataRefused "d"; NumbersRefused "n" ]
            let others = [ MachineLacks "m"; StoreFault "s" ]
            Expect.all finals (fun error -> error.Retry = Retry.Final) "final"
            Expect.all others (fun error -> error.Retry = Retry.Elsewhere) "elsewhere"
            Expect.equal (finals @ others |> List.map _.Sentence) [ "d"; "n"; "m"; "s" ] "the sentence alone"
        }

        test "a device that is not here is a lack" {
            if not (torch.cuda.is_available ()) then
                let refusal = refusalOf (Device.resolve (Device.Cuda 0))
                Expect.equal refusal.Retry Retry.Elsewhere "another machine may have one"
                Expect.stringContains refusal.Sentence "device cuda:0" "which"
        }

        testCase "a model that is not here is a lack, one that is damaged is refused for good"
        <| Ntk.inFolder (fun folder ->
            Expect.equal (refusalOf (SentenceEncoder.identify folder)).Retry Retry.Elsewhere "missing"
            File.WriteAllText(Path.Combine(folder, "model.onnx"), "no model")
            File.WriteAllText(Path.Combine(folder, "vocab.txt"), "no vocabulary")
            Expect.equal (refusalOf (SentenceEncoder.openAt folder)).Retry Retry.Final "damaged")

        testCase "a file that is none is refused for good, one that the disk does not give is not"
        <| Ntk.inFolder (fun folder ->
            Expect.equal (refusalOf (SourceFile.readText folder)).Retry Retry.Final "a folder"
            let path = Path.Combine(folder, "held")
            use _ = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None)
            let refusal = refusalOf (SourceFile.readBytes path)
            Expect.equal refusal.Retry Retry.Elsewhere "it is there and cannot be read now"
            Expect.stringContains refusal.Sentence $"%s{path}: it cannot be read" "which")

        test "too little memory for a plan is a lack" {
            let network = Expect.wantOk (NetworkText.parse "dense 4096 | relu | dense 1") "a network"
            let size = { FeatureCount = 2; RowCount = 4; ColumnCount = None; BytesPerNumber = 4 }
            let form = { Outputs = Trace; IsByLayer = false }
            let refusal = refusalOf (EmpiricalPlan.plan 1000.0 None network form size)
            Expect.equal refusal.Retry Retry.Elsewhere refusal.Sentence
        }

        testCase "a stage that finds too little memory or no library is refused; any other exception is a bug"
        <| Ntk.inFolder (fun folder ->
            let lacks = [
                OutOfMemoryException() :> exn, "memory"
                ExternalException "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes",
                "DefaultCPUAllocator"
                DllNotFoundException "libtorch_cpu.so", "libtorch_cpu.so"
                TypeInitializationException("TorchSharp.torch", NotSupportedException "no LibTorch here"),
                "no LibTorch here"
            ]

            for e, words in lacks do
                let refusal = refusalOf (raising folder e)
                Expect.equal refusal.Retry Retry.Elsewhere words
                Expect.stringContains refusal.Sentence words "the cause"

            let bugs = [
                ExternalException "The size of tensor a (3) must match" :> exn
                NotSupportedException "a stream cannot seek"
                TypeInitializationException("Ours", NotSupportedException "ours")
            ]

            for bug in bugs do
                Expect.throws (fun () -> raising folder bug |> ignore) bug.Message)

        if OperatingSystem.IsLinux() then
            testCase "a LibTorch that cannot be loaded ends in 1 and a sentence"
            <| Ntk.inFolder (fun folder ->
                let code, said = withoutLibTorch folder [ "bench"; "analytic"; "--rows"; "16" ]
                Expect.equal code 1 said
                Expect.stringStarts said "ntk: a native library cannot be loaded here: " "why"
                Expect.hasLength (said.TrimEnd().Split '\n') 1 "one sentence")
    ]
