/// How build.fsx runs `dotnet`, and what it restores before it compiles.
module Restore

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text
open System.Text.RegularExpressions

let root = Path.GetDirectoryName __SOURCE_DIRECTORY__
let at path = Path.Combine(root, path)
let home = Environment.GetFolderPath Environment.SpecialFolder.UserProfile
/// NuGet's own folder, which paket.dependencies names as its source.
let packages = Path.Combine(home, ".nuget", "packages")

// ---- processes ----

let private children = ConcurrentDictionary<Process, unit>()

let private kill (started: Process) =
    try
        started.Kill true
    with :? InvalidOperationException ->
        () // It has ended by itself.

/// Ctrl-C reaches the children by itself, which end in their own way; being told to end takes them along.
let signals = [
    PosixSignalRegistration.Create(PosixSignal.SIGINT, (fun context -> context.Cancel <- true))
    PosixSignalRegistration.Create(PosixSignal.SIGTERM, (fun _ -> Seq.iter kill children.Keys))
]

/// Starts a program that ends with the build.
let start (info: ProcessStartInfo) : Process =
    let started = Process.Start info
    started.EnableRaisingEvents <- true
    children[started] <- ()
    started.Exited.Add(fun _ -> children.TryRemove started |> ignore)
    started

/// Progress goes to stderr, so that stdout holds only what the program that runs has to say.
let say (text: string) = eprintfn $"build: %s{text}"

/// Runs `dotnet …` in a folder and gives its exit code; a quiet one shows its output only when it fails.
let dotnet quiet (folder: string) (arguments: string list) =
    let info = ProcessStartInfo("dotnet", arguments, WorkingDirectory = folder)
    info.RedirectStandardOutput <- quiet
    info.Environment["NUGET_PACKAGES"] <- packages
    info.Environment["DOTNET_NOLOGO"] <- "1"
    info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] <- "1"
    use started = start info
    let output = if quiet then started.StandardOutput.ReadToEnd() else ""
    started.WaitForExit()

    if started.ExitCode <> 0 then
        printf $"%s{output}"

    started.ExitCode

/// Runs `dotnet …` at the root; a failure ends the build with its exit code.
let stepWith quiet arguments =
    let code = dotnet quiet root arguments

    if code <> 0 then
        say $"""failed: dotnet %s{String.concat " " arguments}"""
        exit code

let step, quietStep = stepWith false, stepWith true

/// The MSBuild that `dotnet restore` and `dotnet build` call, without their summaries.
let msbuild project (options: string list) =
    step ([ "msbuild"; project; "-nologo"; "-v:quiet"; "-tl:off"; "-m" ] @ options)

// ---- restoring ----

let filesOf folder pattern =
    Directory.GetFiles(at folder, pattern, SearchOption.AllDirectories)
    |> Array.filter (fun path -> not (Regex.IsMatch(path, @"[\\/](obj|bin)[\\/]")))

/// A new source file needs no restore.
let contents (path: string) =
    File.ReadAllLines path |> Array.filter (fun line -> not (line.TrimStart().StartsWith "<Compile "))

/// What a restore depends on: file contents, the SDK, and the home folder that packages and tools lie in.
let fingerprint () =
    [|
        for file in [ "paket.dependencies"; "paket.lock"; ".config/dotnet-tools.json" ] do
            at file
        yield! filesOf ".paket" "*.proj"
        at "src/Models.targets"
        for folder in [ "src"; "tests" ] do
            for pattern in [ "*.fsproj"; "*.csproj"; "*.props"; "*.targets"; "paket.references" ] do
                yield! filesOf folder pattern
    |]
    |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))
    |> Array.collect (fun path -> [| path; yield! contents path |])
    |> Array.append [| home; string Environment.Version |]
    |> String.concat "\n"
    |> Encoding.UTF8.GetBytes
    |> SHA256.HashData
    |> Convert.ToHexString

let stamp = at ".paket/obj/restored"

/// Every package of paket.lock lies in NuGet's folder, and every project has been restored.
let present () =
    let package (m: Match) =
        Path.Combine(packages, m.Groups[1].Value.ToLowerInvariant(), m.Groups[2].Value.ToLowerInvariant())

    let isRestored (project: string) =
        File.Exists(Path.Combine(Path.GetDirectoryName project, "obj", "project.assets.json"))

    File.Exists(at ".paket/Paket.Restore.targets")
    && Regex.Matches(File.ReadAllText(at "paket.lock"), @"(?m)^ {4}([^ ]+) \(([^ )]+)\)")
       |> Seq.forall (package >> Directory.Exists)
    && [ "src"; "tests" ] |> Seq.collect (fun folder -> filesOf folder "*.??proj") |> Seq.forall isRestored

/// The packages that the sentence encoders' weights lie in.
let modelPackages () =
    Regex.Matches(
        File.ReadAllText(at "src/Models.targets"),
        "<ModelPackage Include=\"(.+?)\" Version=\"(.+?)\""
    )
    |> Seq.map (fun m -> Path.Combine(packages, m.Groups[1].Value.ToLowerInvariant(), m.Groups[2].Value))

/// Left where no source serves those packages, so that not every build asks for them again.
let withoutModels = at ".paket/obj/without-models"

let restoreModels () =
    let code =
        dotnet true root [
            "msbuild"
            ".paket/models.proj"
            "-nologo"
            "-v:quiet"
            "-tl:off"
            "-t:Restore"
        ]

    if code = 0 then
        File.Delete withoutModels
    else
        File.WriteAllText(withoutModels, "")

        say
            "the sentence encoders' packages cannot be had, so LSA stands in; the build after `clean` asks again"

/// Brings what compiles ahead of time, src/CompileAhead.targets; programs start slower where no source serves it.
let restoreCrossgen () =
    if dotnet true root [ "restore"; ".paket/crossgen.proj"; "--verbosity"; "quiet" ] <> 0 then
        say "Crossgen2 cannot be had, so that programs start slower"

let restore () =
    let now = fingerprint ()

    let models () = File.Exists withoutModels || Seq.forall Directory.Exists (modelPackages ())

    if not (File.Exists stamp && File.ReadAllText stamp = now && present () && models ()) then
        say "restoring tools and packages (several hundred MB the first time)"
        Directory.CreateDirectory(at ".paket/obj") |> ignore
        File.Delete stamp
        quietStep [ "tool"; "restore" ]
        msbuild ".paket/feed.proj" [ "-t:Restore" ]
        restoreModels ()
        restoreCrossgen ()
        quietStep [ "paket"; "restore"; "--fail-on-checks" ]
        msbuild "NtkPipeline.sln" [ "-t:Restore" ]
        File.WriteAllText(stamp, now)
