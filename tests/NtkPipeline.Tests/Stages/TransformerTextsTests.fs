module NtkPipeline.Tests.TransformerTextsTests

open System
open System.IO
open System.Text
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let private pieces = [
    yield! [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]" ]

    for letter in 'a' .. 'z' do
        string letter
        $"##%c{letter}"
]

let private vocabulary =
    lazy
        (use stream = new MemoryStream(Encoding.UTF8.GetBytes(String.concat "\n" pieces))
         WordPiece.load "vocab.txt" stream)

let private tokenise most = TokeniseTweets.stage (Digest.ofBytes "a"B) most vocabulary
let private tokens = run (tokenise 16) (tweets 6, tweets 2) |> want

let private pool = PoolTweets.stage Device.Cpu (Action<int, int>(fun _ _ -> ()))

let private written (codec: Codec<'a>) value =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.ToArray()

let private read (codec: Codec<'a>) (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    codec.Read stream

/// What another hand put into the archive: rows of numbers for the two parts.
let private ids (labelled: Matrix<float32>) (test: Matrix<float32>) =
    written (Codec.pair ("labelled", Codec.matrix32) ("test", Codec.matrix32)) (labelled, test)

let tests =
    testList "texts of the transformer" [
        testCase "a tweet's ids are the vocabulary's, at most so many"
        <| fun () ->
            Expect.equal (tokens.Labelled.Length, tokens.Test.Length) (6, 2) "each"
            let wordPiece = Expect.wantOk (vocabulary.Force()) "a vocabulary"

            for tweet, found in Array.zip (tweets 6) tokens.Labelled do
                Expect.equal found (WordPiece.idsWithin 16 wordPiece tweet.Text) "as it has them"
                Expect.hasLength found 16 "a long one"

            let whole = run (tokenise 512) (tweets 6, tweets 2) |> want
            Expect.isTrue (whole.Labelled |> Array.forall (fun ids -> ids.Length > 16)) "more are allowed"
            Expect.equal whole.All.Length 8 "together"
            Expect.notEqual (tokenise 512).Settings (tokenise 16).Settings "another stage"

            Expect.notEqual
                (TokeniseTweets.stage (Digest.ofBytes "b"B) 16 vocabulary).Settings
                (tokenise 16).Settings
                "another encoder"

            let lack = lazy (Error(MachineLacks "there is no vocabulary"))
            run (TokeniseTweets.stage (Digest.ofBytes "a"B) 16 lack) (tweets 2, [||]) |> says "no vocabulary"

        testCase "ids come back from their bytes, of unequal texts and of none"
        <| fun () ->
            let codec = (tokenise 16).Codec

            for value in
                [
                    tokens
                    { tokens with Test = [||] }
                    {
                        Labelled = [| [| 2; 3 |]; [| 2; 30521; 7; 3 |] |]
                        Test = [| [| 2; 0; 3 |] |]
                    }
                ] do
                Expect.equal (written codec value |> read codec) (Ok value) "the same"

        testCase "ids that are none are refused"
        <| fun () ->
            let codec = (tokenise 16).Codec
            let fine = Matrix.create 1 2 [| 2.0f; 3.0f |]
            Expect.isOk (ids fine fine |> read codec) "whole"

            for row in
                [
                    [| -1.0f; 3.0f |]
                    [| 2.0f; -7.0f |]
                    [| 2.0f; nanf |]
                    [| 2.0f; infinityf |]
                    [| 2.0f; 3.5f |]
                    [| 2.0f; 1e9f |]
                ] do
                Expect.isError (ids (Matrix.create 1 2 row) fine |> read codec) $"%A{row}"

            let bytes = written codec tokens
            Expect.isError (read codec bytes[.. bytes.Length - 40]) "cut off"
            Expect.isError (read codec "no archive"B) "no archive"

        testCase "φ of every tweet is the encoder's, not normalised, and comes back from its bytes"
        <| fun () ->
            let texts = SmallEncoder.texts 3 7
            let tokens = { Labelled = texts[..4]; Test = texts[5..] }
            let weights = SmallEncoder.weights 1
            let found = run pool (weights, tokens) |> want
            let all = EncodeTexts.pooled Device.Cpu weights ignore texts |> want
            Expect.equal found.All all "in order"
            Expect.equal (found.Labelled.Rows, found.Test.Rows, found.Test.Columns) (5, 2, 32) "its parts"
            let none = run pool (weights, { tokens with Test = [||] }) |> want
            Expect.equal (none.Labelled, none.Test.Rows) (found.Labelled, 0) "without test tweets"

            for value in [ found; none ] do
                let bytes = written pool.Codec value
                Expect.equal (read pool.Codec bytes) (Ok value) "the same"
                Expect.isError (read pool.Codec bytes[.. bytes.Length - 40]) "cut off"

            ids (Matrix.create 1 2 [| 1.0f; 2.0f |]) (Matrix.create 1 3 [| 1.0f; 2.0f; 3.0f |])
            |> read pool.Codec
            |> fun found -> Expect.isError found "vectors of two lengths"

            ids (Matrix.create 1 2 [| 1.0f; nanf |]) (Matrix.create 0 2 [||])
            |> read pool.Codec
            |> fun found -> Expect.isError found "a number that is none"

        testCase "it is told how far it is"
        <| fun () ->
            let told = ResizeArray<int * int>()
            let tell = Action<int, int>(fun finished all -> told.Add(finished, all))
            let pool = PoolTweets.stage Device.Cpu tell
            let texts = SmallEncoder.texts 3 7
            run pool (SmallEncoder.weights 1, { Labelled = texts[..4]; Test = texts[5..] }) |> want |> ignore
            Expect.equal (Seq.last told) (7, 7) "all at the end"
            Expect.sequenceEqual told (Seq.sort told) "upwards"
    ]
