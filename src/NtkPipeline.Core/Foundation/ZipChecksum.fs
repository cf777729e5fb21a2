namespace NtkPipeline.Core

open System.IO
open System.IO.Compression

/// CRC-32 of the entries of a zip archive (ISO 3309, polynomial 0xEDB88320), which .NET reads without comparing it.
[<RequireQualifiedAccess>]
module ZipChecksum =

    let private table =
        lazy
            (Array.init 256 (fun n ->
                (uint32 n, [ 1..8 ])
                ||> List.fold (fun c _ -> if c &&& 1u = 1u then 0xEDB88320u ^^^ (c >>> 1) else c >>> 1)))

    /// Of a stream that has so many bytes; none where it has fewer.
    let private ofStream (stream: Stream) (length: int64) : uint32 option =
        let table, buffer = table.Value, Array.zeroCreate<byte> 65536

        let rec go (left: int64) (sum: uint32) =
            if left = 0L then
                Some(sum ^^^ 0xFFFFFFFFu)
            else
                match stream.Read(buffer, 0, int (min left (int64 buffer.Length))) with
                | 0 -> None
                | count ->
                    let mutable sum = sum

                    for k in 0 .. count - 1 do
                        sum <- table[int ((sum ^^^ uint32 buffer[k]) &&& 0xFFu)] ^^^ (sum >>> 8)

                    go (left - int64 count) sum

        go length 0xFFFFFFFFu

    /// Whether these are the bytes that an entry was written of.
    let isOf (entry: ZipArchiveEntry) (bytes: byte[]) : bool =
        use stream = new MemoryStream(bytes, false)
        ofStream stream bytes.LongLength = Some entry.Crc32

    /// Whether an entry holds what it was written of; it is read for that.
    let isSound (entry: ZipArchiveEntry) : bool =
        use stream = entry.Open()
        ofStream stream entry.Length = Some entry.Crc32
