namespace NtkPipeline.Core

open System
open System.Buffers.Binary
open System.Globalization
open System.IO
open System.Text
open System.Text.RegularExpressions

/// What a NumPy file's header says of its values. A one-dimensional array is one column; of three dimensions the last two are columns.
type NpyLayout = {
    /// 1 or 2; 3 where that is read.
    Dimensions: int
    Sizes: int list
    RowCount: int
    ColumnCount: int
    Kind: NpyKind
    /// Of one value: 1 to 8.
    BytesPerValue: int
    IsBigEndian: bool
    /// The first axis runs fastest, which is Fortran's order; never said where one axis alone is longer than 1: both orders are the same.
    IsByColumn: bool
    /// Where the first value lies in the file.
    Start: int64
} with

    /// Stored as it is written here: float32 or float64, little-endian, row after row.
    member this.IsPlain =
        this.Kind = NpyKind.Real && this.BytesPerValue >= 4 && not this.IsBigEndian && not this.IsByColumn

/// What stands before the values of a NumPy file. Source: numpy.lib.format, "Format Version 1.0" to "3.0".
[<RequireQualifiedAccess>]
module internal NpyHeader =

    let private magic = [| 0x93uy; byte 'N'; byte 'U'; byte 'M'; byte 'P'; byte 'Y'; 1uy; 0uy |]

    /// Of a header that says three things; what is longer is none.
    let private mostBytes = 1 <<< 20

    let private tag<'t> () =
        if typeof<'t> = typeof<float32> then "<f4"
        elif typeof<'t> = typeof<Half> then "<f2"
        else "<f8"

    /// The bytes before the first value of a file of this shape; values of type 't follow in C order.
    let bytes<'t> (shape: int64 list) : byte[] =
        let sizes = shape |> List.map string |> String.concat ", "
        let sizes = if shape.Length = 1 then sizes + "," else sizes
        let descr = tag<'t>()
        let text = $"{{'descr': '%s{descr}', 'fortran_order': False, 'shape': (%s{sizes}), }}"
        // The header's end, magic and length included, falls on a multiple of 64 and is a line break.
        let padding = (64 - (magic.Length + 2 + text.Length + 1) % 64) % 64
        let header = Encoding.ASCII.GetBytes(text + String(' ', padding) + "\n")
        let length = Array.zeroCreate<byte> 2
        BinaryPrimitives.WriteUInt16LittleEndian(length, uint16 header.Length)
        Array.concat [ magic; length; header ]

    /// Whether the stream had as many bytes as the buffer.
    let tryFill (stream: Stream) (buffer: Span<byte>) =
        stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream = false) = buffer.Length

    /// One `key: value` of the header's dictionary and what ends it. Nothing in it matches in two ways, so that a header is read in time
    /// linear in its length.
    let private entry =
        Regex(
            @"\G\s*(?:'(?<key>\w+)'|""(?<key>\w+)"")\s*:\s*(?:'(?<text>[^'\\]*)'|""(?<text>[^""\\]*)""|(?<flag>True|False)|\((?<sizes>[0-9L,\s]*)\))\s*(?<end>,\s*\}|,|\})",
            RegexOptions.CultureInvariant
        )

    let private damaged = Error "its .npy header is damaged"

    /// The dictionary's entries by key. The keys may stand in any order, and a comma before the brace.
    let private entries (text: string) : Result<Map<string, Match>, string> =
        let finish found at = if String.IsNullOrWhiteSpace(text.Substring at) then Ok found else damaged

        let rec next (found: Map<string, Match>) at =
            match entry.Match(text, at) with
            | m when m.Success && found.Count < 3 && not (found.ContainsKey m.Groups["key"].Value) ->
                let found = Map.add m.Groups["key"].Value m found
                let after = m.Index + m.Length
                if m.Groups["end"].Value = "," then next found after else finish found after
            | _ -> damaged

        let opening = text.Length - text.TrimStart().Length

        if opening < text.Length && text[opening] = '{' then
            next Map.empty (opening + 1)
        else
            damaged

    let private parseSize (text: string) =
        Int32.TryParse(text.Trim().TrimEnd 'L', NumberStyles.None, CultureInfo.InvariantCulture)

    /// Sizes, rows and columns; a one-dimensional array is one column.
    let private parseShape most (text: string) =
        let sizes = text.Trim().TrimEnd(',').Split ',' |> Array.map parseSize

        let inOneRow (sizes: (bool * int)[]) =
            sizes[1..] |> Array.fold (fun n (_, size) -> n * float size) 1.0

        match sizes with
        | [| true, n |] -> Ok([ n ], n, 1)
        | [| true, rows; true, columns |] -> Ok([ rows; columns ], rows, columns)
        | _ when
            sizes.Length > 2
            && sizes.Length <= most
            && Array.forall fst sizes
            && inOneRow sizes <= float Int32.MaxValue
            ->
            Ok(sizes |> Array.map snd |> List.ofArray, snd sizes[0], int (inOneRow sizes))
        | [| _ |]
        | [| _; _ |] when text.Trim() <> "" ->
            Error $"its shape is (%s{text}); at most %d{Int32.MaxValue} rows and columns are read here"
        | _ ->
            let read =
                match most with
                | 2 -> "one or two"
                | 3 -> "one, two or three"
                | _ -> $"one to %d{most}"

            Error $"its shape is (%s{text}); %s{read} dimensions are read here"

    let private layout most start (text: string) : Result<NpyLayout, string> =
        entries text
        |> Result.bind (fun found ->
            let said key (group: string) =
                Map.tryFind key found
                |> Option.map (fun (m: Match) -> m.Groups[group])
                |> Option.filter _.Success
                |> Option.map _.Value

            match found.Count, said "descr" "text", said "fortran_order" "flag", said "shape" "sizes" with
            | 3, Some descr, Some isFortran, Some shape ->
                parseShape most shape
                |> Result.bind (fun (sizes, rows, columns) ->
                    NpyType.parse descr
                    |> Result.map (fun (kind, size) -> {
                        Dimensions = sizes.Length
                        Sizes = sizes
                        RowCount = rows
                        ColumnCount = columns
                        Kind = kind
                        BytesPerValue = size
                        IsBigEndian = descr.StartsWith '>' && size > 1
                        IsByColumn = isFortran = "True" && List.length (List.filter ((<) 1) sizes) > 1
                        Start = start
                    }))
            | _ -> damaged)

    /// What the header of an array of at most so many dimensions says; the stream stands at the first value then.
    let readUpTo (dimensions: int) (stream: Stream) : Result<NpyLayout, string> =
        let prefix = Array.zeroCreate<byte> 8

        if not (tryFill stream (prefix.AsSpan())) || prefix[..5] <> magic[..5] then
            Error "it is not a .npy file"
        elif prefix[6] < 1uy || prefix[6] > 3uy || prefix[7] <> 0uy then
            Error
                $"its .npy format version is %d{prefix[6]}.%d{prefix[7]}, and 1.0, 2.0 and 3.0 are what is read here"
        else
            let size = Array.zeroCreate<byte>(if prefix[6] = 1uy then 2 else 4)
            let isThere = tryFill stream (size.AsSpan())
            let length = Array.foldBack (fun (part: byte) sum -> sum * 256L + int64 part) size 0L

            if not isThere then
                Error "it ends within its .npy header"
            elif length > int64 mostBytes then
                Error $"its .npy header has %d{length} bytes, and one of %d{mostBytes} says all that there is"
            elif stream.CanSeek && stream.Length - stream.Position < length then
                Error "it ends within its .npy header"
            else
                let header = Array.zeroCreate<byte>(int length)

                if tryFill stream (header.AsSpan()) then
                    layout
                        dimensions
                        (int64 (prefix.Length + size.Length) + length)
                        (Encoding.UTF8.GetString header)
                else
                    Error "it ends within its .npy header"
