// SharpFuzz and AFL++ on the readers of binary files: inputs are chosen by the branches that they take. Copies of the libraries are
// instrumented, in a folder that goes afterwards; what is found is judged again by the build's own.
#load "restore.fsx"

open System
open System.Diagnostics
open System.IO
open Restore

let tool = "sharpfuzz.commandline@2.3.0"
let program = at "tests/NtkPipeline.Tests/bin/Release"

/// The IL that was compiled: what lies beside a program may be machine code, which cannot be instrumented.
let libraries = [
    for name in [ "NtkPipeline.Core"; "NtkPipeline.Runtime" ] ->
        name + ".dll", at $"src/%s{name}/obj/Release/%s{name}.dll"
]

/// Runs a program to its end, or for so long; its code (none: it was stopped) and what it wrote.
let runFor (longest: TimeSpan) (variables: (string * string) list) (name: string) (arguments: string list) =
    let info =
        ProcessStartInfo(name, arguments, RedirectStandardOutput = true, RedirectStandardError = true)

    for variable, value in variables do
        info.Environment[variable] <- value

    use started = start info
    let output, error = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
    let isOver = started.WaitForExit longest

    if not isOver then
        started.Kill true

    started.WaitForExit()
    (if isOver then Some started.ExitCode else None), output.Result + error.Result

let wanted name arguments =
    match runFor (TimeSpan.FromMinutes 5.0) [] name arguments with
    | Some 0, _ -> ()
    | _, said ->
        say $"""%s{name} %s{String.concat " " arguments}: %s{said}"""
        exit 1

let isHere name =
    Environment.GetEnvironmentVariable("PATH").Split Path.PathSeparator
    |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, name)))

/// AFL++ as Debian packs it, where this user may install it.
let bringFuzzer () =
    if not (isHere "afl-fuzz") && isHere "apt-get" && Environment.UserName = "root" then
        say "installing afl++"
        runFor (TimeSpan.FromMinutes 5.0) [] "apt-get" [ "install"; "-y"; "-q"; "afl++" ] |> ignore

    if not (isHere "afl-fuzz") then
        say "AFL++ is not installed here (Debian's package afl++), so that nothing is fuzzed"
        exit 1

/// The test program in a folder, its own libraries instrumented.
let instrument (folder: string) =
    for path in Directory.GetFileSystemEntries program do
        let name = Path.GetFileName path
        let target = Path.Combine(folder, name)

        match List.tryFind (fst >> (=) name) libraries with
        | Some(_, library) -> File.Copy(library, target)
        // A program's own folder is where its files lie, links followed.
        | None when name.StartsWith "NtkPipeline.Tests." -> File.Copy(path, target)
        | None -> File.CreateSymbolicLink(target, path) |> ignore

    for name, _ in libraries do
        wanted "dotnet" [ "tool"; "exec"; tool; "-y"; "--"; Path.Combine(folder, name) ]

let tests folder = Path.Combine(folder, "NtkPipeline.Tests.dll")

let settings = [
    "AFL_NO_UI", "1"
    "AFL_SKIP_BIN_CHECK", "1"
    "AFL_SKIP_CPUFREQ", "1"
    "AFL_NO_AFFINITY", "1"
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1"
    "AFL_FORKSRV_INIT_TMOUT", "120000"
    // Crashes and hangs are enough to be told of once.
    "AFL_IGNORE_PROBLEMS", "1"
]

/// Fuzzes one reader for so many seconds; says what was tried, and gives the code.
let fuzz (folder: string) (seconds: int) (reader: string) =
    let at name = Path.Combine(reader, name)
    let name = File.ReadAllText(at "name")
    let words = if FileInfo(at "words").Length > 0L then [ "-x"; at "words" ] else []
    let target = [ "dotnet"; tests folder; "fuzz"; "one"; Path.GetFileName reader ]

    let _, said =
        [
            "-i"
            at "seeds"
            "-o"
            at "out"
            "-m"
            "none"
            "-t"
            "10000"
            "-V"
            string seconds
        ]
        @ words
        @ [ "--" ]
        @ target
        |> runFor (TimeSpan.FromSeconds(float seconds + 600.0)) settings "afl-fuzz"

    let stats = at "out/default/fuzzer_stats"

    if not (File.Exists stats) then
        printfn $"%s{name}: AFL++ could not fuzz it: %s{said}"
        1
    else
        let number key =
            File.ReadAllLines stats
            |> Array.tryPick (fun line ->
                match line.Split ':' with
                | [| found; value |] when found.Trim() = key -> Some(value.Trim())
                | _ -> None)
            |> Option.defaultValue "?"

        let found =
            [ "crashes"; "hangs" ]
            |> List.collect (fun kind ->
                Directory.GetFiles(at $"out/default/%s{kind}")
                |> Array.filter (fun path -> Path.GetFileName path <> "README.txt")
                |> List.ofArray)

        let judged =
            found
            |> List.filter (fun path ->
                let code, said =
                    runFor (TimeSpan.FromMinutes 1.0) [] "dotnet" [
                        tests program
                        "fuzz"
                        "judge"
                        Path.GetFileName reader
                        path
                    ]

                if code <> Some 0 then
                    let kept = Directory.CreateDirectory(Restore.at ".build/fuzz").FullName
                    let number = Directory.GetFiles(kept).Length
                    let copy = Path.Combine(kept, $"%s{Path.GetFileName reader}-%d{number}")
                    File.Copy(path, copy)
                    let what = if code.IsNone then "it is read for a minute and more" else said.Trim()
                    printfn $"%s{name}: %s{what}; the input is kept as %s{copy}"

                code <> Some 0)

        printfn
            $"""%s{name}: %s{number "execs_done"} inputs, %s{number "corpus_count"} of them kept for what they reach; %d{judged.Length} read or refused as they may not be, %d{found.Length - judged.Length} stopped that are well when read alone"""

        if judged.IsEmpty then 0 else 1

match List.tail (List.ofArray fsi.CommandLineArgs) with
| seconds :: names ->
    bringFuzzer ()
    // Within the clone, whose files the test program looks for from its own folder upwards.
    let work = Restore.at $".build/fuzz-%d{Environment.ProcessId}"
    let folder, seeds = Path.Combine(work, "program"), Path.Combine(work, "seeds")
    Directory.CreateDirectory folder |> ignore
    instrument folder
    wanted "dotnet" [ tests program; "fuzz"; "seeds"; seeds ]

    let code =
        Directory.GetDirectories seeds
        |> Array.sort
        |> Array.filter (fun reader -> names.IsEmpty || List.contains (Path.GetFileName reader) names)
        |> Array.map (fuzz folder (int seconds))
        |> Array.fold max 0

    Directory.Delete(work, true)
    exit code
| [] -> exit 2
