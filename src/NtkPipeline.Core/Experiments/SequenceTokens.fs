namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Stage: vectors of all tokens → those that kernels and networks are given: the leading principal components of the fitted tweets' tokens
/// (or all columns less their mean), each token of norm √d. No label is looked at. A token that is 0 then stays 0 and keeps its place.
[<RequireQualifiedAccess>]
module SequenceTokens =

    let private level (vectors: Matrix<float32>) =
        let unit, _ = Pca.normaliseRows vectors
        let norm = sqrt (float32 vectors.Columns)
        Matrix.map (fun x -> norm * x) unit

    let private run (columns: int option) (tokens: TokenVectors, split: Split) =
        result {
            let seen = Matrix.gatherRows (TokenVectors.numbers split.Train tokens) tokens.Vectors

            if seen.Rows < 2 then
                return!
                    Error(
                        DataRefused
                            "sequence: the fitted tweets have fewer than two tokens that the encoder knows; leave sequence out of experiments"
                    )
            else
                let! vectors =
                    match columns with
                    | Some most ->
                        Pca.fit (List.min [ most; seen.Columns; seen.Rows ]) seen
                        |> Result.map (fun model -> Pca.transform model tokens.Vectors)
                    | None -> Ok(Pca.centre seen tokens.Vectors)

                return { tokens with Vectors = level vectors }
        }

    let stage (columns: int option) : Stage<TokenVectors * Split, TokenVectors> = {
        Name = "reduce-tokens"
        Version = 1
        Settings = Fingerprint.describe columns
        Codec = TokenVectors.codec
        Body = Pure(run columns)
    }

    /// The texts, each with its tokens in a random order that depends on the seed and the text's number alone.
    let shuffled (seed: Seed) (tokens: TokenVectors) : TokenVectors = {
        tokens with
            Texts =
                tokens.Texts
                |> Array.mapi (fun row text ->
                    let order = Array.copy text
                    Batches.shuffle (seed |> Seed.derive $"text=%d{row}" |> Seed.random) order
                    order)
    }
