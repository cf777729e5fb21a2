namespace NtkPipeline.Runtime

open System
open System.IO
open System.Net.Http
open System.Threading
open NtkPipeline.Core

/// What is told while files are fetched.
type FetchEvent =
    | Fetching of file: string * bytes: int64
    | Received of file: string * soFar: int64
    | Retrying of file: string * reason: string * pause: TimeSpan

/// One file: requests until it is whole, and its name only once its digest is right.
[<RequireQualifiedAccess>]
module internal FetchFile =

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
        let unreached reason = Error(MachineLacks $"%O{place}: %s{reason}.")

        let rec next failures =
            let had = part.Length

            let retry reason asked =
                let failures = if part.Length - had >= patience.EnoughProgress then 1 else failures + 1

                if failures > patience.MostFailures then
                    unreached
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
            | Unreached reason -> unreached reason
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
    let rec download client patience tell from (wanted: WantedFile) target mayResume =
        let path = PartFile.pathOf target wanted
        // Only a part that this call has opened is its to delete.
        let isEmpty = ref false

        let outcome =
            PartFile.openAt path wanted
            |> Result.bind (fun part ->
                use part = part

                if not mayResume then
                    part.SetLength 0L

                let had = part.Length
                tell (Received(wanted.Name, had))

                let completed = completeAt client patience tell from wanted part
                isEmpty.Value <- part.Length = 0L

                completed
                |> Result.bind (fun () -> PartFile.guard path (fun () -> DiskSync.file part))
                |> Result.map (fun () -> had))

        if isEmpty.Value then PartFile.guard path (fun () -> File.Delete path) else Ok()
        |> Result.bind (fun () -> outcome)
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
