/// Inputs that nobody meant: valid ones, changed at random. The same number gives the same bytes.
module NtkPipeline.Tests.Mutation

open System
open System.Text

/// What inputs are made of: whole valid ones, and pieces that mean something to the reader.
type Grain = { Seeds: byte[][]; Tokens: byte[][] }

let utf8 (text: string) : byte[] = Encoding.UTF8.GetBytes text

let private pick (random: Random) (items: 'a[]) = items[random.Next items.Length]

/// Numbers at the ends of types, and texts that readers of numbers and JSON trip over.
let private hostile =
    [
        "-1"
        "0"
        "2147483647"
        "2147483648"
        "4294967296"
        "9223372036854775807"
        "99999999999999999999999999"
        "1e999"
        "1e-400"
        "-0"
        "NaN"
        "Infinity"
        "null"
        "true"
        "\\ud800"
        "\\u0000"
        "\u202E"
        "\u0000"
        "\uFEFF"
        "\r"
        "\n"
        "\""
        "'"
        "{"
        "}"
        "["
        "]"
        "("
        ")"
        ","
        ":"
        "../"
        "/etc/passwd"
    ]
    |> List.map utf8
    |> List.append [ [| 0xF0uy; 0x9Fuy |]; [| 0xFFuy |]; [| 0x80uy |]; [| 0xC0uy; 0x80uy |] ]
    |> Array.ofList

let private numbers = [|
    0L
    1L
    0x7FL
    0xFFL
    0xFFFFL
    0x7FFFFFFFL
    0xFFFFFFFFL
    Int64.MaxValue
    -1L
|]

let private splice (at: int) (dropped: int) (inserted: byte[]) (bytes: byte[]) =
    Array.concat [ bytes[.. at - 1]; inserted; bytes[at + dropped ..] ]

let private edit (random: Random) (grain: Grain) (bytes: byte[]) : byte[] =
    let at = random.Next(bytes.Length + 1)
    let length = min (random.Next 40) (bytes.Length - at)

    match random.Next 11 with
    | 0 when bytes.Length > 0 ->
        let changed = Array.copy bytes
        let place = random.Next bytes.Length
        changed[place] <- changed[place] ^^^ (1uy <<< random.Next 8)
        changed
    | 1 when bytes.Length > 0 ->
        let changed = Array.copy bytes
        changed[random.Next bytes.Length] <- byte (random.Next 256)
        changed
    | 2 -> splice at length [||] bytes
    | 3 -> splice at 0 bytes[at .. at + length - 1] bytes
    | 4 -> bytes[.. at - 1]
    | 5 ->
        let size = pick random [| 1; 2; 4; 8 |]

        let number = BitConverter.GetBytes(pick random numbers + int64 (random.Next 3) - 1L)[.. size - 1]

        splice at (min size (bytes.Length - at)) number bytes
    | 6 -> splice at length (pick random hostile) bytes
    | 7 when grain.Tokens.Length > 0 -> splice at length (pick random grain.Tokens) bytes
    | 8 ->
        let other = pick random grain.Seeds
        let start = random.Next(other.Length + 1)
        splice at length other[start .. min (other.Length - 1) (start + random.Next 200)] bytes
    | 9 -> splice at 0 (Array.init (random.Next 20) (fun _ -> byte (random.Next 256))) bytes
    | _ -> splice at 0 (Array.create (random.Next 300) (byte (random.Next 256))) bytes

let private soup (random: Random) (grain: Grain) =
    let pieces = Array.append grain.Tokens hostile
    Array.init (random.Next 40) (fun _ -> pick random pieces) |> Array.concat

/// A part of it over and over, up to some hundred kB: what is more than linear in an input's length shows there.
let private swell (random: Random) (bytes: byte[]) =
    let at = random.Next(bytes.Length + 1)
    let part = bytes[at .. min (bytes.Length - 1) (at + random.Next 60)]
    let part = if part.Length = 0 then [| 32uy |] else part
    let times = (1 <<< random.Next(8, 19)) / part.Length
    splice at 0 (Array.concat (Array.create times part)) bytes

/// Input `number` of a reader with this name.
let input (name: string) (grain: Grain) (number: int) : byte[] =
    let start = name |> Seq.fold (fun sum c -> sum * 31 + int c) number
    let random = Random start

    let body =
        match random.Next 20 with
        | 0 -> Array.init (random.Next 400) (fun _ -> byte (random.Next 256))
        | 1
        | 2 -> soup random grain
        | _ -> pick random grain.Seeds

    let edited = (body, [ 1 .. random.Next 6 ]) ||> List.fold (fun bytes _ -> edit random grain bytes)
    if number % 50 = 49 then swell random edited else edited
