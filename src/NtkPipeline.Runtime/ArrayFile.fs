namespace NtkPipeline.Runtime

open System
open System.Globalization
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

    let private unpack (name: string) (entry: ZipArchiveEntry) : Result<Stream, string> =
        if entry.Length > mostBytes then
            Error
                $"its array '%s{PlainLine.ofWords name}' has %d{entry.Length} bytes, more than one is read of; unpack the archive and give the .npy"
        else
            use packed = entry.Open()

            let unfolded =
                // What an archive claims to hold may be more than it can.
                if entry.Length / mostUnpacked > entry.CompressedLength then
                    None
                else
                    let bytes = Array.zeroCreate<byte>(int entry.Length)
                    let got = packed.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream = false)
                    if got < bytes.Length then None else Some bytes

            match unfolded with
            | Some bytes -> Ok(new MemoryStream(bytes))
            | None -> Error $"its array '%s{PlainLine.ofWords name}' ends before its last byte"

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
            Error "it is no archive of NumPy's (.npz)"

    let private number (text: string) =
        match Double.TryParse(text.Trim().Trim '"', NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value -> Some value
        | false, _ -> None

    let private separator (line: string) =
        if line.Contains '\t' then '\t'
        elif line.Contains ';' then ';'
        else ','

    /// The numbers of a table, its head left out if it has one.
    let private numbers (text: string) : Result<float[][], string> =
        let lines =
            text.ReplaceLineEndings("\n").Split '\n'
            |> Array.indexed
            |> Array.filter (fun (_, line) -> line.Trim() <> "")

        if lines.Length = 0 then
            Error "it is empty"
        else
            let cells (line: string) = line.Split(separator (snd lines[0]))
            let isHead = snd lines[0] |> cells |> Array.forall (number >> Option.isNone)
            let rows = if isHead then lines[1..] else lines
            let width = (cells (snd lines[0])).Length

            let fault =
                rows
                |> Array.tryPick (fun (k, line) ->
                    let found = cells line

                    if found.Length <> width then
                        Some $"line %d{k + 1} has %d{found.Length} cells, and the first %d{width}"
                    else
                        found
                        |> Array.tryFind (number >> Option.isNone)
                        |> Option.map (fun cell ->
                            $"line %d{k + 1}: '%s{PlainLine.ofWords (cell.Trim())}' is no number with a decimal point; columns of words are for `ntk run`"))

            match fault with
            | Some fault -> Error fault
            | None when rows.Length = 0 -> Error "it has a head and no rows"
            | None -> Ok(rows |> Array.map (snd >> cells >> Array.choose number))

    let private ofTable (path: string) : Result<Stream, string> =
        let decoded =
            try
                Ok(UTF8Encoding(false, true).GetString(File.ReadAllBytes path).TrimStart '\uFEFF')
            with :? DecoderFallbackException as e ->
                Error $"byte %d{e.Index} is not UTF-8"

        decoded
        |> Result.bind numbers
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
