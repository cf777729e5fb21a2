/// A reader under attack: whatever its input, there is a value or a refusal in words, soon and within the memory that the input's length
/// allows.
module NtkPipeline.Tests.Reader

open System
open System.Diagnostics
open System.Text
open NtkPipeline.Core

type Reader = {
    Name: string
    Grain: Mutation.Grain
    /// None: it was read. Else the refusal.
    Read: byte[] -> string option
}

/// What a reader has done that none may do.
type Misdeed = { Reader: string; Number: int; Bytes: byte[]; What: string }

/// s, the wall's.
let private longest = 2.0

/// Bytes that reading may take, beside four for each of the input's.
let private mostBytes = 64L <<< 20

/// A refusal is no longer than a person reads.
let private mostSentence = 4000

let create name (seeds: byte[] list) (tokens: string list) (read: byte[] -> Result<'a, string>) : Reader = {
    Name = name
    Grain = {
        Seeds = Array.ofList seeds
        Tokens = tokens |> List.map Mutation.utf8 |> Array.ofList
    }
    Read =
        fun bytes ->
            match read bytes with
            | Ok _ -> None
            | Error sentence -> Some sentence
}

/// The same of texts: bytes that are not UTF-8 reach the reader with replacement characters, as they do from a console.
let ofText name (seeds: string list) (tokens: string list) (read: string -> Result<'a, string>) : Reader =
    create name (seeds |> List.map Mutation.utf8) tokens (Encoding.UTF8.GetString >> read)

let sentence (result: Result<'a, PipelineError>) : Result<'a, string> = result |> Result.mapError _.Sentence

let private attempt (reader: Reader) (bytes: byte[]) =
    let before, clock = GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew()

    let outcome =
        try
            Ok(reader.Read bytes)
        with e ->
            Error $"{e}"

    outcome, clock.Elapsed.TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - before

/// Whether these bytes were read, or what is wrong with reading them. Too slow is what is too slow three times: others use the machine too.
let judge (reader: Reader) (bytes: byte[]) : Result<bool, string> =
    let outcome, seconds, allocated = attempt reader bytes

    let isSlow () =
        seconds > longest
        && Seq.forall
            (fun _ ->
                let _, again, _ = attempt reader bytes
                again > longest)
            [ 1; 2 ]

    match outcome with
    | Error e -> Error $"it raised %s{e}"
    | Ok(Some sentence) when sentence.Trim() = "" || sentence.Length > mostSentence ->
        Error $"it refused in %d{sentence.Length} characters: %s{sentence[.. min 300 (sentence.Length - 1)]}"
    | Ok _ when allocated > 4L * int64 bytes.Length + mostBytes ->
        Error $"it took %d{allocated} bytes for %d{bytes.Length}"
    | Ok _ when isSlow () -> Error $"it took %.1f{seconds} s for %d{bytes.Length} bytes"
    | Ok refusal -> Ok refusal.IsNone

/// The first misdeed on inputs 0 … count − 1, and how many of them were read.
let attack (count: int) (reader: Reader) : Misdeed option * int =
    let mutable number, found, read = 0, None, 0

    while number < count && found.IsNone do
        let bytes = Mutation.input reader.Name reader.Grain number

        match judge reader bytes with
        | Ok isRead -> read <- read + (if isRead then 1 else 0)
        | Error what -> found <- Some { Reader = reader.Name; Number = number; Bytes = bytes; What = what }

        number <- number + 1

    found, read
