/// Shows that a change moves no result: the synthetic sample, with LSA, is run by the program of a commit and by this folder's, and what
/// they write is compared byte for byte.
///   dotnet fsi tests/same-results.fsx COMMIT [more arguments of `ntk run`]
/// Columns of results.csv that only one of them has are left out and named. Exit code 0 where all is the same, 1 where not.
open System
open System.Diagnostics
open System.IO

let here = Path.GetFullPath(Path.Combine(__SOURCE_DIRECTORY__, ".."))
let arguments = fsi.CommandLineArgs |> Array.skip 1
let work = Directory.CreateTempSubdirectory("ntk-same-").FullName

let call (folder: string) (program: string) (arguments: string seq) =
    let start =
        ProcessStartInfo(
            program,
            arguments,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    use started = nonNull (Process.Start start)
    let error = started.StandardError.ReadToEndAsync()
    started.StandardOutput.ReadToEnd() |> ignore
    started.WaitForExit()

    if started.ExitCode <> 0 then
        eprintfn $"%s{program} ended with %d{started.ExitCode} in %s{folder}:\n%s{error.Result}"
        exit 2

/// The settings of the version that the first results were written by: every later one can be asked for them.
let settings = [
    for text in
        [
            "embed.encoder=lsa"
            "train.tracked-epochs=0,1,2,5,10,20,50"
            "train.widths=16,64,256"
        ] do
        "--set"
        text
]

let run (root: string) (name: string) (more: string[]) =
    call root "dotnet" [ "fsi"; "build.fsx"; "build" ]
    let ntk = Path.Combine(root, "src", "NtkPipeline.Host", "bin", "Release", "ntk.dll")
    let out = Path.Combine(work, name)

    call root "dotnet" [
        ntk
        "run"
        "--store"
        out + "-store"
        "--out"
        out
        yield! settings
        yield! more
    ]

    out

/// Fields of a CSV line, quotes kept: enough to drop columns.
let fields (line: string) =
    let mutable quoted = false

    [|
        let mutable start = 0

        for k in 0 .. line.Length - 1 do
            if line[k] = '"' then
                quoted <- not quoted
            elif line[k] = ',' && not quoted then
                line[start .. k - 1]
                start <- k + 1

        line[start..]
    |]

let table (path: string) (columns: Set<string>) =
    let lines = File.ReadAllLines path |> Array.map fields

    let kept = [|
        for k in 0 .. lines[0].Length - 1 do
            if columns.Contains(lines[0][k]) then
                k
    |]

    lines |> Array.map (fun line -> kept |> Array.map (fun k -> Array.tryItem k line))

let header (path: string) = (File.ReadLines path |> Seq.head |> fields) |> Set.ofArray

let same (a: string) (b: string) name =
    let one, other = Path.Combine(a, name), Path.Combine(b, name)

    if Path.GetExtension name = ".csv" then
        let common = Set.intersect (header one) (header other)
        let alone = (header one + header other) - common

        for column in alone do
            printfn $"%s{name}: the column '%s{column}' stands in one of them alone"

        table one common = table other common
    else
        File.ReadAllBytes one = File.ReadAllBytes other

if arguments.Length = 0 then
    eprintfn "which commit? dotnet fsi tests/same-results.fsx COMMIT"
    exit 2

let before = Path.Combine(work, "before")
call here "git" [ "worktree"; "add"; "--detach"; before; Array.head arguments ]

let differing =
    try
        let was = run before "was" (Array.tail arguments)
        let is = run here "is" (Array.tail arguments)

        [ "results.csv"; "submission.csv"; "report.html" ]
        |> List.filter (fun name ->
            let equal = same was is name
            printfn $"""%s{name}: %s{if equal then "the same" else "DIFFERENT"}"""
            not equal)
    finally
        call here "git" [ "worktree"; "remove"; "--force"; before ]
        Directory.Delete(work, true)

exit (if differing.IsEmpty then 0 else 1)
