module NtkPipeline.Tests.EmbedTweetsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let private embeddings = {
    Encoder = "precomputed 2"
    Labelled = Matrix.create 2 2 [| 1.0f; 2.0f; 3.0f; 4.0f |]
    Test = Matrix.create 1 2 [| 5.0f; 6.0f |]
}

let tests =
    testList "text stages" [
        testCase "precomputed rows that do not fit the tweets are refused with the file and both counts"
        <| fun () ->
            let stage = EmbedTweets.precomputed "nnlm.npy"
            let rows count value = Matrix.init count 3 (fun _ _ -> value)
            let pair = tweets 4, tweets 2
            Expect.isOk (run stage (pair, (rows 4 1.0f, rows 2 1.0f))) "they fit"

            run stage (pair, (rows 5 1.0f, rows 2 1.0f))
            |> says "nnlm.npy: it has 5 labelled rows for 4 tweets"

            run stage (pair, (rows 4 1.0f, rows 3 1.0f)) |> says "nnlm.npy: it has 3 test rows for 2 tweets"
            run stage (pair, (rows 4 1.0f, rows 2 nanf)) |> says "nnlm.npy: entry (0, 0) of the test rows"
            run stage (pair, (rows 4 1.0f, Matrix.create 2 1 [| 1.0f; 1.0f |])) |> says "3 columns"

        testCase "a transformer gets every text once, and its identity is part of the settings"
        <| fun () ->
            let seen = ResizeArray<string>()

            let encode (texts: string[]) =
                seen.AddRange texts
                Ok(Matrix.init texts.Length 2 (fun i _ -> float32 i))

            let stage = EmbedTweets.transformer "transformer" "tiny" (Digest.ofBytes "a"B) encode
            let embedded = Expect.wantOk (run stage (tweets 3, tweets 2)) "embedded"
            Expect.equal (seen.Count, embedded.Labelled.Rows, embedded.Test[0, 0]) (5, 3, 3.0f) "in order"
            let other = EmbedTweets.transformer "transformer" "tiny" (Digest.ofBytes "b"B) encode
            Expect.notEqual stage.Settings other.Settings "another model"

            EmbedTweets.transformer "transformer" "tiny" (Digest.ofBytes "a"B) (fun texts ->
                Ok(Matrix.init texts.Length 1 (fun _ _ -> nanf)))
            |> fun stage -> run stage (tweets 1, [||]) |> says "tiny: entry (0, 0)"

        testCase "surface features have mean 0, and are what their names say"
        <| fun () ->
            let texts = [| "RT HELP!! http://t.co/1"; "@you and me"; "a\nb ... 42"; "plain"; "plain" |]
            let rows = SurfaceFeatures.measure texts
            Expect.equal (rows.Rows, rows.Columns) (5, SurfaceFeatures.names.Length) "shape"

            let of' name i = rows[i, SurfaceFeatures.names |> List.findIndex ((=) name)]

            for name, row in
                [
                    "links", 0
                    "exclamation marks", 0
                    "begins with RT", 0
                    "share of capitals", 0
                    "begins with a mention", 1
                    "line breaks", 2
                    "dots in a row", 2
                    "share of digits", 2
                ] do
                let column = Array.init 5 (of' name)
                Expect.equal (Array.indexed column |> Array.maxBy snd |> fst) row name
                Expect.isLessThan (abs (Array.sum column)) 1e-5f $"%s{name}: mean 0"

            for i in 0..4 do
                Expect.equal (of' "hashtags" i) 0.0f "a feature that never varies is 0"

        testPropertyWithConfig Garbage.config "any texts have finite surface features"
        <| fun (texts: Garbage.Text list) ->
            let rows = SurfaceFeatures.measure [| for Garbage.Text text in texts -> text |]
            Matrix.firstNonFinite32 rows = None && rows.Values |> Array.forall (fun x -> abs x <= 3.0f)

        testCase "keywords are columns, by ascending keyword"
        <| fun () ->
            let tweet keyword = { (tweets 1)[0] with Keyword = keyword }
            let pair = [| tweet (Some "storm"); tweet None |], [| tweet (Some "fire") |]
            let found = Expect.wantOk (run EmbedTweets.keywords pair) "embedded"
            Expect.equal found.Labelled (Matrix.create 2 2 [| 0.0f; 1.0f; 0.0f; 0.0f |]) "storm, none"
            Expect.equal found.Test (Matrix.create 1 2 [| 1.0f; 0.0f |]) "fire"

        testCase "embeddings come back from their bytes, and rows of unequal width do not"
        <| fun () ->
            let round value =
                use stream = new MemoryStream()
                EmbedTweets.codec.Write stream value
                stream.Position <- 0L
                EmbedTweets.codec.Read stream

            Expect.equal (round embeddings) (Ok embeddings) "the same"
            Expect.isError (round { embeddings with Test = Matrix.create 0 3 [||] }) "2 and 3 columns"
    ]
