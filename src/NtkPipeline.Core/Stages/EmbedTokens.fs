namespace NtkPipeline.Core

open System.Collections.Generic

/// Stage: labelled tweets → vectors of their tokens, in order. No label is looked at.
[<RequireQualifiedAccess>]
module EmbedTokens =

    let private stage name settings body : Stage<'i, TokenVectors> = {
        Name = $"embed-tokens/%s{name}"
        Version = 1
        Settings = settings
        Codec = TokenVectors.codec
        Body = body
    }

    /// Distinct tokens in the order of their first places, and of each text their numbers.
    let private number (texts: 'token[][]) : 'token[] * int[][] =
        let found = Dictionary<'token, int>()
        let kept = ResizeArray<'token>()

        let numberOf token =
            match found.TryGetValue token with
            | true, number -> number
            | _ ->
                found.Add(token, kept.Count)
                kept.Add token
                kept.Count - 1

        let numbers = texts |> Array.map (Array.map numberOf)
        kept.ToArray(), numbers

    /// Word pieces without [CLS], which is first, and [SEP], which is last.
    let private pieces (ids: int[]) = ids[1 .. ids.Length - 2]

    /// Whose tokens a stage embeds, as its name says: those of labelled tweets alone, or of the others behind them too.
    let private named (stem: string) isOfAll = if isOfAll then $"%s{stem}-of-all" else stem

    /// The encoder's own word embeddings: a piece has one vector wherever it stands, and knows nothing of its neighbours. Of the labelled
    /// tweets, or of these and then the others.
    let words (isOfAll: bool) : Stage<EncoderWeights * TweetTokens, TokenVectors> =
        let run (weights: EncoderWeights, tokens: TweetTokens) =
            let texts = if isOfAll then tokens.All else tokens.Labelled
            let ids, texts = texts |> Array.map pieces |> number

            EncodeTokens.words weights ids
            |> Result.map (fun vectors -> {
                Source = "the encoder's word embeddings"
                Vectors = vectors
                Texts = texts
            })

        stage (named "words" isOfAll) "" (Pure run)

    /// The encoder's last hidden states, in which each piece has seen the whole text. `tell` hears how many texts are done, and how many
    /// there are.
    let states
        (isOfAll: bool)
        (device: Device)
        (tell: System.Action<int, int>)
        : Stage<EncoderWeights * TweetTokens, TokenVectors> =
        let run (weights: EncoderWeights, tokens: TweetTokens) =
            let all = if isOfAll then tokens.All else tokens.Labelled

            EncodeTokens.states device weights (Counted.over tell all.Length) all
            |> Result.map (fun rows ->
                let starts = all |> Array.map _.Length |> Array.scan (+) 0

                let inside =
                    all |> Array.mapi (fun i ids -> [| starts[i] + 1 .. starts[i] + ids.Length - 2 |])

                let kept, texts = number inside

                {
                    Source = "the encoder's last hidden states"
                    Vectors = Matrix.gatherRows kept rows
                    Texts = texts
                })

        stage (named "states" isOfAll) (Device.print device) (Pure run)

    let private byLsa settings (most: int) seed (fitted: Tweet[]) (read: Tweet[]) =
        let texts (tweets: Tweet[]) = tweets |> Array.map _.Text

        Lsa.fit settings seed (texts fitted)
        |> Result.map (fun model ->
            let words, numbers =
                texts read |> Array.map (Tfidf.terms (Words(1, 1)) >> Array.truncate most) |> number

            {
                Source = "LSA's vectors of single words"
                Vectors = Lsa.transform model words
                Texts = numbers
            })

    let private lsaStage isOfAll (settings: LsaSettings) (most: int) body : Stage<'i, TokenVectors> =
        stage (named "lsa" isOfAll) $"%s{Fingerprint.describe settings}, at most %d{most} words" (Seeded body)

    /// Without a model: the vector of a word is LSA's of a text of that word alone, LSA being fitted on the cleaned tweets of both sets. A
    /// word that it knows nothing of is 0 and keeps its place. A text keeps its first `most` words.
    let lsa (isOfAll: bool) (settings: LsaSettings) (most: int) : Stage<Tweet[] * Tweet[], TokenVectors> =
        lsaStage isOfAll settings most (fun seed (labelled, test) ->
            let all = Array.append labelled test
            byLsa settings most seed all (if isOfAll then all else labelled))

    /// Further cleaned texts, by the LSA that `lsa` fits on all of a run's: it is fitted once more, and has the name of that stage, so that
    /// it is drawn from the same seed. For a runner in memory.
    let lsaOfNew (settings: LsaSettings) (most: int) : Stage<(Tweet[] * Tweet[]) * Tweet[], TokenVectors> =
        lsaStage true settings most (fun seed ((labelled, test), fresh) ->
            byLsa settings most seed (Array.append labelled test) fresh)
