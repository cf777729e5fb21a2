namespace NtkPipeline.Core

open System
open System.IO
open System.IO.Compression
open System.Text.Encodings.Web
open System.Text.Json

/// How a value is kept on disk, in a format that other tools open. Two laws: reading what was written gives the same
/// value, and bytes that were not written by `Write` are an `Error` (a clause that follows a file's name), never an exception.
type Codec<'a> = {
    /// The format's name and version; part of every cache key.
    Schema: string
    /// The file name's ending, without a dot.
    Extension: string
    Write: Stream -> 'a -> unit
    Read: Stream -> Result<'a, string>
}

[<RequireQualifiedAccess>]
module Codec =

    /// NumPy's .npy, float32.
    let matrix32: Codec<Matrix<float32>> = {
        Schema = "npy-f4/1"
        Extension = "npy"
        Write = Npy.write
        Read = Npy.read32
    }

    /// NumPy's .npy, float16.
    let matrix16: Codec<Matrix<Half>> = {
        Schema = "npy-f2/1"
        Extension = "npy"
        Write = Npy.write
        Read = Npy.read16
    }

    /// NumPy's .npy, float64.
    let matrix64: Codec<Matrix<float>> = {
        Schema = "npy-f8/1"
        Extension = "npy"
        Write = Npy.write
        Read = Npy.read64
    }

    /// NumPy's .npy, float64, one dimension.
    let vector: Codec<float[]> = {
        Schema = "npy-f8-vector/1"
        Extension = "npy"
        Write = Npy.writeVector
        Read = Npy.read64 >> Result.map _.Values
    }

    let private jsonOptions =
        let options =
            JsonSerializerOptions(
                WriteIndented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                RespectNullableAnnotations = true,
                RespectRequiredConstructorParameters = true
            )

        options.Converters.Add(PrintedUnions())
        options

    /// A record of numbers, texts, options, arrays, records and unions that have a printed name as JSON. A NaN has no JSON and is our
    /// bug: an exception.
    let json<'a when 'a: not null and 'a: not struct> (schema: string) : Codec<'a> = {
        Schema = schema
        Extension = "json"
        Write = fun stream value -> JsonSerializer.Serialize<'a>(stream, value, jsonOptions)
        Read =
            fun stream ->
                try
                    match JsonSerializer.Deserialize<'a>(stream, jsonOptions) with
                    | Null -> Error $"it holds null where %s{schema} is expected"
                    | NonNull value -> Ok value
                with :? JsonException as e ->
                    Error $"it is not %s{schema}: %s{PlainLine.within 400 e.Message}"
    }

    /// Plain UTF-8 text.
    let text (schema: string) (extension: string) : Codec<string> = {
        Schema = schema
        Extension = extension
        Write =
            fun stream value ->
                use writer = new StreamWriter(stream, leaveOpen = true)
                writer.Write value
        Read =
            fun stream ->
                use reader = new StreamReader(stream, leaveOpen = true)
                Ok(reader.ReadToEnd())
    }

    /// The same bytes under another type; `ofStored` may refuse.
    let map
        (schema: string)
        (toStored: 'a -> 'b)
        (ofStored: 'b -> Result<'a, string>)
        (codec: Codec<'b>)
        : Codec<'a> = {
        Schema = $"%s{schema}<%s{codec.Schema}>"
        Extension = codec.Extension
        Write = fun stream value -> codec.Write stream (toStored value)
        Read = codec.Read >> Result.bind ofStored
    }

    /// One part of an archive: its name in the archive and its codec.
    let private writePart (archive: ZipArchive) name (codec: Codec<'a>) value =
        let entry = archive.CreateEntry($"%s{name}.%s{codec.Extension}", CompressionLevel.NoCompression)
        entry.LastWriteTime <- DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)
        use stream = entry.Open()
        codec.Write stream value

    let private readPart (archive: ZipArchive) name (codec: Codec<'a>) =
        match archive.GetEntry $"%s{name}.%s{codec.Extension}" with
        | null -> Error $"its part '%s{name}' is missing"
        // Parts are written as they are; a compressed one may unfold to any size.
        | entry when entry.CompressedLength <> entry.Length -> Error $"its part '%s{name}' is compressed"
        | entry ->
            use stream = new StoredEntry(entry)
            codec.Read stream |> Result.mapError (fun reason -> $"in its part '%s{name}', %s{reason}")

    /// Two values in one uncompressed zip; of two arrays, that is NumPy's .npz.
    let pair (nameA: string, a: Codec<'a>) (nameB: string, b: Codec<'b>) : Codec<'a * 'b> = {
        Schema = $"zip/1(%s{nameA}:%s{a.Schema},%s{nameB}:%s{b.Schema})"
        Extension = if a.Extension = "npy" && b.Extension = "npy" then "npz" else "zip"
        Write =
            fun stream (valueA, valueB) ->
                use archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen = true)
                writePart archive nameA a valueA
                writePart archive nameB b valueB
        Read =
            fun stream ->
                try
                    use archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen = true)

                    match readPart archive nameA a, readPart archive nameB b with
                    | Ok valueA, Ok valueB -> Ok(valueA, valueB)
                    | Error reason, _
                    | _, Error reason -> Error reason
                with :? InvalidDataException as e ->
                    Error $"it is not a zip archive: %s{e.Message}"
    }
