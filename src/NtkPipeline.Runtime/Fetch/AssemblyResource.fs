namespace NtkPipeline.Runtime

open System
open System.IO
open System.Reflection.Metadata
open System.Reflection.PortableExecutable
open NtkPipeline.Core

/// Resources of an assembly as bytes of its file: nothing of it is loaded or run. Source: ECMA-335, II.24.2.2 and II.22.24.
[<RequireQualifiedAccess>]
module internal AssemblyResource =

    let private refuse (path: string) reason = Error(DataRefused $"%s{path}: %s{reason}.")

    /// Where the resource's bytes begin in the file, and how many there are.
    let private find (file: FileStream) (name: string) =
        use reader = new PEReader(file, PEStreamOptions.LeaveOpen)
        let metadata = reader.GetMetadataReader()

        let found =
            metadata.ManifestResources
            |> Seq.map metadata.GetManifestResource
            |> Seq.tryFind (fun resource ->
                resource.Implementation.IsNil && metadata.GetString resource.Name = name)

        match reader.PEHeaders.CorHeader, found with
        | NonNull header, Some resource ->
            match reader.PEHeaders.TryGetDirectoryOffset header.ResourcesDirectory with
            | true, start ->
                file.Position <- int64 start + resource.Offset
                use numbers = new BinaryReader(file, Text.Encoding.UTF8, true)
                let bytes = int64 (numbers.ReadUInt32())

                if file.Position + bytes <= file.Length then
                    Some(file.Position, bytes)
                else
                    None
            | _ -> None
        | _ -> None

    /// Runs something over the resource's bytes, the stream standing at the first of them.
    let read
        (path: string)
        (name: string)
        (action: Stream -> int64 -> Result<'a, PipelineError>)
        : Result<'a, PipelineError> =
        try
            use file = File.OpenRead path

            match find file name with
            | Some(start, bytes) ->
                file.Position <- start
                action file bytes
            | None -> refuse path $"it has no resource %s{name}"
        with
        | :? BadImageFormatException
        | :? EndOfStreamException -> refuse path "it is no assembly, or not the whole of one"
        | DiskRefusal.Reason reason -> refuse path $"it cannot be read: %s{reason}"
