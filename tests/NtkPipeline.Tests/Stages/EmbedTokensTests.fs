module NtkPipeline.Tests.EmbedTokensTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let private weights = SmallEncoder.weights 1

let private pieces: TweetTokens = {
    Labelled = [| [| 2; 9; 7; 9; 3 |]; [| 2; 3 |]; [| 2; 7; 3 |] |]
    Test = [| [| 2; 50; 3 |] |]
}

let private tweet text : Tweet = {
    Id = RowId.ofPlace 0
    Keyword = None
    Location = None
    Text = text
    Target = Some true
}

let private settings = { Lsa.defaults with Columns = 4; MinWordTexts = 1; MinCharacterTexts = 1 }

let private corpus =
    [|
        "fire in the old forest"
        "the forest is on fire"
        "rain in the valley"
        "old rain"
        ""
    |]
    |> Array.map tweet

let private row (tokens: TokenVectors) i t = (Matrix.row tokens.Texts[i].[t] tokens.Vectors).ToArray()

let private kept (tokens: TokenVectors) =
    use stream = new MemoryStream()
    TokenVectors.codec.Write stream tokens
    stream.Position <- 0L
    Expect.wantOk (TokenVectors.codec.Read stream) "read back"

let private refusal (vectors: Matrix<float32>) (texts: float[]) =
    use stream = new MemoryStream()

    (Codec.pair
        ("source", Codec.text "token-source/1" "txt")
        ("arrays", Codec.pair ("vectors", Codec.matrix32) ("texts", Codec.vector)))
        .Write
        stream
        ("x", (vectors, texts))

    stream.Position <- 0L
    Expect.wantError (TokenVectors.codec.Read stream) "refused"

let tests =
    testList "EmbedTokens" [
        testCase "word embeddings: pieces in order, each vector once, [CLS] and [SEP] left out"
        <| fun () ->
            let found = run (EmbedTokens.words false) (weights, pieces) |> want
            Expect.equal found.Texts [| [| 0; 1; 0 |]; [||]; [| 1 |] |] "numbers, the labelled alone"
            Expect.equal (found.Vectors.Rows, found.Vectors.Columns) (2, 32) "each once"
            let table = weights.Values[EncoderShape.words]
            Expect.equal (row found 0 0) table[9 * 32 .. 10 * 32 - 1] "the ninth"

        testCase "hidden states: a piece's vector depends on where it stands"
        <| fun () ->
            let told = ResizeArray<int * int>()
            let tell = Action<int, int>(fun finished all -> told.Add(finished, all))
            let found = run (EmbedTokens.states false Device.Cpu tell) (weights, pieces) |> want
            Expect.equal found.Texts [| [| 0; 1; 2 |]; [||]; [| 3 |] |] "each its own"
            Expect.notEqual (row found 0 0) (row found 0 2) "the same piece at two places"
            Expect.equal (Seq.last told) (3, 3) "progress"

            let all =
                Expect.wantOk (EncodeTokens.states Device.Cpu weights ignore pieces.Labelled) "all states"

            Expect.equal (row found 0 1) ((Matrix.row 2 all).ToArray()) "the third of the first text's five"
            Expect.equal (row found 2 0) ((Matrix.row 8 all).ToArray()) "the second of the third text's three"

        testCase "without a model: words in order, as LSA has a text of that word alone"
        <| fun () ->
            let stage = EmbedTokens.lsa false settings 3
            let found = run stage (corpus, [| tweet "the valley" |]) |> want
            Expect.equal (found.Texts |> Array.map _.Length) [| 3; 3; 3; 2; 0 |] "at most three"
            Expect.equal found.Texts[0].[2] found.Texts[1].[0] "'the' is one word"
            Expect.equal found.Texts[2].[2] found.Texts[0].[2] "everywhere"

            let texts = Array.append (corpus |> Array.map _.Text) [| "the valley" |]
            let model = Expect.wantOk (Lsa.fit settings (Seed.derive stage.Name (Seed.root 1UL)) texts) "LSA"
            let expected = Lsa.transform model [| "fire"; "old" |]
            Expect.equal (row found 0 0) ((Matrix.row 0 expected).ToArray()) "fire"
            Expect.equal (row found 3 0) ((Matrix.row 1 expected).ToArray()) "old"
            run stage ([| tweet "" |], [||]) |> says "LSA: no term"

        testCase "without a model, new texts have the vectors that the run's own LSA gives"
        <| fun () ->
            let test = [| tweet "the valley" |]
            let run' = run (EmbedTokens.lsa true settings 3) (corpus, test) |> want
            let fresh = [| tweet "valley fire unheard of"; tweet "" |]
            let found = run (EmbedTokens.lsaOfNew settings 3) ((corpus, test), fresh) |> want
            Expect.equal (found.Texts |> Array.map _.Length) [| 3; 0 |] "the new ones alone, cut"

            let same name (i, t) (j, u) =
                for a, b in Seq.zip (row found i t) (row run' j u) do
                    Expect.isLessThan (abs (a - b)) 1e-6f name

            same "valley" (0, 0) (5, 1)
            same "fire" (0, 1) (0, 0)

        testCase "texts come back from their bytes, and what are none is refused"
        <| fun () ->
            let found = run (EmbedTokens.words false) (weights, pieces) |> want
            let again = kept found
            Expect.equal again.Texts found.Texts "numbers"
            Expect.equal again.Vectors found.Vectors "vectors"
            Expect.equal again.Source found.Source "source"
            let vectors = Matrix.create 2 1 [| 1.0f; 2.0f |]

            for texts in [ [| 1.0; 2.0 |]; [| 2.0; 1.0 |]; [| 1.5; 0.0 |]; [| -1.0 |]; [| nan |] ] do
                Expect.stringContains (refusal vectors texts) "no lists of its 2 vectors" $"%A{texts}"

            Expect.stringContains
                (refusal (Matrix.create 2 1 [| 1.0f; nanf |]) [| 1.0; 0.0 |])
                "entry 0 of its vector 1"
                "no number"

        testCase "a kernel reads them as padded rows with what counts behind"
        <| fun () ->
            let tokens: TokenVectors = {
                Source = "x"
                Vectors = Matrix.create 2 2 [| 1.0f; 2.0f; 3.0f; 4.0f |]
                Texts = [| [| 0; 1 |]; [||]; [| 1 |] |]
            }

            Expect.equal (TokenVectors.places [| 0; 2 |] tokens) 2 "the longest"
            Expect.equal (TokenVectors.places [| 1 |] tokens) 1 "one at least"
            let source = TokenVectors.source "texts" 3 [| 2; 0 |] tokens
            let rows = source.Rows.Read 0 2 |> want

            Expect.equal
                rows
                (Matrix.create 2 9 [|
                    yield! [ 3.0; 4.0; 0.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0 ]
                    yield! [ 1.0; 2.0; 3.0; 4.0; 0.0; 0.0; 1.0; 1.0; 0.0 ]
                |])
                "values, then places"

            Expect.equal (source.Rows.Read 1 1 |> want).Values (rows.Values[9..]) "from the second on"
    ]
