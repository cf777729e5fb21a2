namespace NtkPipeline.Core

open System
open System.IO
open System.Runtime.InteropServices

/// NumPy's array file, version 1.0: C order, little-endian float32 (`<f4`) or float64 (`<f8`), one or two dimensions. float16 (`<f2`) is
/// read only where it is asked for.
/// Source: numpy.lib.format, "Format Version 1.0".
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
                    NpyHeader.tryFill stream (MemoryMarshal.AsBytes(Span(values, start, part))))

            if not complete then Error "it ends before its last value"
            elif stream.ReadByte() >= 0 then Error "it goes on after its last value"
            else Ok values

    /// What the header says; the stream stands at the first value then.
    let readLayout (stream: Stream) : Result<NpyLayout, string> =
        match NpyHeader.read stream with
        | Error reason -> Error reason
        | Ok(descr, shape, start) ->
            match descr, NpyHeader.parseShape shape with
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

    /// Reads float16 values, and nothing else.
    let read16 (stream: Stream) : Result<Matrix<Half>, string> =
        match NpyHeader.read stream with
        | Error reason -> Error reason
        | Ok("<f2", shape, _) ->
            NpyHeader.parseShape shape
            |> Result.bind (fun (rows, columns) ->
                if int64 rows * int64 columns > int64 Array.MaxLength then
                    Error "it is larger than memory holds at once"
                else
                    readValues<Half> stream (rows * columns) |> Result.map (Matrix.create rows columns))
        | Ok(descr, _, _) -> Error $"its values are '%s{descr}'; '<f2' (float16) is read here"

    /// How many dimensions an array was stored with, 1 or 2.
    let dimensions (stream: Stream) : Result<int, string> =
        NpyHeader.read stream
        |> Result.bind (fun (_, shape, _) -> NpyHeader.parseShape shape |> Result.map (fun _ -> shape))
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
