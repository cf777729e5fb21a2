namespace NtkPipeline.Core

open System
open System.IO
open System.Runtime.InteropServices

/// NumPy's array file. Written: version 1.0, C order, little-endian float32 (`<f4`) or float64 (`<f8`). Read: versions 1 to 3, both orders
/// and byte orders, real numbers, whole numbers and truth values of at most 64 bits, one or two dimensions, or more where that is asked.
/// Source: numpy.lib.format, "Format Version 1.0" to "3.0".
[<RequireQualifiedAccess>]
module Npy =

    /// The largest number of bytes that one span covers.
    let private chunk = 1 <<< 30

    /// The bytes before the first value of a file of this shape; values of type 't follow in C order.
    let header<'t> (shape: int64 list) : byte[] = NpyHeader.bytes<'t> shape

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

    /// What the header says; the stream stands at the first value then.
    let readLayout (stream: Stream) : Result<NpyLayout, string> = NpyHeader.readUpTo 2 stream

    /// The same of an array of at most so many dimensions.
    let readLayoutUpTo (dimensions: int) (stream: Stream) : Result<NpyLayout, string> =
        NpyHeader.readUpTo dimensions stream

    let private layoutInMemory dimensions stream =
        readLayoutUpTo dimensions stream
        |> Result.bind (fun layout ->
            if int64 layout.RowCount * int64 layout.ColumnCount > int64 Array.MaxLength then
                Error
                    $"its shape is (%d{layout.RowCount}, %d{layout.ColumnCount}), more than memory holds at once"
            else
                Ok layout)

    /// Reads values of at most so many dimensions: float32 and float16 as float32, all others as float64; a one-dimensional array becomes
    /// one column, and of more than two a row is what the first axis counts. The error is a clause that follows the file's name: "it ends
    /// before its last value".
    let readAnyUpTo
        (dimensions: int)
        (stream: Stream)
        : Result<Choice<Matrix<float32>, Matrix<float>>, string> =
        layoutInMemory dimensions stream
        |> Result.bind (fun layout ->
            let matrix values = Matrix.create layout.RowCount layout.ColumnCount values
            let count = layout.RowCount * layout.ColumnCount

            match layout.IsPlain, layout.Kind, layout.BytesPerValue with
            | true, _, 4 -> NpyValues.plain<float32> stream count |> Result.map (matrix >> Choice1Of2)
            | true, _, _ -> NpyValues.plain<float> stream count |> Result.map (matrix >> Choice2Of2)
            | false, NpyKind.Real, (2 | 4) ->
                NpyValues.converted stream layout |> Result.map (Array.map float32 >> matrix >> Choice1Of2)
            | false, _, _ -> NpyValues.converted stream layout |> Result.map (matrix >> Choice2Of2))

    /// The same of one or two dimensions.
    let readAny (stream: Stream) : Result<Choice<Matrix<float32>, Matrix<float>>, string> =
        readAnyUpTo 2 stream

    /// Reads little-endian float16 values in C order, and nothing else.
    let read16 (stream: Stream) : Result<Matrix<Half>, string> =
        layoutInMemory 2 stream
        |> Result.bind (fun layout ->
            if
                layout.Kind = NpyKind.Real
                && layout.BytesPerValue = 2
                && not layout.IsBigEndian
                && not layout.IsByColumn
            then
                NpyValues.plain<Half> stream (layout.RowCount * layout.ColumnCount)
                |> Result.map (Matrix.create layout.RowCount layout.ColumnCount)
            else
                Error "its values are not '<f2' (float16), row after row, which is read here")

    /// How many dimensions an array was stored with, 1 or 2.
    let dimensions (stream: Stream) : Result<int, string> = readLayout stream |> Result.map _.Dimensions

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
