namespace NtkPipeline.Core

open System
open System.Buffers.Binary
open System.IO
open System.Runtime.InteropServices

/// The values of a NumPy file, however they are stored.
[<RequireQualifiedAccess>]
module internal NpyValues =

    /// So many are read at a time.
    let private block = 1 <<< 20

    /// Above it float64 does not hold every whole number.
    let private mostExact = 9007199254740992.0
    let private firstLost = 9007199254740993L

    /// Reads so many values of so many bytes each; `place` puts those of a buffer into the array, from a place on. Where the stream does not
    /// tell its length, the array grows with what is there, so that a header alone takes no memory.
    let private collect<'v>
        (stream: Stream)
        (count: int)
        (size: int)
        (place: byte[] -> int -> 'v[] -> int -> unit)
        : Result<'v[], string> =
        let short = Error "it ends before its last value"

        let left =
            match stream with
            | :? StoredEntry as entry -> Some entry.Left
            | _ when stream.CanSeek -> Some(stream.Length - stream.Position)
            | _ -> None

        if left |> Option.exists (fun left -> left < int64 size * int64 count) then
            short
        else
            let mutable values = Array.zeroCreate<'v>(if left.IsSome then count else min count block)

            let buffer = Array.zeroCreate<byte>(size * min count block)
            let mutable got, isWhole = 0, true

            while isWhole && got < count do
                let part = min block (count - got)

                if got + part > values.Length then
                    Array.Resize(
                        &values,
                        int (min (int64 count) (max (int64 (got + part)) (2L * values.LongLength)))
                    )

                isWhole <- NpyHeader.tryFill stream (buffer.AsSpan(0, part * size))

                if isWhole then
                    place buffer part values got
                    got <- got + part

            if not isWhole then short
            elif stream.ReadByte() >= 0 then Error "it goes on after its last value"
            else Ok values

    /// Values that are stored as they are wanted.
    let plain<'v when 'v: unmanaged and 'v: (new: unit -> 'v) and 'v: struct and 'v :> ValueType>
        (stream: Stream)
        (count: int)
        : Result<'v[], string> =
        collect<'v> stream count sizeof<'v> (fun buffer part values at ->
            MemoryMarshal.Cast<byte, 'v>(ReadOnlySpan(buffer, 0, part * sizeof<'v>)).CopyTo(values.AsSpan at))

    /// The first whole number that float64 does not hold stays above the last that is exact, to which it would be rounded.
    let private ofWide (isNext: bool) (value: float) : float =
        if isNext then float (sign value) * Math.BitIncrement mostExact else value

    /// One value, its bytes little-endian.
    let private ofBytes kind (size: int) (bytes: ReadOnlySpan<byte>) : float =
        match kind, size with
        | NpyKind.Truth, _ -> if bytes[0] = 0uy then 0.0 else 1.0
        | NpyKind.Real, 2 -> float (BinaryPrimitives.ReadHalfLittleEndian bytes)
        | NpyKind.Real, 4 -> float (BinaryPrimitives.ReadSingleLittleEndian bytes)
        | NpyKind.Real, _ -> BinaryPrimitives.ReadDoubleLittleEndian bytes
        | NpyKind.Signed, 1 -> float (sbyte bytes[0])
        | NpyKind.Signed, 2 -> float (BinaryPrimitives.ReadInt16LittleEndian bytes)
        | NpyKind.Signed, 4 -> float (BinaryPrimitives.ReadInt32LittleEndian bytes)
        | NpyKind.Signed, _ ->
            let value = BinaryPrimitives.ReadInt64LittleEndian bytes
            ofWide (value = firstLost || value = -firstLost) (float value)
        | NpyKind.Unsigned, 1 -> float bytes[0]
        | NpyKind.Unsigned, 2 -> float (BinaryPrimitives.ReadUInt16LittleEndian bytes)
        | NpyKind.Unsigned, 4 -> float (BinaryPrimitives.ReadUInt32LittleEndian bytes)
        | NpyKind.Unsigned, _ ->
            let value = BinaryPrimitives.ReadUInt64LittleEndian bytes
            ofWide (value = uint64 firstLost) (float value)

    let private place (layout: NpyLayout) (buffer: byte[]) part (values: float[]) at =
        let size = layout.BytesPerValue

        for k in 0 .. part - 1 do
            if layout.IsBigEndian then
                Array.Reverse(buffer, k * size, size)

            values[at + k] <- ofBytes layout.Kind size (ReadOnlySpan(buffer, k * size, size))

    let private byRow (layout: NpyLayout) (values: float[]) =
        if layout.IsByColumn then
            let sizes = Array.ofList layout.Sizes
            let steps = Array.scan (*) 1 sizes

            Array.init values.Length (fun k ->
                let mutable rest, at = k, 0

                for axis in sizes.Length - 1 .. -1 .. 0 do
                    at <- at + rest % sizes[axis] * steps[axis]
                    rest <- rest / sizes[axis]

                values[at])
        else
            values

    /// Values of any kind and order as float64, row after row. A whole number that float64 does not hold is refused.
    let converted (stream: Stream) (layout: NpyLayout) : Result<float[], string> =
        collect<float> stream (layout.RowCount * layout.ColumnCount) layout.BytesPerValue (place layout)
        |> Result.map (byRow layout)
        |> Result.bind (fun values ->
            let isWide = layout.Kind <> NpyKind.Real && layout.BytesPerValue = 8

            match isWide, values |> Array.tryFindIndex (fun value -> isWide && abs value > mostExact) with
            | true, Some k ->
                Error
                    $"its value %d{k} (counted from 0) is about %.17g{values[k]}, and float64 does not hold every whole number above 2^53"
            | _ -> Ok values)
