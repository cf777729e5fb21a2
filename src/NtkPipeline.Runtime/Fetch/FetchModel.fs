namespace NtkPipeline.Runtime

open System
open System.IO
open System.Net.Http
open System.Threading
open NtkPipeline.Core

/// What is told while a model is fetched.
type FetchEvent =
    | Fetching of file: string * bytes: int64
    | Received of file: string * soFar: int64
    | Retrying of file: string * reason: string * pause: TimeSpan

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

    /// The pause after so many failures in a row, or the one that the server asks for; neither is longer than the longest.
    let private pauseAfter (patience: Patience) failures (asked: TimeSpan option) =
        let grown = patience.FirstPause * Math.Pow(2.0, float (failures - 1))
        min patience.LongestPause (Option.defaultValue grown asked)

    /// Requests until the part is complete; gives whether there is such a file.
    let private complete
        client
        (patience: Patience)
        tell
        (place: Uri)
        (wanted: WantedFile)
        (part: FileStream)
        =
        let refuse reason = Error(DataRefused $"%O{place}: %s{reason}.")

        let rec next failures =
            let had = part.Length

            let retry reason asked =
                let failures = if part.Length - had >= patience.EnoughProgress then 1 else failures + 1

                if failures > patience.MostFailures then
                    refuse
                        $"%s{reason}; %d{failures} tries in a row have failed. What has come is kept, and the same command goes on from there"
                else
                    let pause = pauseAfter patience failures asked
                    tell (Retrying(wanted.Name, reason, pause))
                    Thread.Sleep pause
                    next failures

            let hear soFar = tell (Received(wanted.Name, soFar))

            match Download.attempt client patience.Silence hear place wanted part with
            | Complete -> Ok true
            | Absent _ -> Ok false
            | Refused reason -> refuse reason
            | Unwritable reason -> Error(StoreFault $"%s{part.Name}: it cannot be written: %s{reason}")
            | Dropped(reason, asked) -> retry reason asked
            | Restart reason ->
                part.SetLength 0L
                retry reason None

        if part.Length = wanted.Bytes then Ok true else next 0

    /// The same at the first of several places that has the file.
    let private completeAt client patience tell (from: Uri) (wanted: WantedFile) (part: FileStream) =
        let rec next places =
            match places with
            | [] ->
                let names = String.Join(" nor ", wanted.Places)
                Error(DataRefused $"%O{from}: there is no %s{names} (the server answers 404).")
            | place: string :: others ->
                complete client patience tell (Uri(from, place)) wanted part
                |> Result.bind (fun isThere -> if isThere then Ok() else next others)

        next wanted.Places

    /// Downloads one file. Where bytes of an earlier try turn out to be of another file, once more without them.
    let rec private download client patience tell from (wanted: WantedFile) target mayResume =
        let path = PartFile.pathOf target wanted

        let outcome =
            PartFile.openAt path wanted
            |> Result.bind (fun part ->
                use part = part

                if not mayResume then
                    part.SetLength 0L

                let had = part.Length
                tell (Received(wanted.Name, had))

                completeAt client patience tell from wanted part
                |> Result.bind (fun () -> PartFile.guard path (fun () -> part.Flush true))
                |> Result.map (fun () -> had))

        if Result.isError outcome && File.Exists path && FileInfo(path).Length = 0L then
            File.Delete path

        outcome
        |> Result.bind (fun had ->
            PartFile.promote path target wanted
            |> Result.bind (fun promoted ->
                match promoted with
                | Ok() -> Ok()
                | Error _ when had > 0L ->
                    let reason = "what an earlier try had left is of another file"
                    tell (Retrying(wanted.Name, reason, TimeSpan.Zero))
                    download client patience tell from wanted target false
                | Error digest ->
                    Error(
                        DataRefused
                            $"%O{from}: what came for %s{wanted.Name} has the SHA-256 %s{digest.Hex}, and %s{wanted.Sha256.Hex} is wanted; it is not kept."
                    )))

    /// Where the file already lies in the folder, if it is the wanted one.
    let private lying folder (wanted: WantedFile) : Result<string option, PipelineError> =
        let found =
            wanted.Name :: wanted.Places
            |> List.map (fun place -> Path.Combine(folder, place))
            |> List.filter File.Exists
            |> List.map (fun path ->
                PartFile.isRight path wanted |> Result.map (fun isRight -> path, isRight))

        match
            found
            |> List.tryPick (function
                | Error e -> Some e
                | Ok _ -> None)
        with
        | Some e -> Error e
        | None ->
            Ok(
                found
                |> List.tryPick (function
                    | Ok(path, true) -> Some path
                    | _ -> None)
            )

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

                download client patience tell from wanted target true
                |> Result.map (fun () -> { Path = target; Wanted = wanted; WasThere = false }))

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
