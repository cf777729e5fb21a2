namespace NtkPipeline.Runtime

open System
open System.IO
open System.Security.Cryptography
open NtkPipeline.Core

/// Hashes and counts what is written through it. It cannot seek, so what it hashed is what lies in the file.
type internal HashingStream(inner: Stream) =
    inherit Stream()
    let hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
    let mutable length = 0L

    member _.Digest = hash.GetCurrentHash() |> Digest.ofHash
    member _.Written = length

    override _.CanRead = false
    override _.CanSeek = false
    override _.CanWrite = true
    override _.Length = length

    override _.Position
        with get () = length
        and set _ = raise (NotSupportedException())

    override _.Flush() = inner.Flush()
    override _.Read(_: byte[], _: int, _: int) : int = raise (NotSupportedException())
    override _.Seek(_, _) = raise (NotSupportedException())
    override _.SetLength _ = raise (NotSupportedException())

    override this.Write(buffer: byte[], offset: int, count: int) =
        this.Write(ReadOnlySpan(buffer, offset, count))

    override _.Write(bytes: ReadOnlySpan<byte>) =
        inner.Write bytes
        hash.AppendData bytes
        length <- length + int64 bytes.Length

    override _.Dispose(disposing: bool) =
        if disposing then
            hash.Dispose()

        base.Dispose disposing
