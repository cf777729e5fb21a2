namespace NtkPipeline.Runtime

open System
open System.Text.RegularExpressions
open Microsoft.ML.OnnxRuntime
open NtkPipeline.Core

/// A BERT in ONNX form that gives every token a vector: an open session, and what is known of it.
[<NoEquality; NoComparison>]
type EncoderModel = private {
    Path: string
    Session: InferenceSession
    /// In the session's order.
    Inputs: string[]
    /// The output that holds a vector a token.
    Output: string
} with

    interface IDisposable with
        member this.Dispose() = this.Session.Dispose()

/// Opening a model, asking what it is, running it.
[<RequireQualifiedAccess>]
module EncoderModel =

    let private required = [ "input_ids"; "attention_mask" ]
    let private known = "token_type_ids" :: required

    /// Two threads, the cores that the project is made for; operators run one after the other.
    let private options () =
        let options = new SessionOptions()
        options.IntraOpNumThreads <- min 2 Environment.ProcessorCount
        options.InterOpNumThreads <- 1
        options.ExecutionMode <- ExecutionMode.ORT_SEQUENTIAL
        options.GraphOptimizationLevel <- GraphOptimizationLevel.ORT_ENABLE_ALL
        options.LogSeverityLevel <- OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL
        options

    let private openSession (path: string) =
        try
            use options = options ()
            Ok(new InferenceSession(path, options))
        with :? OnnxRuntimeException as e ->
            // A whole model of a format that this ONNX Runtime does not know yet; anything else is damage.
            match Regex.Match(e.Message, @"[^.:()]*(IR version|[Oo]pset [0-9])[^.(]*") with
            | newer when newer.Success ->
                Error(
                    DataRefused
                        $"%s{path}: this ONNX Runtime (%s{OrtEnv.Instance().GetVersionString()}) does not know the model's format: %s{newer.Value.Trim()}."
                )
            | _ -> Error(DataRefused $"%s{path}: it is no ONNX model, or not the whole of one.")

    /// The output that holds a vector a token, if the session is an encoder's.
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

    /// Runs it on rows of token ids, all filled up to `tokens`, with a mask that tells padding. ONNX Runtime refuses by exception.
    let private run (model: EncoderModel) (batch: int64[][]) tokens : OrtValue =
        let shape = [| int64 batch.Length; int64 tokens |]

        let values (entry: int64[] -> int -> int64) =
            OrtValue.CreateTensorValueFromMemory(
                Array.init (batch.Length * tokens) (fun k -> entry batch[k / tokens] (k % tokens)),
                shape
            )

        use ids = values (fun ids j -> if j < ids.Length then ids[j] else 0L)
        use mask = values (fun ids j -> if j < ids.Length then 1L else 0L)
        use types = values (fun _ _ -> 0L)

        let given =
            model.Inputs
            |> Array.map (fun input ->
                match input with
                | "input_ids" -> ids
                | "attention_mask" -> mask
                | _ -> types)

        use options = new RunOptions()
        let results = model.Session.Run(options, model.Inputs, given, [| model.Output |])
        results[0]

    /// The mean of a text's first `count` vectors, or the first of all, divided by its norm.
    let private pool pooling (states: ReadOnlySpan<float32>) count dimension =
        let sum = Array.zeroCreate<float> dimension

        let pooled =
            match pooling with
            | Pooling.Mean -> count
            | Pooling.Cls -> 1

        for token in 0 .. pooled - 1 do
            for j in 0 .. dimension - 1 do
                sum[j] <- sum[j] + float states[token * dimension + j]

        let norm = sum |> Array.sumBy (fun entry -> entry * entry) |> sqrt
        sum |> Array.map (fun entry -> if norm = 0.0 then 0.0f else float32 (entry / norm))

    /// The embeddings of texts given by their token ids: of each, its tokens' vectors pooled, of norm 1.
    let embed (model: EncoderModel) (pooling: Pooling) (batch: int[][]) : Result<float32[][], PipelineError> =
        let tokens = batch |> Array.map _.Length |> Array.max |> TokenBatches.paddedLength

        try
            use states = run model (batch |> Array.map (Array.map int64)) tokens
            let shape = states.GetTensorTypeAndShape().Shape

            if shape.Length <> 3 || shape[0] <> int64 batch.Length || shape[1] <> int64 tokens then
                let shape = String.Join(" × ", shape)

                Error(
                    DataRefused
                        $"%s{model.Path}: it is no sentence encoder: for %d{batch.Length} texts of %d{tokens} tokens it gives %s{shape} numbers."
                )
            else
                let dimension = int shape[2]

                Array.init batch.Length (fun i ->
                    let all = states.GetTensorDataAsSpan<float32>()

                    pool
                        pooling
                        (all.Slice(i * tokens * dimension, tokens * dimension))
                        batch[i].Length
                        dimension)
                |> Ok
        with :? OnnxRuntimeException as e ->
            let reason = e.Message.ReplaceLineEndings(" ").Trim()
            Error(NumbersRefused $"%s{model.Path}: the model fails on these texts: %s{reason}")

    /// How many tokens the model knows: it is shown one that none knows, and its refusal names the range. None if it says nothing.
    let knownTokens (model: EncoderModel) : int option =
        try
            use _ = run model [| [| int64 Int32.MaxValue |] |] 1
            None
        with :? OnnxRuntimeException as e ->
            match Regex.Match(e.Message, @"range \[-(\d+),") with
            | found when found.Success -> Some(int found.Groups[1].Value)
            | _ -> None

    /// Opens the model of a file; whoever opens it disposes of it. Refused: what is no ONNX model, or no encoder.
    let openAt (path: string) : Result<EncoderModel, PipelineError> =
        openSession path
        |> Result.bind (fun session ->
            match outputOf path session with
            | Ok output ->
                Ok {
                    Path = path
                    Session = session
                    Inputs = Array.ofSeq session.InputNames
                    Output = output
                }
            | Error e ->
                session.Dispose()
                Error e)
