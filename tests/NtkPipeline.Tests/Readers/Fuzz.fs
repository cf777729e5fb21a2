/// The readers of binary files, for a fuzzer that sees which of their branches an input takes: AFL++ by SharpFuzz (`build.fsx torture fuzz`).
/// The test program is its target, with these words in place of tests' arguments:
///     fuzz seeds FOLDER       a folder for each such reader, with valid inputs, words that mean something to it, and its name
///     fuzz one FOLDER         what AFL++ starts: reads what it is given, again and again
///     fuzz judge FOLDER FILE …  tells of each file that is read or refused otherwise than it may be; 1 where there is one
module NtkPipeline.Tests.Fuzz

open System
open System.IO
open NtkPipeline.Tests.Reader

/// Those of whose valid inputs one is no text.
let readers: Reader list =
    ArrayReaders.all @ StateReaders.all @ TextReaders.all @ ModelReaders.all
    |> List.filter (fun reader -> reader.Grain.Seeds |> Array.exists (Array.contains 0uy))

let private folderName (name: string) =
    String.Join('-', Text.RegularExpressions.Regex.Split(name, "[^A-Za-z0-9]+") |> Array.filter ((<>) ""))

/// By its folder's name: SharpFuzz starts the program anew with its arguments as they stand, where a blank would divide one.
let private named (folder: string) : Reader =
    readers |> List.find (fun reader -> folderName reader.Name = folder)

/// A line of AFL++'s dictionaries.
let private word (number: int) (token: byte[]) =
    let escaped = token |> Array.map (fun b -> $"\\x%02X{b}") |> String.concat ""
    $"w%d{number}=\"%s{escaped}\""

let private writeSeeds (folder: string) =
    for reader in readers do
        let at (name: string) = Path.Combine(folder, folderName reader.Name, name)
        Directory.CreateDirectory(at "seeds") |> ignore
        File.WriteAllText(at "name", reader.Name)
        File.WriteAllLines(at "words", reader.Grain.Tokens |> Array.mapi word)

        reader.Grain.Seeds
        |> Array.iteri (fun number seed -> File.WriteAllBytes(at $"seeds/%d{number}", seed))

/// What is wrong with how these bytes are read.
let private misdeed (reader: Reader) (bytes: byte[]) : string option =
    match judge reader bytes with
    | Ok _ -> None
    | Error what -> Some what

let private attacked (reader: Reader) (input: Stream) =
    use copy = new MemoryStream()
    input.CopyTo copy

    misdeed reader (copy.ToArray()) |> Option.iter failwith

let private tell (reader: Reader) (path: string) =
    match misdeed reader (File.ReadAllBytes path) with
    | Some what ->
        printfn $"%s{reader.Name}, %s{path}: %s{what}"
        1
    | None -> 0

/// The exit code of the test program, where its words are these.
let tryRun (arguments: string list) : int option =
    match arguments with
    | [ "fuzz"; "seeds"; folder ] ->
        writeSeeds folder
        Some 0
    | [ "fuzz"; "one"; folder ] ->
        SharpFuzz.Fuzzer.OutOfProcess.Run(Action<Stream>(attacked (named folder)))
        Some 0
    | "fuzz" :: "judge" :: folder :: files ->
        files |> List.map (tell (named folder)) |> List.fold max 0 |> Some
    | _ -> None
