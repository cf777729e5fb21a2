/// The commands that README and the guides show: what stands in a fence of `sh` is run as it is written; of what stands in a line, the
/// target, the command and every option must be there, and settings must be such.
module Guides

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Linq
open System.Text
open System.Text.RegularExpressions
open Restore

let private files () =
    at "README.md"
    :: at "data/README.md"
    :: (Directory.GetFiles(at "src/docs", "*.md") |> Array.sort |> List.ofArray)

let private named (file: string) = Path.GetRelativePath(root, file)

/// Words as a shell parts them; in a table's cell a bar is written \|.
let words (command: string) : string list =
    Regex.Matches(command.Replace("\\|", "|"), "\"[^\"]*\"|\\S+")
    |> Seq.map (fun word -> word.Value.Replace("\"", ""))
    |> List.ofSeq

let private assembly = at "src/NtkPipeline.Host/bin/Release/ntk.dll"

/// The exit code and all that was said.
let private ntk (folder: string) (arguments: string list) : int * string =
    let info = ProcessStartInfo("dotnet", assembly :: arguments, WorkingDirectory = folder)
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    use started = start info
    let said, errors = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
    started.WaitForExit()
    started.ExitCode, said.Result + errors.Result

/// Rows × columns numbers as numpy.save writes them; one column as a vector.
let private save (file: string) (rows: int) (columns: int) (value: int -> int -> float) : unit =
    let shape = if columns = 1 then $"(%d{rows},)" else $"(%d{rows}, %d{columns})"
    let header = $"{{'descr': '<f8', 'fortran_order': False, 'shape': %s{shape}, }}"
    let padded = header.PadRight(64 * ((header.Length + 10) / 64 + 1) - 11) + "\n"
    use out = new BinaryWriter(File.Create file)
    out.Write [| 0x93uy; yield! "NUMPY"B; 1uy; 0uy |]
    out.Write(uint16 padded.Length)
    out.Write(Encoding.ASCII.GetBytes padded)

    for i in 0 .. rows - 1 do
        for j in 0 .. columns - 1 do
            out.Write(value i j)

/// The arrays that guides speak of: points on waves, and two classes of them.
let private arrays (folder: string) : unit =
    let point i j = sin (float ((i + 1) * (j + 2)) / 7.0) + 0.1 * float j
    save (Path.Combine(folder, "X.npy")) 40 6 point
    save (Path.Combine(folder, "Z.npy")) 10 6 (fun i j -> point (i + 100) j)
    save (Path.Combine(folder, "y.npy")) 40 1 (fun i _ -> if point i 0 + point i 3 > 0.3 then 1.0 else -1.0)

/// A small encoder with random weights: the tests' own, with a vocabulary of letters that is filled up to its size.
let private tiny (folder: string) : unit =
    Directory.CreateDirectory folder |> ignore
    let model = "model.onnx"
    File.Copy(at $"tests/NtkPipeline.Tests/fixtures/tiny-minilm/%s{model}", Path.Combine(folder, model))
    let special = [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]" ]
    let letters = [ 'a' .. 'z' ] |> List.collect (fun c -> [ string c; $"##%c{c}" ])
    let path, others = Path.Combine(folder, "vocab.txt"), [ for k in 58..30522 -> $"filler%d{k}" ]
    File.WriteAllLines(path, special @ letters @ others)

/// Runs the lines of a guide's fences one after the other in a folder of their own.
let private fenced (file: string) : string list =
    let lines =
        Regex.Matches(File.ReadAllText file, @"(?ms)^```sh\s*\n(.*?)^```")
        |> Seq.collect (fun block -> block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        |> List.ofSeq

    if lines.IsEmpty then
        []
    else
        let folder = Directory.CreateTempSubdirectory("ntk-guide-").FullName
        arrays folder
        tiny (Path.Combine(folder, "tiny"))

        for set in [ "sample"; "headlines"; "houses" ] do
            Directory.CreateDirectory(Path.Combine(folder, "data", set)) |> ignore

            for file in Directory.GetFiles(at $"data/%s{set}") do
                File.Copy(file, Path.Combine(folder, "data", set, Path.GetFileName file))

        let mistakes = [
            for line in lines do
                say $"guides: %s{line}"

                match words line with
                | "ntk" :: arguments ->
                    match ntk folder arguments with
                    | 0, _ -> ()
                    | code, said -> $"%s{named file}: exit code %d{code} of: %s{line}\n%s{said}"
                | _ -> $"%s{named file}: a fence of sh holds commands of ntk alone, not: %s{line}"
        ]

        Directory.Delete(folder, true)
        mistakes

// ---- commands in lines ----

let private helps = ConcurrentDictionary<string, Lazy<int * string>>()

/// The help of a command.
let private help (command: string list) =
    helps.GetOrAdd(String.concat " " command, (fun _ -> lazy ntk root (command @ [ "--help" ]))).Value

/// What is wrong with a command line of ntk, as far as that can be told without its work.
let private mistakes (arguments: string list) : string list =
    let isName (word: string) = Regex.IsMatch(word, "^[a-z]+$")
    let command = arguments |> List.truncate 2 |> List.takeWhile isName

    match help command with
    | code, said when code <> 0 -> [ said.Split('\n')[0] ]
    | _, text ->
        let options = arguments |> List.filter _.StartsWith("--")

        let unknown =
            options
            |> List.filter (fun option ->
                not (
                    Regex.IsMatch(text, $@"(^|[\s,]){Regex.Escape option}([\s,]|$)", RegexOptions.Multiline)
                ))
            |> List.map (fun option -> $"the command has no %s{option}")

        let isWhole =
            not (
                List.exists
                    (fun (word: string) -> word.Contains '…' || word = "N" || word.Contains "HOST")
                    arguments
            )

        match arguments with
        // What a run would do says `status`, of the same settings.
        | "run" :: rest when unknown.IsEmpty && isWhole ->
            let rest = rest |> List.map (fun word -> if word = "FOLDER" then at "data/sample" else word)

            match ntk root ("status" :: "--json" :: rest) with
            | 0, _ -> []
            | _, said -> [ said ]
        | _ -> unknown

/// The targets of build.fsx.
let private targets =
    lazy
        (Regex.Matches(File.ReadAllText(at "build.fsx"), "(?m)^    \"([a-z]+)\",")
         |> Seq.map _.Groups[1].Value
         |> Set.ofSeq
         |> Set.add "help")

let private check (command: string) : string list =
    match words command with
    | "ntk" :: arguments -> mistakes arguments
    | "dotnet" :: "fsi" :: "build.fsx" :: "run" :: first :: rest when first.StartsWith '-' ->
        mistakes ("run" :: first :: rest)
    | "dotnet" :: "fsi" :: "build.fsx" :: "run" :: "…" :: _ -> []
    | "dotnet" :: "fsi" :: "build.fsx" :: "run" :: arguments -> mistakes arguments
    | "dotnet" :: "fsi" :: "build.fsx" :: target :: _ when targets.Value.Contains target -> []
    | _ -> [ "build.fsx has no such target" ]

let private found = ConcurrentDictionary<string, Lazy<string list>>()

/// The commands in a file's lines, with their mistakes. Guides share many of them.
let private inLines (file: string) : int * string list =
    let commands =
        Regex.Matches(File.ReadAllText file, "`((?:dotnet fsi build.fsx|ntk) [^`\n]+)`")
        |> Seq.map _.Groups[1].Value
        |> Seq.distinct
        |> List.ofSeq

    commands.Length,
    [
        for command in commands do
            for mistake in found.GetOrAdd(command, (fun _ -> lazy check command)).Value do
                $"%s{named file}: `%s{command}`: %s{mistake.Trim()}"
    ]

/// Guides know nothing of one another: two at a time.
let private ofEach (work: string -> 'a list) (files: string list) : 'a list =
    // One file at a time to each: README takes as long as all others.
    let shared = Partitioner.Create(files, EnumerablePartitionerOptions.NoBuffering)
    shared.AsParallel().WithDegreeOfParallelism(2).Select(work) |> List.concat

/// The exit code is 0 where every command holds.
let guides () : int =
    let counted = ofEach (inLines >> List.singleton) (files ())
    let found = List.collect snd counted @ ofEach fenced (files ())

    for mistake in found do
        say $"guides: %s{mistake}"

    if found.IsEmpty then
        say $"guides: %d{List.sumBy fst counted} commands in lines are such, and those in fences ran"

    min 1 found.Length
