namespace NtkPipeline.Runtime

open System.IO
open NtkPipeline.Core

/// A record as its file has it.
[<RequireQualifiedAccess>]
type SealedRecord = {
    Recipe: Recipe
    Output: string
    Extension: string
    Bytes: int64
    Seconds: float
    Processor: float option
    /// The digest of the recipe and of what is said of its result, so that no other recipe's result stands in its place unnoticed.
    Seal: string
}

/// What records are kept as.
[<RequireQualifiedAccess>]
module RunRecordFile =

    let private seal (record: RunRecord) : string =
        (Digest.ofParts [
            "ntk-record/1"
            (Recipe.key record.Recipe).Hex
            record.Output
            record.Extension
            string record.Bytes
        ])
            .Hex

    // Other builds, from before records were sealed and from before processors were counted, wrote fewer fields and read over what they
    // do not know.

    let private whole: Codec<SealedRecord> = Codec.json "run-record/1"

    let private counted: Codec<RunRecord> = Codec.json "run-record/1"

    let private uncounted
        : Codec<{|
            Recipe: Recipe
            Output: string
            Extension: string
            Bytes: int64
            Seconds: float
        |}> =
        Codec.json "run-record/1"

    let private write (stream: Stream) (record: RunRecord) : unit =
        whole.Write stream {
            SealedRecord.Recipe = record.Recipe
            Output = record.Output
            Extension = record.Extension
            Bytes = record.Bytes
            Seconds = record.Seconds
            Processor = record.Processor
            Seal = seal record
        }

    let private unseal (found: SealedRecord) : Result<RunRecord, string> =
        let record: RunRecord = {
            Recipe = found.Recipe
            Output = found.Output
            Extension = found.Extension
            Bytes = found.Bytes
            Seconds = found.Seconds
            Processor = found.Processor
        }

        if seal record = found.Seal then
            Ok record
        else
            Error "what it says of the result is not what was recorded"

    let private unsealed (bytes: byte[]) : Result<RunRecord, string> =
        match counted.Read(new MemoryStream(bytes)) with
        | Ok record -> Ok record
        | Error reason ->
            uncounted.Read(new MemoryStream(bytes))
            |> Result.map (fun record -> {
                Recipe = record.Recipe
                Output = record.Output
                Extension = record.Extension
                Bytes = record.Bytes
                Seconds = record.Seconds
                Processor = None
            })
            |> Result.mapError (fun _ -> reason)

    /// A record that is sealed has to be whole; one of before is believed as it stands.
    let private read (stream: Stream) : Result<RunRecord, string> =
        use copy = new MemoryStream()
        stream.CopyTo copy
        let bytes = copy.ToArray()

        match whole.Read(new MemoryStream(bytes)) with
        | Ok found -> unseal found
        | Error _ -> unsealed bytes

    let codec: Codec<RunRecord> = { counted with Write = write; Read = read }

    /// Whether the names and numbers in a record could be of a result.
    let private isPlausible (record: RunRecord) =
        Result.isOk (Digest.parse record.Output)
        && StoreNames.isExtension record.Extension
        && record.Bytes >= 0L

    /// The record in a file that has this key for a name. Any other recipe's is damage: its numbers are of something else.
    let readNamed (name: string) (stream: Stream) : Result<RunRecord, string> =
        match read stream with
        | Error reason -> Error reason
        | Ok record when (Recipe.key record.Recipe).Hex <> name ->
            Error $"it is the record of another recipe, of %s{record.Recipe.Stage}"
        | Ok record when not (isPlausible record) -> Error "what it says of the result cannot be"
        | Ok record -> Ok record
