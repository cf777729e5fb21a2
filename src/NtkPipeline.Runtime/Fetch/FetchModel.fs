namespace NtkPipeline.Runtime

open System
open System.IO
open System.Net.Http
open System.Threading
open NtkPipeline.Core

/// One file of a model in its folder.
type FetchedFile = { Path: string; Wanted: WantedFile; WasThere: bool }

/// Brings a model's files into a folder: over HTTPS or HTTP, going on after interruptions, each checked by its size and SHA-256
/// before it takes its name. The environment's proxy settings are honoured (`HTTPS_PROXY`, `NO_PROXY`, …), as HttpClient does.
[<RequireQualifiedAccess>]
module FetchModel =

    let patience: Patience = {
        MostFailures = 5
        EnoughProgress = 1L <<< 20
        FirstPause = TimeSpan.FromSeconds 1.0
        LongestPause = TimeSpan.FromSeconds 30.0
        Silence = TimeSpan.FromSeconds 30.0
    }

    /// An address that files can lie under, or what is wrong with it.
    let address (text: string) : Result<Uri, string> =
        match Uri.TryCreate(text.TrimEnd '/' + "/", UriKind.Absolute) with
        | true, NonNull uri when
            (uri.Scheme = Uri.UriSchemeHttps || uri.Scheme = Uri.UriSchemeHttp)
            && uri.Query = ""
            && uri.Fragment = ""
            ->
            Ok uri
        | _ -> Error $"'%s{text}' is not an address of files: write https://host/folder"

    let private client (patience: Patience) =
        let handler = new SocketsHttpHandler(ConnectTimeout = patience.Silence, MaxAutomaticRedirections = 10)
        let client = new HttpClient(handler, Timeout = Timeout.InfiniteTimeSpan)
        client.DefaultRequestHeaders.UserAgent.ParseAdd "ntk"
        client

    /// Where the file already lies in the folder, if it is the wanted one.
    let private lying folder (wanted: WantedFile) : Result<string option, PipelineError> =
        let found =
            wanted.Name :: wanted.Places
            |> List.map (fun place -> Path.Combine(folder, place))
            |> List.filter File.Exists
            |> List.map (fun path ->
                PartFile.isRight path wanted |> Result.map (fun isRight -> path, isRight))

        List.foldBack
            (fun result rest ->
                match result, rest with
                | Error e, _
                | Ok _, Error e -> Error e
                | Ok(path, true), Ok _ -> Ok(Some path)
                | Ok(_, false), Ok other -> Ok other)
            found
            (Ok None)

    let private bring
        client
        patience
        tell
        from
        folder
        (wanted: WantedFile)
        : Result<FetchedFile, PipelineError> =
        lying folder wanted
        |> Result.bind (fun found ->
            match found with
            | Some path -> Ok { Path = path; Wanted = wanted; WasThere = true }
            | None ->
                let target = Path.Combine(folder, wanted.Name)
                tell (Fetching(wanted.Name, wanted.Bytes))

                FetchFile.download client patience tell from wanted target true
                |> Result.map (fun () -> { Path = target; Wanted = wanted; WasThere = false }))

    /// Refuses a folder in which another model lies under the names of this one's files: it is somebody's own.
    let expectNoOther (source: ModelSource) (folder: string) : Result<unit, PipelineError> =
        (Ok(), source.Files)
        ||> List.fold (fun before wanted ->
            let path = Path.Combine(folder, wanted.Name)

            before
            |> Result.bind (fun () -> if File.Exists path then PartFile.isRight path wanted else Ok true)
            |> Result.bind (fun isRight ->
                if isRight then
                    Ok()
                else
                    Error(
                        DataRefused
                            $"%s{path}: it is there already and not of %s{source.Name}, so it is kept; give another folder, or delete it."
                    )))

    /// Fetches what the folder lacks of the source's files, in their order, from its own address or another; what is there and
    /// right is left alone, what is there and wrong is replaced once the right one is whole. Refused: a file that the server
    /// does not have, of another size or with another digest; a host that is not found or not trusted; a network that fails
    /// more often than `patience` allows; a disk that is full.
    let run
        (patience: Patience)
        (tell: FetchEvent -> unit)
        (source: ModelSource)
        (from: Uri)
        (folder: string)
        : Result<FetchedFile list, PipelineError> =
        use client = client patience

        let rec next done' files =
            match files with
            | [] -> Ok(List.rev done')
            | wanted :: others ->
                bring client patience tell from folder wanted
                |> Result.bind (fun fetched -> next (fetched :: done') others)

        next [] source.Files
