namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open NtkPipeline.Core

/// A sentence transformer over a store: a text that its model has embedded before is read, not embedded again.
[<RequireQualifiedAccess>]
module CachedEncoder =

    /// Texts after which what is new is put into the store.
    let private chunk = 2048

    /// Embeds what is missing, a chunk at a time, and keeps it: a killed run goes on with what the last chunk left.
    let private embedMissing
        store
        (encoder: SentenceEncoder)
        (known: Dictionary<string, float32[]>)
        advance
        missing
        =
        let rec next (chunks: string[] list) =
            match chunks with
            | [] -> Ok()
            | texts :: others ->
                match encoder.Encode(texts, advance) with
                | Error e -> Error e
                | Ok rows ->
                    texts
                    |> Array.iteri (fun i text ->
                        known[EmbeddingCache.digestOf text] <- (Matrix.row i rows).ToArray())

                    EmbeddingCache.add store encoder.Identity texts rows
                    |> Result.bind (fun () -> next others)

        // By length, so that the texts of a chunk need little padding.
        missing
        |> Array.sortBy (fun (text: string) -> text.Length)
        |> Array.chunkBySize chunk
        |> List.ofArray
        |> next

    /// One row a text, by the transformer in a folder. The model is opened only if a text is new to it. `progress` is told how
    /// many distinct texts are done, and how many there are.
    let encode
        (store: Store)
        (folder: string)
        (progress: Action<int, int>)
        (texts: string[])
        : Result<Matrix<float32>, PipelineError> =
        SentenceEncoder.identify folder
        |> Result.bind (fun identity ->
            EmbeddingCache.load store identity
            |> Result.bind (fun known ->
                let distinct = Array.distinct texts

                let missing =
                    distinct
                    |> Array.filter (fun text -> not (known.ContainsKey(EmbeddingCache.digestOf text)))

                let mutable finished = distinct.Length - missing.Length

                let advance count =
                    finished <- finished + count
                    progress.Invoke(finished, distinct.Length)

                let columns =
                    if missing.Length > 0 || texts.Length = 0 then
                        SentenceEncoder.openAt folder
                        |> Result.bind (fun encoder ->
                            use encoder = encoder

                            embedMissing store encoder known advance missing
                            |> Result.map (fun () -> encoder.Dimension))
                    else
                        Ok known[EmbeddingCache.digestOf texts[0]].Length

                columns
                |> Result.map (fun columns ->
                    texts
                    |> Array.map (fun text -> known[EmbeddingCache.digestOf text])
                    |> Matrix.ofRows columns)))
