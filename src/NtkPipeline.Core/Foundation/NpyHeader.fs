namespace NtkPipeline.Core

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Text.RegularExpressions

/// What a NumPy file's header says of a matrix of float32 or float64 values. A one-dimensional array is one column.
type NpyLayout = {
    RowCount: int
    ColumnCount: int
    /// Of one value: 4 for float32, 8 for float64.
    BytesPerValue: int
    /// Where the first value lies in the file.
    Start: int64
}

/// What stands before the values of a NumPy file. Source: numpy.lib.format, "Format Version 1.0".
[<RequireQualifiedAccess>]
module internal NpyHeader =

    let private magic = [| 0x93uy; byte 'N'; byte 'U'; byte 'M'; byte 'P'; byte 'Y'; 1uy; 0uy |]

    let private tag<'t> () =
        if typeof<'t> = typeof<float32> then "<f4"
        elif typeof<'t> = typeof<Half> then "<f2"
        else "<f8"

    let private dictionary =
        Regex(
            @"^\{\s*'descr':\s*'([<>|=]?\w+)'\s*,\s*'fortran_order':\s*(True|False)\s*,\s*'shape':\s*\(([0-9, ]*)\)\s*,?\s*\}\s*$",
            RegexOptions.CultureInvariant
        )

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

    /// The values' type, the shape as it is written, and where the values begin; the stream stands there then.
    let read (stream: Stream) =
        let prefix = Array.zeroCreate<byte> 10

        if not (tryFill stream (prefix.AsSpan())) || prefix[..5] <> magic[..5] then
            Error "it is not a .npy file"
        elif prefix[6] <> 1uy then
            Error $"its .npy format version is %d{prefix[6]}, and 1 is what is read here"
        else
            let header =
                Array.zeroCreate<byte>(
                    int (BinaryPrimitives.ReadUInt16LittleEndian(ReadOnlySpan(prefix, 8, 2)))
                )

            let found = tryFill stream (header.AsSpan())
            let m = dictionary.Match(Encoding.ASCII.GetString header)

            if not found || not m.Success then
                Error "its .npy header is damaged"
            elif m.Groups[2].Value = "True" then
                Error "it is stored in Fortran order; save it with numpy.ascontiguousarray"
            else
                Ok(m.Groups[1].Value, m.Groups[3].Value, int64 (prefix.Length + header.Length))

    /// Rows and columns; a one-dimensional array is one column.
    let parseShape (text: string) =
        let sizes =
            text.Split(',', StringSplitOptions.RemoveEmptyEntries ||| StringSplitOptions.TrimEntries)
            |> Array.map Int32.TryParse

        match sizes with
        | [| true, n |] -> Ok(n, 1)
        | [| true, rows; true, columns |] -> Ok(rows, columns)
        | [| _ |]
        | [| _; _ |] ->
            Error $"its shape is (%s{text}); at most %d{Int32.MaxValue} rows and columns are read here"
        | _ -> Error $"its shape is (%s{text}); one or two dimensions are read here"
