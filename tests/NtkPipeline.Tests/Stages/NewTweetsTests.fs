module NtkPipeline.Tests.NewTweetsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun

let tests =
    testList "predict" [
        testCase "a text of the run's own is seen as it was, and a new one changes nothing"
        <| fun () ->
            let tweet (text: string) : Tweet = { tweet 0 with Text = text; Keyword = Some "fire" }

            let words = [ "smoke"; "fire"; "river"; "train"; "song"; "lunch"; "flood"; "quake" ]

            let sets =
                let text i =
                    String.concat " " [ for k in 0..3 -> words[(i * (k + 3) + k * k) % words.Length] ]

                Array.init 40 (text >> tweet), Array.init 9 (fun i -> tweet (text (i + 50) + " !"))

            let texts = Array.append (fst sets) (snd sets) |> Array.map _.Text

            let gap (a: Matrix<float32>) (b: Matrix<float32>) =
                Array.map2 (fun x y -> abs (float x - float y)) a.Values b.Values |> Array.max

            let settings = { Lsa.defaults with Columns = 6; MinWordTexts = 1; MinCharacterTexts = 1 }
            let embedded stage = value (want (runner.Run(stage, artifact "sets" sets)))
            let lsa = embedded (EmbedTweets.lsa settings)
            let all = Matrix.create 49 lsa.Labelled.Columns (Array.append lsa.Labelled.Values lsa.Test.Values)
            let indexing = Artifact.both (artifact "sets" sets) (artifact "lsa" lsa)
            let index = value (want (runner.Run(IndexLsa.stage settings, indexing)))
            Expect.isLessThan (gap (NewTweets.lsa index lsa texts) all) 1e-6 "LSA"

            let surface = embedded EmbedTweets.surface
            Expect.equal (NewTweets.surface sets (snd sets)) surface.Test "the surface, bit for bit"

        testCase
            "a keyword and a place of the run's are seen as they were; a missing or unknown one is a zero row"
        <| fun () ->
            let of' keyword location = { tweet 0 with Keyword = keyword; Location = location }

            let named = [|
                of' (Some "body%20bags") (Some "London, UK")
                of' (Some "fire") (Some "london uk")
                of' None (Some "the moon")
            |]

            let sets = named, named[..0]
            let embedded stage = value (want (runner.Run(stage, artifact "named" sets)))
            let fresh = Array.append named [| of' (Some "body bags") None; of' (Some "Fire") None |]

            let keywords = (embedded EmbedTweets.keywords).Labelled
            let seen = NewTweets.keywords sets fresh
            Expect.equal (Matrix.gatherRows [| 0..2 |] seen) keywords "keywords"
            Expect.equal (seen[3, 0], seen[3, 1]) (1.0f, 0.0f) "a blank is as good as %20"
            Expect.equal (seen[4, 0], seen[4, 1]) (0.0f, 0.0f) "unknown"
            Expect.equal (seen[2, 0], seen[2, 1]) (0.0f, 0.0f) "missing"

            let places = (embedded (EmbedTweets.locations 2)).Labelled
            let seen = NewTweets.locations 2 sets fresh
            Expect.equal seen.Columns 1 "one place is frequent"
            Expect.equal (Matrix.gatherRows [| 0..2 |] seen) places "places"
            Expect.equal seen.Values [| 1.0f; 1.0f; 0.0f; 0.0f; 0.0f |] "or none"

        testCase "rows of another program are taken as they are, or refused in one sentence"
        <| fun () ->
            let part: Embeddings = {
                Encoder = "precomputed 2"
                Labelled = Matrix.init 3 2 (fun i j -> float32 (i + j))
                Test = Matrix.create 0 2 [||]
            }

            let two = [| tweet 0; tweet 1 |]
            let rows = Matrix.init 2 2 (fun i j -> float32 (i - j))
            Expect.equal (NewTweets.precomputed "r.npy" part two rows) (Ok rows) "as they are"

            let refuses (words: string list) tweets rows =
                match NewTweets.precomputed "r.npy" part tweets rows with
                | Ok _ -> failtest "taken"
                | Error reason ->
                    for word in words do
                        Expect.stringContains reason.Sentence word "it says so"

            refuses [ "r.npy"; "3 columns"; "have 2" ] two (Matrix.init 2 3 (fun _ _ -> 0.0f))
            refuses [ "r.npy: it has 2 rows"; "1" ] two[..0] rows
            refuses [ "r.npy"; "(1, 0)" ] two { rows with Values = [| 0.0f; 0.0f; nanf; 0.0f |] }
    ]
