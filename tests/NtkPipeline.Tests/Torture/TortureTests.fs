/// Kills, failing calls, full disks, and containers on one store: some of each here, as many as asked for by `dotnet fsi build.fsx torture`.
module NtkPipeline.Tests.TortureTests

open System
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Attack

let private seed = 20261129

/// Attacks until so many have struck; an attack says whether it did.
let private strike (what: string) (few: int) (attack: Random -> Chain -> bool) =
    inFolder (fun folder ->
        let chain, random = Chain folder, Random seed
        let wanted = Asked.orElse few
        let mutable struck, tried = 0, 0

        while struck < wanted do
            tried <- tried + 1
            Expect.isLessThan tried (20 * wanted + 20) $"%s{what}: they strike"

            if attack random chain then
                struck <- struck + 1

        chain.End what
        report what struck chain)

/// The gc that a person may start beside anything.
let private collect (random: Random) (chain: Chain) =
    if Directory.Exists chain.Store && random.Next 4 = 0 then
        [ "store"; "gc"; "--store"; chain.Store ] |> wantDone |> ignore

let private killAtRandom (random: Random) (chain: Chain) =
    collect random chain
    let after = length () * (0.1 + 0.9 * random.NextDouble())
    let answer = ntk chain.Next |> start |> finish (Some after)
    chain.Look("killed at a random instant", answer)
    answer.Code = killed

/// Calls that change what lies on a disk, and one that begins most of them.
let private calls = [|
    "openat"
    "pwrite64"
    "fsync"
    "rename"
    "link"
    "unlink"
    "mkdir"
    "rmdir"
    "flock"
    "ftruncate"
    "close"
|]

/// Small numbers more often than large ones.
let private number (random: Random) most = int (Math.Exp(random.NextDouble() * Math.Log(float most)))

let private killAtCall (random: Random) (chain: Chain) =
    let call = calls[random.Next calls.Length]
    let most = if call = "openat" || call = "close" then 1500 else 60
    let number = number random most

    let answer = ntk chain.Next |> Strace.at call "signal=KILL" (string number) |> start |> finish None

    chain.Look($"killed at %s{call} %d{number}", answer)
    answer.Code = killed

/// Which calls can fail with what.
let private faults = [|
    "pwrite64", "ENOSPC"
    "pwrite64", "EIO"
    "pwrite64", "EDQUOT"
    "pwrite64", "EFBIG"
    "fsync", "EIO"
    "fsync", "ENOSPC"
    "rename", "EACCES"
    "rename", "EIO"
    "rename", "ENOSPC"
    "mkdir", "EACCES"
    "mkdir", "ENOSPC"
    "unlink", "EACCES"
    "unlink", "EIO"
    "ftruncate", "EIO"
    "ftruncate", "EFBIG"
    "link", "EACCES"
|]

/// A call fails once or from then on: what says so in a sentence, or goes on, loses nothing.
let private fail (random: Random) (chain: Chain) =
    let call, error = faults[random.Next faults.Length]
    let number = number random 40
    let when' = if random.Next 2 = 0 then $"%d{number}" else $"%d{number}+"
    let what = $"%s{call} %s{when'} with %s{error}"

    let answer = ntk chain.Next |> Strace.at call $"error=%s{error}" when' |> start |> finish None

    Expect.contains [ 0; 1 ] answer.Code $"%s{what}: done or refused\n%s{answer.Error}"
    chain.Look(what, answer)

    if answer.Code = 1 then
        chain.End what
        true
    else
        false

/// The store on a disk of so many kB; once that was full, the disk becomes a large one.
let private full =
    "mount -t tmpfs -o size=$0k none \"$1\"; store=$1; shift; \"$@\"; code=$?; [ $code = 0 ] && exit 0; "
    + "[ $code = 1 ] || exit $code; echo SECOND >&2; mount -o remount,size=1g \"$store\"; \"$@\""

let private fill (random: Random) (chain: Chain) =
    Directory.CreateDirectory chain.Store |> ignore
    let size = 8 + number random 4000

    let answer =
        [ "unshare"; "-m"; "sh"; "-c"; full; string size; chain.Store ] @ ntk chain.Next
        |> start
        |> finish None

    Expect.equal answer.Code 0 $"a disk of %d{size} kB: at last it ends well\n%s{answer.Error}"
    chain.Look($"a disk of %d{size} kB", answer)
    answer.Error.Contains "SECOND"

/// Two or four programs, each with the pid 1, each to end well.
let private contain (random: Random) (chain: Chain) =
    let count = if random.Next 2 = 0 then 2 else 4
    let contained = [ "unshare"; "-p"; "-f"; "--mount-proc" ] @ ntk chain.Next

    let answers =
        [ for _ in 1..count -> start contained ]
        |> List.map (fun program -> async { return finish None program })
        |> Async.Parallel
        |> Async.RunSynchronously

    let said = answers |> Array.map _.Error |> String.concat "\n"
    Expect.allEqual (answers |> Array.map _.Code) 0 said
    chain.Look($"%d{count} programs of one pid", { answers[0] with Error = said })
    true

let tests =
    testSequenced
    <| testList "torture" [
        Strace.testWhere
            (not (OperatingSystem.IsWindows()))
            "killed at random instants, a run loses nothing but the stage it was in"
            (strike "kills at random instants" 2 killAtRandom)

        Strace.testWhere
            Strace.isHere
            "killed at calls of the system, a run loses nothing but the stage it was in"
            (strike "kills at calls of the system" 2 killAtCall)

        Strace.testWhere
            Strace.isHere
            "a call that fails is refused in a sentence, or gone round; what was made stays"
            (strike "calls that failed" 2 fail)

        Strace.testWhere
            Strace.canContain
            "a disk that fills is refused in a sentence; with space again the run ends"
            (strike "full disks" 1 fill)

        Strace.testWhere
            Strace.canContain
            "two and four programs of one pid share a store"
            (strike "rounds of two or four programs of one pid" 1 contain)
    ]
