namespace NtkPipeline.Runtime

open System
open System.IO
open System.Text.RegularExpressions
open Microsoft.ML.OnnxRuntime
open NtkPipeline.Core

/// A sentence transformer in ONNX form: a BERT that gives every token a vector. A sentence's embedding is the mean of its
/// tokens' vectors, of length 1.
[<Sealed>]
type SentenceEncoder
    internal (name: string, session: InferenceSession, output: string, wordPiece: WordPiece, identity: Digest)
    =

    /// Sentences of one batch, and its tokens, padding included.
    static let mostRows, mostTokens = 64, 4096

    let inputs = session.InputNames |> Array.ofSeq

    /// The mean of a sentence's first `count` vectors, divided by its norm.
    let pool (states: ReadOnlySpan<float32>) count dimension =
        let sum = Array.zeroCreate<float> dimension

        for token in 0 .. count - 1 do
            for j in 0 .. dimension - 1 do
                sum[j] <- sum[j] + float states[token * dimension + j]

        let norm = sum |> Array.sumBy (fun entry -> entry * entry) |> sqrt
        sum |> Array.map (fun entry -> if norm = 0.0 then 0.0f else float32 (entry / norm))

    /// The embeddings of some sentences, padded to the longest of them. ONNX Runtime refuses by exception.
    let run (batch: int[][]) : float32[][] =
        let tokens = batch |> Array.map _.Length |> Array.max
        let shape = [| int64 batch.Length; int64 tokens |]

        let values (entry: int[] -> int -> int64) =
            OrtValue.CreateTensorValueFromMemory(
                Array.init (batch.Length * tokens) (fun k -> entry batch[k / tokens] (k % tokens)),
                shape
            )

        use ids = values (fun ids j -> if j < ids.Length then int64 ids[j] else 0L)
        use mask = values (fun ids j -> if j < ids.Length then 1L else 0L)
        use types = values (fun _ _ -> 0L)

        let given =
            inputs
            |> Array.map (fun input ->
                match input with
                | "input_ids" -> ids
                | "attention_mask" -> mask
                | _ -> types)

        use options = new RunOptions()
        use results = session.Run(options, inputs, given, [| output |])
        let dimension = int (results[0].GetTensorTypeAndShape().Shape[2])

        Array.init batch.Length (fun i ->
            let states = results[0].GetTensorDataAsSpan<float32>()
            pool (states.Slice(i * tokens * dimension, tokens * dimension)) batch[i].Length dimension)

    /// Batches of sentences that follow one another in length, so that little is padding.
    let batches (ids: int[][]) =
        let batch = ResizeArray<int>()

        [|
            for i in [| 0 .. ids.Length - 1 |] |> Array.sortBy (fun i -> ids[i].Length, i) do
                if batch.Count = mostRows || (batch.Count + 1) * ids[i].Length > mostTokens then
                    batch.ToArray()
                    batch.Clear()

                batch.Add i

            if batch.Count > 0 then
                batch.ToArray()
        |]

    let encode (progress: int -> unit) (texts: string[]) =
        let ids = texts |> Array.Parallel.map (WordPiece.ids wordPiece)
        let rows = Array.zeroCreate<float32[]> texts.Length

        for batch in batches ids do
            batch |> Array.map (fun i -> ids[i]) |> run |> Array.iteri (fun k row -> rows[batch[k]] <- row)

            progress batch.Length

        rows

    /// Columns of an embedding.
    member val Dimension = run [| [| 0 |] |] |> Array.head |> Array.length

    /// The digest of the model's and the vocabulary's bytes.
    member _.Identity = identity

    /// The model's folder.
    member _.Name = name

    /// One row a text. Equal texts are encoded once. `progress` is told how many more distinct texts are done.
    member this.Encode(texts: string[], progress: int -> unit) : Result<Matrix<float32>, PipelineError> =
        try
            let distinct = Array.distinct texts
            let rows = encode progress distinct
            let places = Seq.zip distinct (Seq.initInfinite id) |> dict

            let embeddings =
                texts |> Array.map (fun text -> rows[places[text]]) |> Matrix.ofRows this.Dimension

            match Matrix.firstNonFinite32 embeddings with
            | Some(i, j) ->
                Error(
                    NumbersRefused $"%s{name}: entry %d{j} of text %d{i}'s embedding is not a finite number."
                )
            | None -> Ok embeddings
        with :? OnnxRuntimeException as e ->
            Error(NumbersRefused $"%s{name}: the model fails on these texts: %s{e.Message}")

    /// One row a text.
    member this.Encode(texts: string[]) : Result<Matrix<float32>, PipelineError> = this.Encode(texts, ignore)

    interface IDisposable with
        member _.Dispose() = session.Dispose()

/// Opening a sentence transformer's folder: `model.onnx` (or `onnx/model.onnx`) and `vocab.txt`.
[<RequireQualifiedAccess>]
module SentenceEncoder =

    let private required = [ "input_ids"; "attention_mask" ]
    let private known = "token_type_ids" :: required

    let private options () =
        let options = new SessionOptions()
        options.IntraOpNumThreads <- min 2 Environment.ProcessorCount
        options.InterOpNumThreads <- 1
        options.LogSeverityLevel <- OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL
        options

    let private openSession (path: string) =
        try
            use options = options ()
            Ok(new InferenceSession(path, options))
        with :? OnnxRuntimeException ->
            Error(DataRefused $"%s{path}: it is no ONNX model, or not the whole of one.")

    /// The output that holds a vector a token.
    let private outputOf (path: string) (session: InferenceSession) =
        let refuse reason = Error(DataRefused $"%s{path}: it is no sentence encoder: %s{reason}.")
        let names = List.ofSeq session.InputNames

        let isVectors (name: string) =
            let metadata = session.OutputMetadata[name]
            metadata.ElementType = typeof<float32> && metadata.Dimensions.Length = 3

        match
            required |> List.tryFind (fun name -> not (List.contains name names)),
            names |> List.tryFind (fun name -> not (List.contains name known)),
            session.OutputNames |> Seq.tryFind isVectors
        with
        | Some name, _, _ -> refuse $"it has no input '%s{name}'"
        | None, Some name, _ -> refuse $"its input '%s{name}' is unknown"
        | None, None, None -> refuse "no output of it is a float32 vector for every token"
        | None, None, Some output ->
            if names |> List.forall (fun name -> session.InputMetadata[name].ElementType = typeof<int64>) then
                Ok output
            else
                refuse "its inputs are not 64-bit whole numbers"

    /// How many tokens the model knows: it is shown one that none knows, and its refusal names the range.
    let private knownTokens (session: InferenceSession) (output: string) =
        let value entry = OrtValue.CreateTensorValueFromMemory([| entry |], [| 1L; 1L |])
        use unknown = value (int64 Int32.MaxValue)
        use one = value 1L
        use zero = value 0L

        let inputs =
            session.InputNames
            |> Seq.map (function
                | "input_ids" -> unknown
                | "attention_mask" -> one
                | _ -> zero)
            |> Array.ofSeq

        try
            use options = new RunOptions()
            use _ = session.Run(options, session.InputNames, inputs, [| output |])
            None
        with :? OnnxRuntimeException as e ->
            match Regex.Match(e.Message, @"range \[-(\d+),") with
            | found when found.Success -> Some(int found.Groups[1].Value)
            | _ -> None

    let private expectVocabulary (folder: string) (wordPiece: WordPiece) (count: int option) =
        match count with
        | Some count when count <> wordPiece.Size ->
            Error(
                DataRefused
                    $"%s{folder}: the model knows %d{count} tokens and vocab.txt has %d{wordPiece.Size}, so they do not belong together."
            )
        | _ -> Ok()

    let private modelPath (folder: string) =
        let direct = Path.Combine(folder, "model.onnx")
        let nested = Path.Combine(folder, "onnx", "model.onnx")
        if File.Exists direct || not (File.Exists nested) then direct else nested

    let private vocabularyPath (folder: string) = Path.Combine(folder, "vocab.txt")

    /// Whether a folder holds the two files.
    let isIn (folder: string) : bool = File.Exists(modelPath folder) && File.Exists(vocabularyPath folder)

    /// The digest of the model's and the vocabulary's bytes, without opening the model.
    let identify (folder: string) : Result<Digest, PipelineError> =
        SourceFile.digest (modelPath folder)
        |> Result.bind (fun model ->
            SourceFile.digest (vocabularyPath folder)
            |> Result.map (fun vocabulary -> Digest.ofParts [ model.Hex; vocabulary.Hex ]))

    let private openWith
        (folder: string)
        (wordPiece: WordPiece)
        (identity: Digest)
        (session: InferenceSession)
        =
        let opened =
            outputOf (modelPath folder) session
            |> Result.bind (fun output ->
                knownTokens session output
                |> expectVocabulary folder wordPiece
                |> Result.map (fun () -> new SentenceEncoder(folder, session, output, wordPiece, identity)))

        if Result.isError opened then
            session.Dispose()

        opened

    /// The word pieces of a vocabulary file.
    let loadVocabulary (path: string) : Result<WordPiece, PipelineError> =
        SourceFile.readBytes path
        |> Result.bind (fun bytes ->
            use lines = new MemoryStream(bytes)
            WordPiece.load path lines)

    /// Opens the encoder that a folder holds. Whoever opens it disposes of it.
    let openAt (folder: string) : Result<SentenceEncoder, PipelineError> =
        identify folder
        |> Result.bind (fun identity ->
            loadVocabulary (vocabularyPath folder)
            |> Result.bind (fun wordPiece ->
                openSession (modelPath folder) |> Result.bind (openWith folder wordPiece identity)))

    /// One row a text, by the encoder that a folder holds.
    let encodeAll (folder: string) (texts: string[]) : Result<Matrix<float32>, PipelineError> =
        openAt folder
        |> Result.bind (fun encoder ->
            use encoder = encoder
            encoder.Encode texts)
