namespace NtkPipeline.Runtime

open NtkPipeline.Core

/// A sentence encoder's folder as a network that can be differentiated, and its tokeniser.
[<RequireQualifiedAccess>]
module EncoderFile =

    /// The folder's vocabulary, and how its model is used.
    let tokeniser (folder: string) : Result<WordPiece * EncoderProfile, PipelineError> =
        EncoderProfile.read folder
        |> Result.bind (fun profile ->
            SentenceEncoder.loadVocabulary (SentenceEncoder.vocabularyPath folder)
            |> Result.map (fun wordPiece -> wordPiece, profile))

    /// The model's parameters, if the vocabulary and the most tokens are of its sizes.
    let private read (folder: string) =
        tokeniser folder
        |> Result.bind (fun (wordPiece, profile) ->
            let path = SentenceEncoder.modelPath folder

            SourceFile.readBytes path
            |> Result.bind (OnnxWeights.read path profile.Pooling)
            |> Result.bind (fun weights ->
                if weights.Shape.Words <> wordPiece.Size then
                    Error(
                        DataRefused
                            $"%s{folder}: the model knows %d{weights.Shape.Words} tokens and vocab.txt has %d{wordPiece.Size}, so they do not belong together."
                    )
                elif weights.Shape.Positions < TokenBatches.paddedLength profile.MaxTokens then
                    Error(
                        DataRefused
                            $"%s{folder}: its texts may have %d{profile.MaxTokens} tokens, and the model has %d{weights.Shape.Positions} positions."
                    )
                else
                    Ok weights))

    /// The parameters of a folder's model, known by `SentenceEncoder.identify` and read when somebody asks for them. Refused then: what
    /// `OnnxWeights.read` refuses, and a vocabulary of another size.
    let openWeights (folder: string) : Result<Artifact<EncoderWeights>, PipelineError> =
        SentenceEncoder.identify folder
        |> Result.map (fun identity -> Artifact.create "encoder" identity (lazy (read folder)))

    let private readTuned (path: string) (encoder: EncoderWeights) =
        SourceFile.readWith path (TunedArchive.read encoder)

    /// What `EncoderArchive` has made of a folder's model, known by both files' bytes and read when somebody asks for it. Refused then: what
    /// `openWeights` refuses, and what `TunedArchive.read` does.
    let openTuned (folder: string) (path: string) : Result<Artifact<TunedArchive>, PipelineError> =
        SentenceEncoder.identify folder
        |> Result.bind (fun identity ->
            SourceFile.digest path
            |> Result.map (fun tuned ->
                Artifact.create
                    "encoder"
                    (Digest.ofParts [ identity.Hex; tuned.Hex ])
                    (lazy (read folder |> Result.bind (readTuned path)))))

    /// The parameters of a folder's model, or of what fine-tuning has made of it, if a file of that is named.
    let openEither (folder: string) (tuned: string option) : Result<Artifact<EncoderWeights>, PipelineError> =
        match tuned with
        | None -> openWeights folder
        | Some path ->
            openTuned folder path
            |> Result.map (
                Artifact.bind (
                    TunedArchive.encoder
                    >> Result.mapError (fun reason -> DataRefused $"%s{path}: %s{reason}.")
                )
            )
