namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// A sentence transformer: a model and the vocabulary that it was trained with. A text's embedding has norm 1, and does not
/// depend on the texts that it is encoded with.
[<Sealed>]
type SentenceEncoder
    internal
    (
        name: string,
        model: EncoderModel,
        wordPiece: WordPiece,
        profile: EncoderProfile,
        identity: Digest,
        dimension: int
    ) =

    let encode (progress: int -> unit) (texts: string[]) : Result<float32[][], PipelineError> =
        let ids = texts |> Array.Parallel.map (WordPiece.idsWithin profile.MaxTokens wordPiece)
        let rows = Array.zeroCreate<float32[]> texts.Length

        let rec next (batches: int[][]) at =
            if at = batches.Length then
                Ok rows
            else
                let batch = batches[at]

                match EncoderModel.embed model profile.Pooling (batch |> Array.map (fun i -> ids[i])) with
                | Error e -> Error e
                | Ok embedded ->
                    embedded |> Array.iteri (fun k row -> rows[batch[k]] <- row)
                    progress batch.Length
                    next batches (at + 1)

        next (TokenBatches.plan (ids |> Array.map _.Length)) 0

    /// Columns of an embedding.
    member _.Dimension = dimension

    /// The digest of the model's and the vocabulary's bytes, and of how they are used.
    member _.Identity = identity

    /// The model's folder.
    member _.Name = name

    /// One row a text. Equal texts are encoded once. `progress` is told how many more distinct texts are done.
    member _.Encode(texts: string[], progress: int -> unit) : Result<Matrix<float32>, PipelineError> =
        let distinct = Array.distinct texts

        encode progress distinct
        |> Result.bind (fun rows ->
            let places = Seq.zip distinct (Seq.initInfinite id) |> dict
            let embeddings = texts |> Array.map (fun text -> rows[places[text]]) |> Matrix.ofRows dimension

            match Matrix.firstNonFinite32 embeddings with
            | Some(i, j) ->
                Error(
                    NumbersRefused $"%s{name}: entry %d{j} of text %d{i}'s embedding is not a finite number."
                )
            | None -> Ok embeddings)

    /// One row a text.
    member this.Encode(texts: string[]) : Result<Matrix<float32>, PipelineError> = this.Encode(texts, ignore)

    interface IDisposable with
        member _.Dispose() = (model :> IDisposable).Dispose()

/// What an encoder is known by.
type EncoderIdentity = {
    /// The digest of the model's file alone, as `sha256sum` says it.
    Model: Digest
    /// The digest of the model's and the vocabulary's bytes, of those of the files that the model names, of the pooling and the most tokens.
    Whole: Digest
}

/// Opening a sentence transformer's folder: `model.onnx` (or `onnx/model.onnx`) and `vocab.txt`.
[<RequireQualifiedAccess>]
module SentenceEncoder =

    let internal modelPath (folder: string) =
        let direct = Path.Combine(folder, "model.onnx")
        let nested = Path.Combine(folder, "onnx", "model.onnx")
        if File.Exists direct || not (File.Exists nested) then direct else nested

    let internal vocabularyPath (folder: string) = Path.Combine(folder, "vocab.txt")

    /// Whether a folder holds the two files.
    let isIn (folder: string) : bool = File.Exists(modelPath folder) && File.Exists(vocabularyPath folder)

    let private wholeOf (folder: string) (profile: EncoderProfile) (model: Digest) =
        SourceFile.digest (vocabularyPath folder)
        |> Result.bind (fun vocabulary ->
            ExternalWeights.digests (modelPath folder)
            |> Result.bind (fun weights ->
                TokeniserProfile.read folder
                |> Result.map (fun tokeniser ->
                    Digest.ofParts [
                        model.Hex
                        vocabulary.Hex
                        yield! weights
                        $"pooling %s{EncoderProfile.poolingName profile}"
                        $"%d{profile.MaxTokens} tokens"
                        if tokeniser.KeepsCase then
                            "capitals kept"
                    ])))

    /// Reads every byte of an encoder's files, and does not open its model.
    let identity (folder: string) : Result<EncoderIdentity, PipelineError> =
        match [ modelPath folder; vocabularyPath folder ] |> List.tryFind (File.Exists >> not) with
        | Some path ->
            Error(
                MachineLacks
                    $"%s{path}: there is no such file; `ntk fetch model` brings all-MiniLM-L6-v2 with its vocabulary."
            )
        | None ->
            EncoderProfile.read folder
            |> Result.bind (fun profile ->
                SourceFile.digest (modelPath folder)
                |> Result.bind (fun model ->
                    wholeOf folder profile model
                    |> Result.map (fun whole -> { Model = model; Whole = whole })))

    /// `identity` without the model's own.
    let identify (folder: string) : Result<Digest, PipelineError> = identity folder |> Result.map _.Whole

    /// The word pieces of a vocabulary file; what the files beside it say of capitals is heeded.
    let loadVocabulary (path: string) : Result<WordPiece, PipelineError> =
        SourceFile.readBytes path
        |> Result.bind (fun bytes ->
            use lines = new MemoryStream(bytes)
            WordPiece.load path lines)
        |> Result.bind (fun wordPiece ->
            TokeniserProfile.read (nonNull (Path.GetDirectoryName(Path.GetFullPath path)))
            |> Result.map (fun tokeniser -> WordPiece.keepCase tokeniser.KeepsCase wordPiece))

    let private expectVocabulary (folder: string) (wordPiece: WordPiece) (model: EncoderModel) =
        match EncoderModel.knownTokens model with
        | Some count when count <> wordPiece.Size ->
            Error(
                DataRefused
                    $"%s{folder}: the model knows %d{count} tokens and vocab.txt has %d{wordPiece.Size}, so they do not belong together."
            )
        | _ -> Ok()

    /// The encoder, once the model has embedded a text of one token.
    let private ofModel (folder: string) wordPiece (profile: EncoderProfile) identity (model: EncoderModel) =
        let opened =
            expectVocabulary folder wordPiece model
            |> Result.bind (fun () -> EncoderModel.embed model profile.Pooling [| [| 0 |] |])
            |> Result.map (fun rows ->
                new SentenceEncoder(folder, model, wordPiece, profile, identity, rows[0].Length))

        if Result.isError opened then
            (model :> IDisposable).Dispose()

        opened

    /// Opens the encoder that a folder holds. Whoever opens it disposes of it.
    let openAt (folder: string) : Result<SentenceEncoder, PipelineError> =
        identify folder
        |> Result.bind (fun identity ->
            EncoderProfile.read folder
            |> Result.bind (fun profile ->
                loadVocabulary (vocabularyPath folder)
                |> Result.bind (fun wordPiece ->
                    EncoderModel.openAt (modelPath folder)
                    |> Result.bind (ofModel folder wordPiece profile identity))))
