namespace NtkPipeline.Core

open System
open System.IO
open System.IO.Compression

/// An entry of a zip archive that is stored, not packed, as it is read. It tells how much of it is left, so that a reader makes its array
/// once.
type internal StoredEntry(entry: ZipArchiveEntry) =
    inherit Stream()

    let inner = entry.Open()
    let mutable left = entry.Length

    /// Bytes that are still to be read.
    member _.Left: int64 = left

    override _.CanRead = true
    override _.CanSeek = false
    override _.CanWrite = false
    override _.Length = raise (NotSupportedException())

    override _.Position
        with get () = raise (NotSupportedException())
        and set _ = raise (NotSupportedException())

    override _.Read(buffer: Span<byte>) =
        let count = inner.Read buffer
        left <- left - int64 count
        count

    override this.Read(buffer: byte[], offset: int, count: int) = this.Read(Span<byte>(buffer, offset, count))
    override _.Flush() = ()
    override _.Seek(_, _) = raise (NotSupportedException())
    override _.SetLength _ = raise (NotSupportedException())
    override _.Write(_: byte[], _: int, _: int) = raise (NotSupportedException())

    override _.Dispose(disposing: bool) =
        if disposing then
            inner.Dispose()

        base.Dispose disposing
