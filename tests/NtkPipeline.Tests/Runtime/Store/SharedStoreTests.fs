module NtkPipeline.Tests.SharedStoreTests

open System
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it should work"

let private text: Codec<string> = Codec.text "text/1" "txt"

let private stage name settings (body: string -> string) : Stage<string, string> = {
    Name = name
    Version = 1
    Settings = settings
    Codec = text
    Body = Pure(body >> Ok)
}

let private source = Artifact.create "source" (Digest.ofParts [ "source" ]) (lazy (Ok "source"))

let private warnings (told: StageEvent seq) =
    told
    |> Seq.choose (fun event ->
        match event with
        | Warning sentence -> Some sentence
        | Started _
        | Advanced _
        | StageEvent.Cached _
        | Remade _
        | Waiting _
        | Finished _ -> None)
    |> List.ofSeq

/// A runner, and what it has told.
let private runner (folder: string) : DiskRunner * ResizeArray<StageEvent> =
    let told = ResizeArray<StageEvent>()

    DiskRunner(
        Store.openAt folder |> wantOk,
        "data",
        Seed.root 1UL,
        (fun event -> lock told (fun () -> told.Add event))
    ),
    told

let private run (runner: DiskRunner) stage input = (runner :> IRunner).Run(stage, input) |> wantOk
let private value (artifact: Artifact<'a>) = artifact.Value.Force() |> wantOk
let private digest (artifact: Artifact<'a>) = (artifact.Parts |> List.exactlyOne |> snd).Hex
let private sha (text: string) = (Digest.ofBytes (Text.Encoding.UTF8.GetBytes text)).Hex

let private objects folder =
    Directory.GetFiles(Path.Combine(folder, "objects"), "*", SearchOption.AllDirectories)

let private runs folder = Directory.GetFiles(Path.Combine(folder, "runs"))
let private collect folder = StoreCare.collect (Store.openAt folder |> wantOk) |> wantOk |> _.Files

let tests =
    testList "a shared store" [
        testCase "a stage that two ask for at once is made once; the second waits, says so, and reads"
        <| Ntk.inFolder (fun folder ->
            let mutable bodies = 0
            let both = [| runner folder; runner folder |]
            let isWait (event: StageEvent) = event.IsWaiting
            let waits (_, told: ResizeArray<_>) = lock told (fun () -> Seq.exists isWait told)

            let slow =
                stage "slow" "" (fun _ ->
                    Interlocked.Increment &bodies |> ignore
                    SpinWait.SpinUntil((fun () -> Array.exists waits both), 60_000) |> ignore
                    "made")

            let ask (runner, _) =
                let work () = value (run runner slow source)
                Task.Factory.StartNew(work, TaskCreationOptions.LongRunning)

            let answers = both |> Array.map ask |> Task.WhenAll |> _.Result
            Expect.equal bodies 1 "one body"
            Expect.equal answers [| "made"; "made" |] "both have it"
            let told = both |> Seq.collect snd |> List.ofSeq
            Expect.hasLength (told |> List.filter _.IsStarted) 1 "one runs it"
            Expect.hasLength (told |> List.filter _.IsCached) 1 "the other reads it"
            let holder = $"process %d{Environment.ProcessId} on %s{Environment.MachineName}"
            Expect.contains told (Waiting("slow", holder)) "and says for whom it waits")

        testCase "a result that differs from one that came first is told of with both digests, and let go"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let runner, told = runner folder

            // Another machine takes this one for dead, and is done before it.
            let body _ =
                let digest, bytes = Store.put store text "first" |> wantOk

                Store.record store "data" {
                    Recipe = Recipe.ofStage (stage "raced" "" id) source (Seed.root 1UL)
                    Output = digest.Hex
                    Extension = text.Extension
                    Bytes = bytes
                    Seconds = 1.0
                    Processor = None
                }
                |> wantOk

                "second"

            let raced = run runner (stage "raced" "" body) source
            Expect.equal (value raced) "first" "the recorded result is used further on"
            Expect.equal (digest raced) (sha "first") "under its name"
            let warning = warnings told |> List.exactlyOne
            Expect.stringContains warning (sha "first") "the one"
            Expect.stringContains warning (sha "second") "the other"
            let again = run runner (stage "raced" "" (fun _ -> "third")) source
            Expect.equal (value again) "first" "and stays")

        testCase "a lost result that comes out otherwise is told of with both digests, and is no fault"
        <| Ntk.inFolder (fun folder ->
            let first, _ = runner folder
            run first (stage "kept" "" (fun _ -> "before")) source |> ignore
            let path = objects folder |> Array.exactlyOne
            File.WriteAllText(path, "BEFORE")
            let second, told = runner folder
            let remade = run second (stage "kept" "" (fun _ -> "behind")) source
            Expect.equal (value remade) "behind" "what can be had is used"
            let sentences = warnings told
            Expect.hasLength sentences 2 "that it was damaged, and that it came out otherwise"
            Expect.stringContains sentences[1] (sha "before") "the one"
            Expect.stringContains sentences[1] (sha "behind") "the other"
            let third, told = runner folder
            let kept = run third (stage "kept" "" (fun _ -> "never")) source

            Expect.equal
                (value kept, digest kept)
                ("behind", sha "behind")
                "it has the place of what was lost"

            Expect.isEmpty (warnings told) "and nothing is left to tell")

        testCase "collecting beside a run keeps what it has asked for, made and read, and nothing else"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let old, _ = runner folder
            let settings name = stage "stage" name (fun _ -> name)
            run old (settings "unused") source |> ignore
            run old (settings "read") source |> ignore
            let other, _ = runner folder

            (use live = LiveRun.Begin store |> wantOk
             let runner = DiskRunner(store, "data", Seed.root 1UL, ignore, live)
             let read = run runner (settings "read") source
             let made = run runner (settings "made") source
             // Another run of the same data is the last to have used the stage.
             run other (settings "last") source |> ignore
             Store.put store text "not yet recorded" |> wantOk |> ignore
             Expect.equal (collect folder) 1 "the record of what nobody uses; its object is too young"
             Expect.hasLength (runs folder) 3 "read, made and last"
             Expect.equal (value read, value made) ("read", "made") "both are there"
             Expect.hasLength (objects folder) 5 "none that was made lately is dropped")

            Expect.equal (collect folder) 6 "two records, four objects"
            Expect.hasLength (runs folder) 1 "only the last"
            Expect.hasLength (objects folder) 1 "and its object"
            Expect.isEmpty (Directory.GetFileSystemEntries(Path.Combine(folder, "live"))) "the run is over")

        testCase "collecting drops what was made before any live run began"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            Store.put store text "old" |> wantOk |> ignore
            File.SetLastWriteTimeUtc(objects folder |> Array.exactlyOne, DateTime.UtcNow.AddMinutes -5.0)
            use _ = LiveRun.Begin store |> wantOk
            Expect.equal (collect folder) 1 "nothing names it, and no run made it"
            Expect.isEmpty (objects folder) "gone")

        testCase
            "half files of another machine are collected only when they are old, and a dead run is forgotten"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let partial name = Path.Combine(folder, "partial", name)
            let name = "0123456789abcdef-1-" + String('a', 32)
            File.WriteAllText(partial name, "half of")
            Expect.equal (collect folder) 0 "its machine may be at it"
            File.SetLastWriteTimeUtc(partial name, DateTime.UtcNow.AddDays -2.0)
            Expect.equal (collect folder) 1 "nobody is at it for two days"

            let live = Path.Combine(folder, "live")

            (use _ = LiveRun.Begin store |> wantOk
             let held = Directory.GetDirectories live |> Array.exactlyOne
             let dead = Directory.CreateDirectory(Path.Combine(live, Holder.unusedName ())).FullName
             let lines = File.ReadAllLines(Directory.GetFiles(held, "*.lease")[0])
             lines[2] <- "1"
             File.WriteAllLines(Path.Combine(dead, "x.lease"), lines)
             File.WriteAllText(Path.Combine(dead, "pins"), "")
             collect folder |> ignore
             Expect.equal (Directory.GetDirectories live) [| held |] "the live one stays"))
    ]
