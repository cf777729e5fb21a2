namespace NtkPipeline.Core

open System
open System.Buffers.Binary
open System.IO
open System.Runtime.InteropServices
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

/// NumPy's array file, version 1.0: C order, little-endian float32 (`<f4`) or float64 (`<f8`), one or two dimensions.
/// Source: numpy.lib.format, "Format Version 1.0".
[<RequireQualifiedAccess>]
module Npy =

    let private magic = [| 0x93uy; byte 'N'; byte 'U'; byte 'M'; byte 'P'; byte 'Y'; 1uy; 0uy |]

    /// The largest number of bytes that one span covers.
    let private chunk = 1 <<< 30

    let private tag<'t> () = if typeof<'t> = typeof<float32> then "<f4" else "<f8"

    let private dictionary =
        Regex(
            @"^\{\s*'descr':\s*'([<>|=]?\w+)'\s*,\s*'fortran_order':\s*(True|False)\s*,\s*'shape':\s*\(([0-9, ]*)\)\s*,?\s*\}\s*$",
            RegexOptions.CultureInvariant
        )

    /// The bytes before the first value of a file of this shape; values of type 't follow in C order.
    let header<'t> (shape: int64 list) : byte[] =
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

    let private writeValues<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (stream: Stream)
        (values: 't[])
        =
        let size = sizeof<'t>

        for start in 0 .. chunk / size .. values.Length - 1 do
            let count = min (chunk / size) (values.Length - start)
            stream.Write(MemoryMarshal.AsBytes(ReadOnlySpan(values, start, count)))

    /// Writes a matrix; no copy of it is made.
    let write<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (stream: Stream)
        (m: Matrix<'t>)
        : unit =
        stream.Write(header<'t> [ int64 m.Rows; int64 m.Columns ])
        writeValues stream m.Values

    /// Writes a one-dimensional array.
    let writeVector<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (stream: Stream)
        (values: 't[])
        : unit =
        stream.Write(header<'t> [ int64 values.Length ])
        writeValues stream values

    /// Writes an array of any shape, its values in C order.
    let writeShaped (stream: Stream) (shape: int[]) (values: float[]) : unit =
        if shape |> Array.fold (fun n size -> n * int64 size) 1L <> values.LongLength then
            invalidArg (nameof shape) $"%d{values.LongLength} values cannot have shape %A{shape}"

        stream.Write(header<float> [ for size in shape -> int64 size ])
        writeValues stream values

    let private tryFill (stream: Stream) (buffer: Span<byte>) =
        stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream = false) = buffer.Length

    let private readHeader (stream: Stream) =
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

    let private parseShape (text: string) =
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

    let private readValues<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (stream: Stream)
        (count: int)
        =
        let size = sizeof<'t>

        if stream.CanSeek && stream.Length - stream.Position < int64 size * int64 count then
            Error "it ends before its last value"
        else
            let values = Array.zeroCreate<'t> count

            let complete =
                seq { 0 .. chunk / size .. count - 1 }
                |> Seq.forall (fun start ->
                    let part = min (chunk / size) (count - start)
                    tryFill stream (MemoryMarshal.AsBytes(Span(values, start, part))))

            if not complete then Error "it ends before its last value"
            elif stream.ReadByte() >= 0 then Error "it goes on after its last value"
            else Ok values

    /// What the header says; the stream stands at the first value then.
    let readLayout (stream: Stream) : Result<NpyLayout, string> =
        match readHeader stream with
        | Error reason -> Error reason
        | Ok(descr, shape, start) ->
            match descr, parseShape shape with
            | _, Error reason -> Error reason
            | ("<f4" | "<f8"), Ok(rows, columns) ->
                Ok {
                    RowCount = rows
                    ColumnCount = columns
                    BytesPerValue = if descr = "<f4" then 4 else 8
                    Start = start
                }
            | other, Ok _ ->
                Error $"its values are '%s{other}'; '<f4' (float32) and '<f8' (float64) are read here"

    /// Reads float32 or float64 values as stored; a one-dimensional array becomes one column.
    /// The error is a clause that follows the file's name: "it ends before its last value".
    let readAny (stream: Stream) : Result<Choice<Matrix<float32>, Matrix<float>>, string> =
        match readLayout stream with
        | Error reason -> Error reason
        | Ok layout when int64 layout.RowCount * int64 layout.ColumnCount > int64 Array.MaxLength ->
            Error
                $"its shape is (%d{layout.RowCount}, %d{layout.ColumnCount}), more than memory holds at once"
        | Ok layout ->
            let count = layout.RowCount * layout.ColumnCount

            if layout.BytesPerValue = 4 then
                readValues<float32> stream count
                |> Result.map (Matrix.create layout.RowCount layout.ColumnCount >> Choice1Of2)
            else
                readValues<float> stream count
                |> Result.map (Matrix.create layout.RowCount layout.ColumnCount >> Choice2Of2)

    /// How many dimensions an array was stored with, 1 or 2.
    let dimensions (stream: Stream) : Result<int, string> =
        readHeader stream
        |> Result.bind (fun (_, shape, _) -> parseShape shape |> Result.map (fun _ -> shape))
        |> Result.map (fun shape -> if (shape.TrimEnd ' ').TrimEnd(',').Contains ',' then 2 else 1)

    let read32 (stream: Stream) : Result<Matrix<float32>, string> =
        readAny stream
        |> Result.map (function
            | Choice1Of2 m -> m
            | Choice2Of2 m -> Matrix.map float32 m)

    let read64 (stream: Stream) : Result<Matrix<float>, string> =
        readAny stream
        |> Result.map (function
            | Choice1Of2 m -> Matrix.map float m
            | Choice2Of2 m -> m)
