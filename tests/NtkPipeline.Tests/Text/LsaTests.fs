module NtkPipeline.Tests.LsaTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices

let private seed = Seed.root 3UL

let private texts =
    let random = Random 11

    let words = [|
        for k in 0..40 -> String([| for _ in 0 .. 2 + k % 5 -> char (97 + random.Next 26) |])
    |]

    Array.init 60 (fun _ -> String.Join(' ', Array.init 9 (fun _ -> words[random.Next(1 + random.Next 41)])))

let private settings = { Lsa.defaults with Columns = 12; MinWordTexts = 1; MinCharacterTexts = 1 }

let private embed texts = Expect.wantOk (Lsa.embed settings seed texts) "embedded"

let tests =
    testList "LSA" [
        testCase "a text's embedding is the same inside and outside the fitted texts"
        <| fun () ->
            let inside = embed texts
            let model = Expect.wantOk (Lsa.fit settings seed texts) "fitted"
            let outside = Lsa.transform model texts
            Expect.equal (inside.Rows, inside.Columns) (60, 12) "shape"
            Expect.isLessThan (gap (Matrix.map float inside) (Matrix.map float outside)) 1e-6 "A V"
            Expect.all (Lsa.transform model [| "?" |]).Values ((=) 0.0f) "nothing known, zero row"

        testCase "what is kept of a model embeds further texts as the model does, also when read back"
        <| fun () ->
            let model = Expect.wantOk (Lsa.fit settings seed texts) "fitted"
            let scores = embed texts
            let index = LsaIndex.ofEmbeddings settings texts scores
            let codec = IndexLsa.codec settings
            use stream = new IO.MemoryStream()
            codec.Write stream index
            stream.Position <- 0L
            let read = Expect.wantOk (codec.Read stream) "read back"
            Expect.equal (read.Texts, read.Norms) (index.Texts, index.Norms) "the same texts"

            Expect.equal
                (read.Words.Terms, read.Words.Idf)
                (index.Words.Terms, index.Words.Idf)
                "the same words"

            let strangers = [|
                texts[3].Replace('a', 'b')
                "nothing known"
                texts[7] + " " + texts[8]
                yield! Array.replicate 7 texts |> Array.concat
            |]

            let expected = Lsa.transform model strangers |> Matrix.map float

            for index in [ index; read ] do
                let actual = LsaIndex.transform index scores strangers |> Matrix.map float
                Expect.isLessThan (gap actual expected) 1e-6 "new texts, more than one block of them"

            Expect.all (LsaIndex.transform index scores [| "?" |]).Values ((=) 0.0f) "nothing known, zero row"

        testCase "bytes that are no index are refused"
        <| fun () ->
            let codec = IndexLsa.codec settings
            use stream = new IO.MemoryStream()
            let index = LsaIndex.ofEmbeddings settings texts (embed texts)

            codec.Write stream {
                index with
                    Texts.Indices = index.Texts.Indices |> Array.map (fun k -> k + 1000000)
            }

            for length in [ stream.Length; stream.Length / 2L; 0L ] do
                use cut = new IO.MemoryStream(stream.ToArray()[.. int length - 1])
                Expect.isError (codec.Read cut) $"%d{length} bytes"

        testCase "the embedding does not depend on the order of the texts, but for its rows"
        <| fun () ->
            let reversed = embed (Array.rev texts) |> Matrix.gatherRows [| 59..-1..0 |]
            Expect.isLessThan (gap (Matrix.map float (embed texts)) (Matrix.map float reversed)) 1e-5 "rows"

        testCase "texts without terms are refused"
        <| fun () ->
            for texts in [ [||]; [| ""; "" |]; [| " ?"; "" |] ] do
                match Lsa.embed { settings with MinCharacterTexts = 2 } seed texts with
                | Error e -> Expect.stringContains e.Sentence $"%d{texts.Length} texts" "how many"
                | Ok _ -> failtest "nothing to embed"

        testPropertyWithConfig { Garbage.config with maxTest = 40 } "any texts give finite rows or a refusal"
        <| fun (texts: Garbage.Text list) ->
            match Lsa.embed settings seed [| for Garbage.Text text in texts -> text |] with
            | Ok rows -> rows.Rows = texts.Length && Matrix.firstNonFinite32 rows = None
            | Error e -> e.Sentence <> ""
    ]
