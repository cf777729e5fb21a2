// The whole build in one script that needs nothing but the .NET SDK:  dotnet fsi build.fsx [target] [arguments]
open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text
open System.Text.RegularExpressions

let root = __SOURCE_DIRECTORY__
let at path = Path.Combine(root, path)
let home = Environment.GetFolderPath Environment.SpecialFolder.UserProfile
/// NuGet's own folder, which paket.dependencies names as its source.
let packages = Path.Combine(home, ".nuget", "packages")

// ---- processes ----

let mutable child: Process option = None

/// Ctrl-C reaches the child by itself, which ends in its own way; being told to end takes the child along.
let signals = [
    PosixSignalRegistration.Create(PosixSignal.SIGINT, (fun context -> context.Cancel <- true))
    PosixSignalRegistration.Create(PosixSignal.SIGTERM, (fun _ -> child |> Option.iter _.Kill(true)))
]

/// Progress goes to stderr, so that stdout holds only what the program that runs has to say.
let say (text: string) = eprintfn $"build: %s{text}"

/// Runs `dotnet …` in a folder and gives its exit code; a quiet one shows its output only when it fails.
let dotnet quiet (folder: string) (arguments: string list) =
    let info = ProcessStartInfo("dotnet", arguments, WorkingDirectory = folder)
    info.RedirectStandardOutput <- quiet
    info.Environment["NUGET_PACKAGES"] <- packages
    info.Environment["DOTNET_NOLOGO"] <- "1"
    info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] <- "1"
    use started = Process.Start info
    child <- Some started
    let output = if quiet then started.StandardOutput.ReadToEnd() else ""
    started.WaitForExit()
    child <- None

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

// ---- targets ----

let build project =
    restore ()
    say $"compiling %s{project}"
    msbuild project [ "-p:Configuration=Release" ]

/// Runs a program where the caller stands, so that relative paths mean what they say.
let start project (assembly: string) arguments =
    dotnet false Environment.CurrentDirectory (at $"%s{project}/bin/Release/%s{assembly}.dll" :: arguments)

let buildThenStart project assembly arguments =
    build project
    start project assembly arguments

let buildAll _ =
    build "NtkPipeline.sln"
    0

let host = "src/NtkPipeline.Host"
let ntk = buildThenStart host "ntk"

/// `run --seed 2` means `ntk run --seed 2`; `run kernel …` means `ntk kernel …`.
let run (arguments: string list) =
    match arguments with
    | first :: _ when not (first.StartsWith '-') -> ntk arguments
    | _ -> ntk ("run" :: arguments)

let tests kind = buildThenStart $"tests/NtkPipeline.%s{kind}" $"NtkPipeline.%s{kind}"

/// Layout only: the style rules of .editorconfig are part of compiling.
let layOut fantomas whitespace _ =
    restore ()
    step ([ "fantomas" ] @ fantomas @ [ "src"; "tests"; "build.fsx" ])
    step ([ "format"; "whitespace"; host; "--folder"; "-v"; "quiet" ] @ whitespace)
    0

/// Offers Paket every package that paket.dependencies can lead to, and lets it choose.
let lock _ =
    quietStep [ "tool"; "restore" ]
    msbuild ".paket/lock.proj" [ "-t:Restore" ]
    step [ "paket"; "install" ]
    restore ()
    0

let explore arguments =
    build host
    dotnet false root ("fsi" :: "src/explore.fsx" :: arguments)

let sample _ = ntk [ "sample"; "--out"; at "data/sample" ]

let clean _ =
    [ "src"; "tests" ]
    |> Seq.collect (fun folder -> Directory.GetDirectories(at folder))
    |> Seq.collect (fun project -> [ $"%s{project}/bin"; $"%s{project}/obj" ])
    |> Seq.append [ at ".paket/obj"; at "paket-files" ]
    |> Seq.filter Directory.Exists
    |> Seq.iter (fun folder -> Directory.Delete(folder, true))

    0

let targets = [
    "build", "compile everything", buildAll
    "run", "compile, then `ntk` with the remaining arguments (`ntk run` if they name no command)", run
    "test", "compile, then run the tests; further arguments go to them", tests "Tests"
    "check", "fail where `format` would change a source file", layOut [ "--check" ] [ "--verify-no-changes" ]
    "format", "lay out every source file", layOut [] []
    "lock", "after an edit of paket.dependencies: choose versions, write paket.lock", lock
    "bench", "compile, then the benchmarks with the remaining arguments", tests "Benchmarks"
    "explore", "compile, then the tour in src/explore.fsx", explore
    "sample", "make the synthetic sample in data/sample again", sample
    "clean", "delete what was built; packages stay in NuGet's folder", clean
]

match List.tail (List.ofArray fsi.CommandLineArgs) with
| [] -> run []
| ("help" | "--help" | "-h") :: _ ->
    printfn "dotnet fsi build.fsx [target] [arguments]; without a target: build, then `ntk run`"
    printfn "--help needs a -- before it: dotnet fsi build.fsx -- run kernel --help\n"
    targets |> List.iter (fun (name, meaning, _) -> printfn $"  %-8s{name} %s{meaning}")
    0
| name :: arguments ->
    match targets |> List.tryFind (fun (known, _, _) -> known = name) with
    | Some(_, _, act) -> act arguments
    | None ->
        let known = targets |> List.map (fun (known, _, _) -> known) |> String.concat ", "
        say $"there is no target '%s{name}'; there are %s{known}."
        2
|> exit
