module NtkPipeline.Tests.LsaTests

open System
open Expecto
open NtkPipeline.Core
open TorchSharp

let private seed = Seed.root 3UL

/// A sparse matrix with entries here and there, whose columns decay.
let private random (number: int) rows columns =
    let random = Random number

    Array.init rows (fun _ ->
        let indices = [| 0 .. columns - 1 |] |> Array.filter (fun _ -> random.NextDouble() < 0.3)

        indices, indices |> Array.map (fun j -> (random.NextDouble() - 0.3) / float (1 + j)))
    |> SparseMatrix.ofRows columns

let private product (a: Matrix<float>) (b: Matrix<float>) =
    Matrix.init a.Rows b.Columns (fun i j -> Seq.init a.Columns (fun k -> a[i, k] * b[k, j]) |> Seq.sum)

let private transposed (m: Matrix<float>) = Matrix.init m.Columns m.Rows (fun i j -> m[j, i])

let private gap (a: Matrix<float>) (b: Matrix<float>) =
    Expect.equal (a.Rows, a.Columns) (b.Rows, b.Columns) "shapes"
    Array.map2 (fun x y -> abs (x - y)) a.Values b.Values |> Array.fold max 0.0

/// LibTorch's dense decomposition: the values, and U by its columns.
let private dense (a: SparseMatrix) =
    use _ = torch.NewDisposeScope()
    let struct (u, s, _) = torch.linalg.svd (Tensors.ofMatrix64 (SparseMatrix.toDense a), false)
    Tensors.toArray64 s, Tensors.toMatrix64 u

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
        testCase "sparse products are the dense ones"
        <| fun () ->
            let a = random 1 30 23
            let full = SparseMatrix.toDense a
            let x = Matrix.init 23 37 (fun i j -> sin (float (i * 37 + j)))
            let y = Matrix.init 30 5 (fun i j -> cos (float (i * 5 + j)))
            Expect.isLessThan (gap (SparseMatrix.times a x) (product full x)) 1e-13 "A x"

            Expect.isLessThan
                (gap (SparseMatrix.transposeTimes a y) (product (transposed full) y))
                1e-13
                "Aᵀ y"

            Expect.equal (SparseMatrix.toDense (SparseMatrix.transpose a)) (transposed full) "Aᵀ"

            Expect.isLessThan
                (gap (SparseMatrix.gramTimes a x) (product (transposed full) (product full x)))
                1e-13
                "Aᵀ A x"

            let both = SparseMatrix.beside (2.0, a) (-1.0, a) |> SparseMatrix.toDense

            Expect.equal
                both
                (Matrix.init 30 46 (fun i j -> if j < 23 then 2.0 * full[i, j] else -full[i, j - 23]))
                "side by side"

        testCase "the truncated SVD is the dense one's leading part"
        <| fun () ->
            for number, rows, columns, k in [ 1, 90, 140, 10; 2, 140, 50, 20; 3, 7, 30, 7; 4, 30, 5, 5 ] do
                let a = random number rows columns
                let svd = TruncatedSvd.fit k 12 seed a
                let values, left = dense a
                Expect.equal svd.Values.Length k "k values"

                for j in 0 .. k - 1 do
                    Expect.isLessThan (abs (svd.Values[j] - values[j])) 1e-8 $"value %d{j}"
                    Expect.isLessThan svd.Residuals[j] 1e-12 "its own certificate"
                    let inner = Seq.init rows (fun i -> svd.Left[i, j] * left[i, j]) |> Seq.sum
                    Expect.isLessThan (abs (abs inner - 1.0)) 1e-8 $"vector %d{j}"

                let v = TruncatedSvd.right a svd

                Expect.isLessThan
                    (gap (product (transposed v) v) (Matrix.init k k (fun i j -> if i = j then 1.0 else 0.0)))
                    1e-8
                    "VᵀV = I"

                Expect.isLessThan (gap (SparseMatrix.times a v) svd.Scores) 1e-10 "A V"

        testCase "a truncated Krylov space is as exact as its certificate says"
        <| fun () ->
            let a = random 5 400 500
            let svd = TruncatedSvd.fit 8 3 seed a
            let values, _ = dense a

            for j in 0..7 do
                Expect.isLessThan
                    (abs (svd.Values[j] ** 2.0 - values[j] ** 2.0) / values[0] ** 2.0)
                    (svd.Residuals[j] + 1e-14)
                    "an eigenvalue lies within the residual"

        testCase "a matrix of lower rank has no more values than its rank"
        <| fun () ->
            let a = random 6 20 10
            let twice = SparseMatrix.beside (1.0, a) (0.5, a)
            Expect.equal (TruncatedSvd.fit 15 12 seed twice).Values.Length 10 "rank 10"

        testCase "signs and bits do not depend on the run"
        <| fun () ->
            let a = random 7 200 300
            let once, again = TruncatedSvd.fit 9 2 seed a, TruncatedSvd.fit 9 2 seed a
            Expect.equal once again "bits"

            for j in 0..8 do
                let column = Array.init 200 (fun i -> once.Left[i, j])
                Expect.isGreaterThan (column |> Array.maxBy abs) 0.0 "the largest entry is positive"

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
