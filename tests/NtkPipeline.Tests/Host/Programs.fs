/// Programs that run beside this one, as a person or a queue starts them.
module NtkPipeline.Tests.Programs

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Tests.Ntk

/// Starts `ntk` in a folder, by these words of a command line, with these variables in its environment.
let private launchBy
    (before: string list)
    (folder: string)
    (environment: (string * string) list)
    (arguments: string list)
    =
    let program = Path.Combine(AppContext.BaseDirectory, "ntk.dll")
    let command = before @ [ "dotnet"; program ] @ WeakSettings.expand arguments

    let info =
        ProcessStartInfo(
            command.Head,
            command.Tail,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder
        )

    for name, value in environment do
        info.Environment[name] <- value

    Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"

let private launch = launchBy []

/// A program before others that may write no file longer than so many kB: EFBIG, and no signal. POSIX counts in halves of a kB.
let limited (kB: int) : string list = [ "sh"; "-c"; $"trap '' XFSZ; ulimit -f %d{2 * kB}; exec \"$@\""; "sh" ]

/// Starts `ntk` so limited. .NET's own writes to code pages are files too, of 2 GB.
let startLimited (kB: int) =
    launchBy (limited kB) Environment.CurrentDirectory [ "DOTNET_EnableWriteXorExecute", "0" ]

/// Starts `ntk` by a shell's line, which calls it as "$@".
let startBy (line: string) = launchBy [ "sh"; "-c"; line; "sh" ] Environment.CurrentDirectory []

let startWith (environment: (string * string) list) = launch Environment.CurrentDirectory environment

let start = startWith []

/// The same in a folder.
let startIn (folder: string) = launch folder []

/// What a program said that ended well.
let finish (started: Process) =
    let output = started.StandardOutput.ReadToEndAsync()
    let said = started.StandardError.ReadToEnd()
    started.WaitForExit()
    Expect.equal started.ExitCode 0 (output.Result + said)
    said

/// The stages that a program ran: "train-network/…: 0.12 s, 3 kB".
let ran (said: string) = [
    for found in Regex.Matches(said, @"^(\S+): [\d.]+ s, ", RegexOptions.Multiline) -> found.Groups[1].Value
]

/// The stages that a program ran, as its summary has them.
let made (folder: string) (out: string) = [
    use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, out, "summary.json")))

    for stage in summary.RootElement.GetProperty("stages").EnumerateArray() do
        if not (stage.GetProperty("cached").GetBoolean()) then
            nonNull (stage.GetProperty("name").GetString())
]

/// A quick run of these tweets, with networks of two widths: what is asked of several programs is asked of each stage, be they few.
let arguments folder data store out =
    RunCall.run data (Path.Combine(folder, store)) (Path.Combine(folder, out)) (fewNetworks "16,64")

/// What a run writes that has to be the same bytes whoever made its stages.
let results folder out =
    [ "report.html"; "results.csv"; "submission.csv" ]
    |> List.map (fun name ->
        name, (NtkPipeline.Core.Digest.ofBytes (File.ReadAllBytes(Path.Combine(folder, out, name)))).Hex)

/// What one program gives that has a store to itself: the stages that it ran, and its results.
let alone =
    lazy
        (let mutable found = [], []

         inFolder
             (fun folder ->
                 let answer = arguments folder (tweets folder 240) "store" "out" |> wantDone
                 found <- ran answer.Error, results folder "out")
             ()

         found)
