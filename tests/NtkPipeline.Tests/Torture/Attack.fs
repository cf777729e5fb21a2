/// A store that is attacked from outside while programs work in it: what they had told as made is not made again, what comes out has the bytes of
/// a program left alone, and the store is sound.
module NtkPipeline.Tests.Attack

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk

/// Longer than any attacked program needs on a busy machine; one that is not over by then hangs.
let private patience = TimeSpan.FromMinutes 5.0

/// `ntk` as the words of a command line.
let ntk (arguments: string list) : string list =
    "dotnet" :: Path.Combine(AppContext.BaseDirectory, "ntk.dll") :: WeakSettings.expand arguments

/// Starts a command; .NET's own writes to code pages and pipes are kept out of what is counted and made to fail.
let start (command: string list) : Process =
    let info =
        ProcessStartInfo(
            command.Head,
            command.Tail,
            RedirectStandardError = true,
            RedirectStandardOutput = true
        )

    for name in [ "DOTNET_EnableWriteXorExecute"; "DOTNET_EnableDiagnostics" ] do
        info.Environment[name] <- "0"

    Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"

/// Waits for its end, or kills it after so long; 128 + 9 is the code of what was killed.
let finish (after: TimeSpan option) (started: Process) : Answer =
    use started = started
    let output, error = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()

    if not (started.WaitForExit(defaultArg after patience)) then
        started.Kill(entireProcessTree = true)

        if after.IsNone then
            failtest $"it hangs: %s{output.Result}%s{error.Result}"

    started.WaitForExit()

    { Code = started.ExitCode; Output = output.Result; Error = error.Result }

let killed = 137

/// A run of these tweets, short, into a store and a folder of results.
let private arguments (tweets: string) (store: string) (out: string) =
    RunCall.run tweets store out (fewNetworks "16,64")

/// What the run gives that nobody attacks, and how long it takes.
let private alone =
    lazy
        (let mutable found = [], TimeSpan.Zero

         inFolder
             (fun folder ->
                 let clock = Stopwatch.StartNew()

                 let run =
                     arguments
                         (tweets folder 240)
                         (Path.Combine(folder, "store"))
                         (Path.Combine(folder, "out"))

                 let answer = ntk run |> start |> finish None
                 Expect.equal answer.Code 0 answer.Error
                 found <- Programs.results folder "out", clock.Elapsed)
             ()

         found)

/// How long a run takes here that nobody attacks.
let length () : TimeSpan = snd alone.Value


/// A store and results, attacked again and again until a run ends well; then another.
type Chain(folder: string) =
    let tweets = tweets folder 240
    let mutable number, runs = 0, 0
    let mutable told: Set<string> = Set.empty
    let store () = Path.Combine(folder, $"store-%d{number}")
    let out () = $"out-%d{number}"

    /// Runs that have ended well, each with the right bytes.
    member _.Runs = runs

    member _.Store = store ()

    /// The run that comes next.
    member _.Next: string list = arguments tweets (store ()) (Path.Combine(folder, out ()))

    /// Holds what a run has said against what was said before, and what it gave, where it ended well, against what is right.
    member _.Look(what: string, answer: Answer) : unit =
        let made = Programs.ran answer.Error
        let twice = made |> List.countBy id |> List.filter (fun (_, count) -> count > 1) |> List.map fst
        let again = List.filter told.Contains made @ twice
        Expect.isEmpty again $"%s{what}: what was told as made is made once\n%s{answer.Error}"
        told <- told + Set.ofList made

        for words in [ "   at "; "our own mistake" ] do
            Expect.isFalse (answer.Error.Contains words) $"%s{what}: no mistake of ours\n%s{answer.Error}"

        if answer.Code = 0 then
            Expect.equal (Programs.results folder (out ())) (fst alone.Value) $"%s{what}: the same bytes"

            // A disk of the program's own has gone with it.
            if not (Seq.isEmpty (Directory.EnumerateFileSystemEntries(store ()))) then
                let verified = call [ "store"; "verify"; "--store"; store () ]
                Expect.equal verified.Code 0 $"%s{what}: a sound store, %s{verified.Error}"

            Directory.Delete(store (), true)
            Directory.Delete(Path.Combine(folder, out ()), true)
            runs <- runs + 1
            number <- number + 1
            told <- Set.empty

    /// Lets the run end in peace, whatever was done to it before.
    member chain.End(what: string) : unit =
        let answer = ntk chain.Next |> start |> finish None
        Expect.equal answer.Code 0 $"%s{what}, then left alone: %s{answer.Error}"
        chain.Look($"%s{what}, then left alone", answer)

/// Says what was tried where somebody asked for it.
let report (what: string) (attacks: int) (chain: Chain) : unit =
    if Asked.count.IsSome then
        printfn $"%s{what}: %d{attacks}; %d{chain.Runs} runs ended, each with the right bytes, no stage lost"
