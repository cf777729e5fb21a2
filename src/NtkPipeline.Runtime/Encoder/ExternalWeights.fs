namespace NtkPipeline.Runtime

open System
open System.IO
open FsToolkit.ErrorHandling
open NtkPipeline.Core

/// An ONNX graph may keep its weights in other files, which it names. They are as much the model as the graph is.
[<RequireQualifiedAccess>]
module internal ExternalWeights =

    /// The file that a graph names, if it lies in the model's folder or below.
    let private pathOf (model: string) (location: string) : string option =
        let folder = nonNull (Path.GetDirectoryName(Path.GetFullPath model))

        let within =
            if Path.EndsInDirectorySeparator folder then
                folder
            else
                folder + string Path.DirectorySeparatorChar

        if location.Contains '\000' || Path.IsPathRooted location then
            None
        else
            Some(Path.GetFullPath(Path.Combine(folder, location)))
            |> Option.filter _.StartsWith(within, StringComparison.Ordinal)

    /// The digest of a file that a graph names, whose bytes it uses as far as here.
    let private digest (model: string) (location: string) (ends: int64) : Result<Digest, PipelineError> =
        let named = $"%s{model}: it keeps weights in '%s{PlainLine.ofWords location}'"

        match pathOf model location with
        | None -> Error(DataRefused $"%s{named}, and only a file in its own folder or below is read.")
        | Some path when not (File.Exists path) ->
            Error(MachineLacks $"%s{named}, and there is no such file.")
        | Some path ->
            SourceFile.readWith path (fun file ->
                if file.Length < ends then
                    Error
                        $"it has %d{file.Length} bytes, and the weights that %s{model} keeps in it end at byte %d{ends}"
                else
                    Ok(Digest.ofStream file))

    /// The files that a model's graph names, in order, each with its digest. Refused: one that is missing, too short, or outside the
    /// model's folder.
    let digests (model: string) : Result<string list, PipelineError> =
        SourceFile.readWith model (ExternalTensors.read >> Ok)
        |> Result.bind (fun parts ->
            parts
            |> List.groupBy _.Location
            |> List.sortBy fst
            |> List.traverseResultM (fun (location, parts) ->
                parts
                |> List.map _.Ends
                |> List.max
                |> digest model location
                |> Result.map (fun digest -> [ location; digest.Hex ])))
        |> Result.map List.concat
