namespace NtkPipeline.Runtime

open System
open System.IO
open System.IO.Compression
open System.Text
open NtkPipeline.Core

/// Arrays as people have them, each read as the bytes of a NumPy file: `x.npy` as it lies there; `x.npz:name`, one array of NumPy's archive,
/// packed or not, whose name may be left out where it holds one alone; and `x.csv` or `x.tsv`, a table of numbers.
[<RequireQualifiedAccess>]
module ArrayFile =

    [<RequireQualifiedAccess>]
    type private Place =
        | Plain
        | Member of archive: string * name: string
        | Table

    let private ends (ending: string) (path: string) =
        path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)

    let private place (path: string) =
        match path.LastIndexOf(".npz:", StringComparison.OrdinalIgnoreCase) with
        | at when at >= 0 && not (File.Exists path) -> Place.Member(path[.. at + 3], path[at + 5 ..])
        | _ when ends ".npz" path -> Place.Member(path, "")
        | _ when ends ".csv" path || ends ".tsv" path -> Place.Table
        | _ -> Place.Plain

    /// The file on the disk that an array's name leads to.
    let fileOf (path: string) : string =
        match place path with
        | Place.Member(archive, _) -> archive
        | Place.Plain
        | Place.Table -> path

    /// Whether the bytes are those of the file itself, at the same offsets.
    let isPlain (path: string) : bool = place path = Place.Plain

    /// An array in memory is at most as large as one of .NET's.
    let private mostBytes = int64 Array.MaxLength

    /// The most bytes that a byte of DEFLATE can stand for (RFC 1951: 258 of them in two bits).
    let private mostUnpacked = 1032L

    /// A header is no longer.
    let private longestHeader = 1L <<< 21

    let private unpack (name: string) (entry: ZipArchiveEntry) : Result<Stream, string> =
        let array = $"its array '%s{PlainLine.ofWords name}'"

        if entry.Length > mostBytes then
            Error
                $"%s{array} has %d{entry.Length} bytes, more than one is read of; unpack the archive and give the .npy"
        elif entry.Length / mostUnpacked > entry.CompressedLength then
            // What an archive claims to hold may be more than it can.
            Error $"%s{array} ends before its last byte"
        else
            use packed = entry.Open()
            let head = Array.zeroCreate<byte>(int (min entry.Length longestHeader))
            let begun = packed.ReadAtLeast(head, head.Length, throwOnEndOfStream = false)

            // No more is unfolded than the header speaks of.
            match Npy.readLayoutUpTo 8 (new MemoryStream(head, 0, begun)) with
            | _ when begun < head.Length -> Error $"%s{array} ends before its last byte"
            | Error _ -> Ok(new MemoryStream(head))
            | Ok layout when
                float layout.Start
                + float layout.RowCount * float layout.ColumnCount * float layout.BytesPerValue
                    <
                    float entry.Length
                ->
                Error $"%s{array} goes on after its last value"
            | Ok _ ->
                let bytes = Array.zeroCreate<byte>(int entry.Length)
                Array.blit head 0 bytes 0 begun
                let rest = bytes.Length - begun
                let got = packed.ReadAtLeast(bytes.AsSpan begun, rest, throwOnEndOfStream = false)

                if got < rest then
                    Error $"%s{array} ends before its last byte"
                elif not (ZipChecksum.isOf entry bytes) then
                    Error $"%s{array} is damaged: its checksum is another"
                else
                    Ok(new MemoryStream(bytes))

    let private inArchive (path: string) (name: string) : Result<Stream, string> =
        try
            use file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
            use archive = new ZipArchive(file, ZipArchiveMode.Read)

            let bare (entry: ZipArchiveEntry) =
                if ends ".npy" entry.FullName then
                    entry.FullName[.. entry.FullName.Length - 5]
                else
                    entry.FullName

            let entries = List.ofSeq archive.Entries

            let known =
                entries |> List.truncate 20 |> List.map (bare >> PlainLine.ofWords) |> String.concat ", "

            match
                entries |> List.filter (fun entry -> name = "" || bare entry = name || entry.FullName = name)
            with
            | [] when entries.IsEmpty -> Error "it holds no array"
            | [] ->
                let hint = Nearest.hint (entries |> List.map bare) name
                Error $"it holds no array '%s{PlainLine.ofWords name}'%s{hint}; there are %s{known}"
            | [ entry ] -> unpack (bare entry) entry
            | several when name = "" ->
                Error
                    $"it holds %d{several.Length} arrays; name one of %s{known} as %s{Path.GetFileName path}:NAME"
            | several -> Error $"it holds %d{several.Length} arrays of one name"
        with :? InvalidDataException ->
            Error
                "it is no archive of NumPy's (.npz), or its arrays are packed otherwise than numpy.savez_compressed does it"

    let private ofTable (path: string) : Result<Stream, string> =
        let decoded =
            try
                Ok(UTF8Encoding(false, true).GetString(File.ReadAllBytes path).TrimStart '\uFEFF')
            with :? DecoderFallbackException as e ->
                Error $"byte %d{e.Index} is not UTF-8"

        decoded
        |> Result.bind NumberTable.read
        |> Result.map (fun rows ->
            let stream = new MemoryStream()

            if rows[0].Length = 1 then
                Npy.writeVector stream (Array.concat rows)
            else
                Npy.write stream (Matrix.ofRows rows[0].Length rows)

            stream.Position <- 0L
            stream)

    /// The bytes of a NumPy file, from its first on. The error is a clause that follows the file's name; what the disk refuses is raised.
    let openRead (path: string) : Result<Stream, string> =
        match place path with
        | Place.Plain -> Ok(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 <<< 20))
        | Place.Member(archive, name) -> inArchive archive name
        | Place.Table -> ofTable path
