namespace NtkPipeline.Core

open System
open System.IO
open System.IO.Compression
open System.Text.RegularExpressions

/// Whether bytes are a TorchScript archive as torch.jit.save writes it, and undamaged: LibTorch checks no sums, and what it makes of a
/// damaged program may end the process.
[<RequireQualifiedAccess>]
module TorchScriptArchive =

    /// Of programs and their sizes; tensors are stored, not packed.
    let private mostUnpacked = 64_000_000L

    let private isPacked (entry: ZipArchiveEntry) = entry.CompressedLength <> entry.Length

    /// Whether bytes begin as a zip archive does.
    let isZip (bytes: byte[]) : bool = bytes.Length >= 4 && bytes[0] = 'P'B && bytes[1] = 'K'B

    let private examine (bytes: byte[]) =
        use archive = new ZipArchive(new MemoryStream(bytes, false), ZipArchiveMode.Read)
        let entries = List.ofSeq archive.Entries
        let isThere pattern = entries |> List.exists (fun entry -> Regex.IsMatch(entry.FullName, pattern))
        let packed = entries |> List.filter isPacked |> List.sumBy (fun entry -> entry.Length)
        let stored = entries |> List.sumBy (fun entry -> entry.CompressedLength)

        if not (isThere "^[^/]+/data\\.pkl$") then
            Error "it is a zip archive, and no TorchScript one: it has no part data.pkl"
        elif not (isThere "^[^/]+/code/.*\\.py$") then
            Error
                "it holds tensors or a Python object, as torch.save writes them, and no program; write it with torch.jit.save(torch.jit.trace(model, x), file), or export it to ONNX"
        elif packed > mostUnpacked || stored > bytes.LongLength then
            Error "its parts would unfold to more than an archive of its size holds"
        else
            match entries |> List.tryFind (ZipChecksum.isSound >> not) with
            | Some entry ->
                Error $"its part '%s{PlainLine.ofWords entry.FullName}' is damaged: its checksum is another"
            | None ->
                entries
                |> List.filter (fun entry -> Regex.IsMatch(entry.FullName, "^[^/]+/data/"))
                |> List.sumBy (fun entry -> entry.Length)
                |> Ok

    /// How many bytes the archive's tensors have, if it is a sound one; else why not, as a clause.
    let check (bytes: byte[]) : Result<int64, string> =
        try
            examine bytes
        with
        | :? InvalidDataException
        | :? NotSupportedException
        | :? ArgumentException
        | :? EndOfStreamException -> Error "it is no TorchScript archive, or not the whole of one"
