// The whole build in one script that needs nothing but the .NET SDK:  dotnet fsi build.fsx [target] [arguments]
#load ".paket/restore.fsx" ".paket/audit.fsx"

open System
open System.IO
open Restore

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

/// The program, and the one that it starts where several machines are to work, which is built on it.
let host, cluster = "src/NtkPipeline.Host", "src/NtkPipeline.Cluster"

let ntk arguments =
    build cluster
    start host "ntk" arguments

/// `run --seed 2` means `ntk run --seed 2`; `run kernel …` means `ntk kernel …`.
let run (arguments: string list) =
    match arguments with
    | first :: _ when not (first.StartsWith '-') -> ntk arguments
    | _ -> ntk ("run" :: arguments)

/// What .paket/further.fsx does after a build.
let further target arguments =
    build cluster
    dotnet false root ("fsi" :: ".paket/further.fsx" :: target :: arguments)

let tests kind = buildThenStart $"tests/NtkPipeline.%s{kind}" $"NtkPipeline.%s{kind}"

let private attack list (count: string) =
    Environment.SetEnvironmentVariable("NTK_TORTURE", count)
    tests "Tests" [ "--filter"; $"NtkPipeline.%s{list}" ]

/// Each reader of binary files for so many seconds.
let private fuzz (seconds: string) =
    build "tests/NtkPipeline.Tests"
    dotnet false root [ "fsi"; ".paket/fuzz.fsx"; seconds ]

/// What `torture` does: of each part how much by default, and by what; the exit code is 0 where nothing was found.
let tortures =
    let part name count list = name, count, attack list

    [
        part "readers" "100000" "readers"
        part "kills" "200" "torture.killed at random"
        part "calls" "200" "torture.killed at calls"
        part "errors" "100" "torture.a call that fails"
        part "disks" "100" "torture.a disk that fills"
        part "processes" "50" "torture.two and four"
        part "damage" "100" "a damaged store"
        "fuzz", "60", fuzz
    ]

/// All parts, or those that are named, with as many as they have by default, or as a number says.
let torture (arguments: string list) =
    let counts, names = arguments |> List.partition (Seq.forall Char.IsAsciiDigit)
    let isKnown name = tortures |> List.exists (fun (part, _, _) -> part = name)

    match List.filter (isKnown >> not) names with
    | [] ->
        tortures
        |> List.filter (fun (part, _, _) -> names.IsEmpty || List.contains part names)
        |> List.map (fun (_, usual, act) -> act (List.tryLast counts |> Option.defaultValue usual))
        |> List.max
    | unknown ->
        let known = tortures |> List.map (fun (part, _, _) -> part) |> String.concat ", "
        say $"torture has no part %s{unknown.Head}; there are %s{known}."
        2

/// Layout only: the style rules of .editorconfig are part of compiling.
let layOut fantomas whitespace _ =
    restore ()

    step (
        [ "fantomas" ]
        @ fantomas
        @ [ "src"; "tests"; "build.fsx" ]
        @ [
            for script in Directory.GetFiles(at ".paket", "*.fsx") -> $".paket/%s{Path.GetFileName script}"
        ]
    )

    for folder in [ host; cluster ] do
        step ([ "format"; "whitespace"; folder; "--folder"; "-v"; "quiet" ] @ whitespace)

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
    |> Seq.append [ at ".paket/obj"; at "paket-files"; at ".build"; at ".fsdocs" ]
    |> Seq.filter Directory.Exists
    |> Seq.iter (fun folder -> Directory.Delete(folder, true))

    0

let targets = [
    "build", "compile everything", buildAll
    "run", "compile, then `ntk` with the remaining arguments (`ntk run` if they name no command)", run
    "test", "compile, then run the tests; further arguments go to them", tests "Tests"
    "torture",
    "compile, then attack: readers by generated inputs and by a fuzzer, runs by kills, failing calls, full disks, others, damage; `torture kills 50`",
    torture
    "check", "fail where `format` would change a source file", layOut [ "--check" ] [ "--verify-no-changes" ]
    "format", "lay out every source file", layOut [] []
    "lock", "after an edit of paket.dependencies: choose versions, write paket.lock", lock
    "audit", "name the packages that an advisory is out against, as far as NuGet's sources know", Audit.audit
    "pack",
    "compile, then write NuGet packages of the libraries and of the tool into .build/packages",
    further "pack"
    "outside",
    "compile, pack, and use the packages in an empty folder: a C# project, a script, the tool; or the parts named",
    further "outside"
    "docs",
    "compile, then write the API reference and the guides into .build/docs, and check their links",
    further "docs"
    "guides", "compile, then run and check the commands that README and the guides show", further "guides"
    "bench", "compile, then the benchmarks with the remaining arguments", tests "Benchmarks"
    "explore", "compile, then the tour in src/explore.fsx", explore
    "notebook",
    "compile, then write the tour as src/explore.ipynb and run it, by dotnet-repl",
    further "notebook"
    "browser",
    "compile, then try a report, of texts that mean harm, in the chromium that is installed",
    further "browser"
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
