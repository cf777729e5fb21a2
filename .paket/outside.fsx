/// What a stranger does with the packages, in a folder that is no clone of ours: compiles a C# program, runs an F# script, installs the tool.
module Outside

open System
open System.Diagnostics
open System.IO
open Restore

/// Runs a program there and gives whether it ended well; what it said is shown where it did not.
let private run (folder: string) (program: string) (arguments: string list) : bool =
    say $"""outside: %s{Path.GetFileName program} %s{String.concat " " arguments}"""
    let info = ProcessStartInfo(program, arguments, WorkingDirectory = folder)
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    info.Environment["DOTNET_NOLOGO"] <- "1"
    info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] <- "1"
    use started = start info
    let said, errors = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()

    if not (started.WaitForExit(TimeSpan.FromMinutes 10.0)) then
        started.Kill true
        started.WaitForExit()

    let isDone = started.ExitCode = 0

    if isDone then
        let last = said.Result.TrimEnd().Split '\n' |> Array.last
        say $"  %s{last.Trim()}"
    else
        eprintf $"%s{said.Result}%s{errors.Result}"

    isDone

/// A file of tests/outside with the words of this run in place.
let private copy (folder: string) (source: string) (name: string) (replaced: (string * string) list) : unit =
    let text =
        File.ReadAllText(at $"tests/outside/%s{source}")
        |> List.foldBack (fun (word: string, by: string) (text: string) -> text.Replace(word, by)) replaced

    File.WriteAllText(Path.Combine(folder, name), text)

let private project (folder: string) version : bool =
    let place = Path.Combine(folder, "project")
    Directory.CreateDirectory place |> ignore
    copy place "Program.cs" "Program.cs" []
    copy place "project.xml" "Outside.csproj" [ ("VERSION", version) ]
    copy place "sources.xml" "nuget.config" [ ("FOLDER", Path.Combine(folder, "packages")) ]
    run place "dotnet" [ "run"; "-c"; "Release" ]

let private script (folder: string) version : bool =
    copy folder "solve.fsx" "solve.fsx" [ "VERSION", version; "FOLDER", Path.Combine(folder, "packages") ]
    run folder "dotnet" [ "fsi"; "solve.fsx" ]

/// The two small foreign sets: topics of headlines, and rows of numbers.
let private foreign = [
    "headlines",
    [
        "--data"
        "headlines"
        "--set"
        "data.text=headline"
        "--set"
        "data.label=topic"
    ]
    "houses",
    [
        "features=houses/X.npy"
        "targets=houses/y.npy"
        "test-features=houses/new.npy"
    ]
    |> List.collect (fun setting -> [ "--set"; "data." + setting ])
]

/// Installed from the packages, it runs on data that somebody has in an otherwise empty folder.
let private tool (folder: string) version : bool =
    let place = Path.Combine(folder, "empty")
    let ntk = Path.Combine(folder, "tools", (if OperatingSystem.IsWindows() then "ntk.exe" else "ntk"))
    let packed = Path.Combine(folder, "packages")

    let install = [
        "tool"
        "install"
        "NtkPipeline.Tool"
        "--tool-path"
        Path.GetDirectoryName ntk
    ]

    let quick =
        [ "embed.encoder=lsa"; "train.widths=16,64"; "train.seeds=1"; "train.epochs=5" ]
        |> List.collect (fun setting -> [ "--set"; setting ])

    for name, _ in foreign do
        Directory.CreateDirectory(Path.Combine(place, name)) |> ignore

        for file in Directory.GetFiles(at $"data/%s{name}") do
            File.Copy(file, Path.Combine(place, name, Path.GetFileName file))

    run place "dotnet" (install @ [ "--version"; version; "--add-source"; packed ])
    && foreign
       |> List.forall (fun (name, data) ->
           let results = Path.Combine(place, "found", name)

           run place ntk ([ "run"; "--quiet"; "--out"; results ] @ data @ quick)
           && File.Exists(Path.Combine(results, "report.html")))

/// Packages under a version of their own, so that no earlier ones are taken for them; they leave NuGet's folder again.
let private forget version : unit =
    for name in [ "core"; "runtime"; "torch" ] do
        let kept = Path.Combine(packages, $"ntkpipeline.%s{name}", version)

        if Directory.Exists kept then
            Directory.Delete(kept, true)

/// All of it, or the parts that are named; the exit code is 0 where all of them hold.
let outside (arguments: string list) : int =
    let parts = [ "project", project; "script", script; "tool", tool ]
    let version = $"%s{Pack.version}-outside.%d{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}"
    let folder = Directory.CreateTempSubdirectory("ntk-outside-").FullName
    let packed = Path.Combine(folder, "packages")
    let isAsked name = arguments.IsEmpty || List.contains name arguments
    Pack.packLibraries packed version

    if isAsked "tool" then
        Pack.packTool packed version

    let failed =
        parts
        |> List.filter (fst >> isAsked)
        |> List.filter (fun (_, part) -> not (part folder version))
        |> List.map fst

    forget version

    if failed.IsEmpty then
        Directory.Delete(folder, true)
        say "outside: everything holds"
        0
    else
        say $"""outside: %s{String.concat ", " failed} failed; %s{folder} is left to look at"""
        1
