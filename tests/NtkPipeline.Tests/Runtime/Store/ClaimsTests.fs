module NtkPipeline.Tests.ClaimsTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it should work"

let private beat = TimeSpan.FromMilliseconds 50.0

/// Silence for so long that no test would pass if it were waited for.
let private openAt folder =
    Store.openWith { Beat = beat; Silence = TimeSpan.FromMinutes 5.0 } folder |> wantOk

let private silence = TimeSpan.FromSeconds 3.0
let private openBriefly folder = Store.openWith { Beat = beat; Silence = silence } folder |> wantOk
let private key = Digest.ofParts [ "a recipe" ]
let private claims folder = Path.Combine(folder, "claims")
let private leaseOf (folder: string) = Directory.GetFiles(folder, "*.lease") |> Array.exactlyOne

/// Holds the key for a moment and gives what the lease of it said, line by line.
let private leaseText folder =
    Claims.hold (openAt folder) key ignore (fun () ->
        Ok(File.ReadAllLines(leaseOf (Path.Combine(claims folder, key.Hex)))))
    |> wantOk

/// A lease of somebody else's on the key: that of this process with some lines changed.
let private leave folder (change: string[] -> string[]) =
    let text = leaseText folder |> change |> String.concat "\n"
    let held = Directory.CreateDirectory(Path.Combine(claims folder, key.Hex)).FullName
    let path = Path.Combine(held, "other.lease")
    File.WriteAllText(path, text + "\n")
    path

let private ofHost host (lines: string[]) = Array.append [| host |] lines[1..]

let private ofProcess pid started (lines: string[]) =
    Array.concat [ lines[..0]; [| pid; started |]; lines[3..] ]

/// A process that has been killed: its id, and when it started.
let private killed folder =
    use sleeper = Process.Start("sleep", "60")
    let lines = leaseText folder
    let stat = File.ReadAllText $"/proc/%d{sleeper.Id}/stat"
    let started = (stat[stat.LastIndexOf ')' + 2 ..].Split ' ')[19]
    sleeper.Kill()
    sleeper.WaitForExit()
    ofProcess (string sleeper.Id) started lines

/// Seconds until the key can be had, and whether somebody was waited for.
let private timeToHold store =
    let watch = Stopwatch.StartNew()
    let mutable waited = false
    let taken = Claims.hold store key (fun _ -> waited <- true) (fun () -> Ok watch.Elapsed)
    (taken |> wantOk).TotalSeconds, waited

let tests =
    testList "claims" [
        testCase "work under one key is done by one at a time, of two keys at once"
        <| Ntk.inFolder (fun folder ->
            let mutable inside, most = 0, 0

            let work () =
                Claims.hold (openAt folder) key ignore (fun () ->
                    most <- max most (Interlocked.Increment &inside)
                    Thread.Sleep 100
                    Interlocked.Decrement &inside |> ignore
                    Ok())
                |> wantOk

            Task.WaitAll [|
                for _ in 1..4 -> Task.Factory.StartNew(work, TaskCreationOptions.LongRunning)
            |]

            Expect.equal most 1 "never two"

            let other () = Claims.hold (openAt folder) (Digest.ofParts [ "another" ]) ignore (fun () -> Ok 1)
            let both = Claims.hold (openAt folder) key ignore other |> wantOk
            Expect.equal both 1 "another key is free"
            Expect.isEmpty (Directory.GetFileSystemEntries(claims folder)) "nothing is left")

        testCase "a claim says whose it is and beats while it is held"
        <| Ntk.inFolder (fun folder ->
            let beats () = Array.last (File.ReadAllLines(leaseOf (Path.Combine(claims folder, key.Hex))))

            let first, later =
                Claims.hold (openAt folder) key ignore (fun () ->
                    let first = int (beats ())
                    Ok(first, SpinWait.SpinUntil((fun () -> int (beats ()) > first + 1), 60_000)))
                |> wantOk

            Expect.isLessThan first 100 "counted from 0"
            Expect.isTrue later "it goes on"
            let lines = leaseText folder
            Expect.equal lines[1] (string Environment.ProcessId) "by this process"
            Expect.stringStarts lines[0] (Environment.MachineName + "/") "on this machine"

            if OperatingSystem.IsLinux() then
                Expect.stringContains lines[0] "/pid:[" "in its space of process ids")

        testCase "work that is refused frees its key"
        <| Ntk.inFolder (fun folder ->
            let refused: Result<unit, PipelineError> =
                Claims.hold (openAt folder) key ignore (fun () -> Error(DataRefused "no"))

            Expect.equal refused (Error(DataRefused "no")) "the refusal"
            Expect.isLessThan (fst (timeToHold (openAt folder))) 60.0 "it can be had at once")

        if OperatingSystem.IsLinux() then
            testCase
                "a dead process of this machine is robbed at once, and so is one whose id another process has"
            <| Ntk.inFolder (fun folder ->
                let dead = killed folder
                let path = leave folder (fun _ -> dead)
                Expect.isLessThan (fst (timeToHold (openAt folder))) 60.0 "killed"
                Expect.isFalse (File.Exists path) "its lease is gone"

                let path = leave folder (ofProcess (string Environment.ProcessId) "1")
                Expect.isLessThan (fst (timeToHold (openAt folder))) 60.0 "an id that came again"
                Expect.isFalse (File.Exists path) "its lease is gone")

        testCase
            "a process of another machine is waited for while it is heard of, and robbed when it is silent"
        <| Ntk.inFolder (fun folder ->
            let path = leave folder (ofHost "elsewhere/boot/pid:[1]")

            // A thread of its own: tests beside this one may hold the pool's.
            let beating =
                Task.Factory.StartNew(
                    (fun () ->
                        for _ in 1..20 do
                            Thread.Sleep 50
                            File.SetLastWriteTimeUtc(path, DateTime.UtcNow)),
                    TaskCreationOptions.LongRunning
                )

            let seconds, waited = timeToHold (openBriefly folder)
            beating.Wait()
            Expect.isTrue waited "it is told"
            Expect.isGreaterThan seconds 3.5 "a second of beats, and the silence after them"
            Expect.isLessThan seconds 60.0 "not for ever")

        testCase "a holder that is done between two looks at it leaves nothing to free, and no fault"
        <| Ntk.inFolder (fun folder ->
            let path = leave folder (ofHost "elsewhere/boot/pid:[1]")
            let held = Path.Combine(claims folder, key.Hex)
            let seen = Expect.wantSome (Lease.inFolder held) "it is held"
            let aside = Path.Combine(folder, "partial", "clock")
            let times = LeaseTimes.Usual
            Expect.isTrue (Lease.isLive times aside seen) "by another machine"
            File.Delete path
            Expect.isFalse (Lease.isLive times aside seen) "its lease is gone"
            Lease.clear held (Some seen)
            Expect.isFalse (Directory.Exists held) "and its folder with it"
            Lease.clear held (Some seen)
            Expect.isNone (Lease.inFolder held) "twice is as good as once")

        testCase "a folder of no lease, as a kill between two steps leaves it, is free"
        <| Ntk.inFolder (fun folder ->
            openAt folder |> ignore
            Directory.CreateDirectory(Path.Combine(claims folder, key.Hex)) |> ignore
            Expect.isLessThan (fst (timeToHold (openAt folder))) 60.0 "at once")

        testCase "a lease that cannot be read is of somebody unknown, who is given the same time"
        <| Ntk.inFolder (fun folder ->
            for text in [ ""; "\000\001"; "a\n1\n2\n-3\n4\n"; "a\n1\n2\n9223372036854775807\n4\n" ] do
                let path = leave folder id
                File.WriteAllText(path, text)
                let seconds, waited = timeToHold (openBriefly folder)
                Expect.isFalse waited "there is no name to tell"
                Expect.isGreaterThan seconds 1.0 "it may just have been taken"
                Expect.isLessThan seconds 60.0 "not for ever")

        testCase "names of what is being written are this machine's, this process's and nobody else's"
        <| fun () ->
            let names = Array.init 1000 (fun _ -> Holder.unusedName ())
            Expect.hasLength (Array.distinct names) 1000 "each its own"
            Expect.all names (fun name -> Holder.pidOfName name = Some Environment.ProcessId) "whose"
            Expect.equal (Holder.pidOfName ("0000" + names[0])) None "another machine's say nothing here"
            Expect.hasLength (names[0].Split '-' |> Array.last) 32 "128 random bits"
    ]
