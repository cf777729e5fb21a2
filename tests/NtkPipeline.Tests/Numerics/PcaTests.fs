module NtkPipeline.Tests.PcaTests

open System
open Expecto
open NtkPipeline.Core

let private random rows columns =
    let random = Random 5
    let mix = Matrix.init columns columns (fun _ _ -> random.NextDouble() - 0.5)

    Array.init rows (fun _ ->
        let source = Array.init columns (fun j -> (random.NextDouble() - 0.5) / float (1 + j))

        Array.init columns (fun j ->
            3.0 + Seq.sum (Seq.init columns (fun k -> source[k] * mix[k, j])) |> float32))
    |> Matrix.ofRows columns

let private fit d x = Expect.wantOk (Pca.fit d x) "fitted"

let private covariance (x: Matrix<float32>) =
    let n, d = x.Rows, x.Columns
    let mean = Array.init d (fun j -> Seq.init n (fun i -> float x[i, j]) |> Seq.average)

    Matrix.init d d (fun a b ->
        (Seq.init n (fun i -> (float x[i, a] - mean[a]) * (float x[i, b] - mean[b])) |> Seq.sum)
        / float (n - 1))

let private says (part: string) result =
    match result with
    | Error(e: PipelineError) -> Expect.stringContains e.Sentence part part
    | Ok _ -> failtest $"refused: %s{part}"

let tests =
    testList "PCA" [
        testCase "components are the covariance's eigenvectors, orthonormal, variances falling"
        <| fun () ->
            let x = random 50 6
            let model = fit 6 x
            let c = covariance x
            let v k j = model.Components[k, j]

            for k in 0..5 do
                for j in 0..5 do
                    let image = Seq.init 6 (fun l -> c[j, l] * v k l) |> Seq.sum
                    Expect.isLessThan (abs (image - model.Variances[k] * v k j)) 1e-12 "C v = λ v"

                for l in 0..5 do
                    let inner = Seq.init 6 (fun j -> v k j * v l j) |> Seq.sum
                    Expect.isLessThan (abs (inner - (if k = l then 1.0 else 0.0))) 1e-12 "orthonormal"

                Expect.isGreaterThan
                    (Array.init 6 (v k) |> Array.maxBy abs)
                    0.0
                    "the largest entry is positive"

            Expect.isDescending model.Variances "falling"
            let trace = Seq.init 6 (fun j -> c[j, j]) |> Seq.sum
            Expect.isLessThan (abs (Array.sum model.Variances - trace)) 1e-12 "the whole variance"
            Expect.isLessThan (abs (Array.sum model.ExplainedVariance - 1.0)) 1e-12 "all of it explained"

        testCase "coordinates are centred, uncorrelated, and of the variances given; whitened, of variance 1"
        <| fun () ->
            let x = random 80 7
            let model = fit 3 x
            let spread (m: PcaModel) k = (covariance (Pca.transform m x))[k, k]
            let c = covariance (Pca.transform model x)
            let white = Expect.wantOk (Pca.whiten model) "every component has variance"

            for k in 0..2 do
                Expect.floatClose
                    { absolute = 1e-7; relative = 1e-6 }
                    (spread model k)
                    model.Variances[k]
                    "variance"

                Expect.floatClose { absolute = 1e-5; relative = 0.0 } (spread white k) 1.0 "whitened"

                for l in 0 .. k - 1 do
                    Expect.isLessThan (abs c[k, l]) 1e-7 "uncorrelated"

        testCase "the randomised solver finds the exact components: variances to 1e-12, directions to 1e-5"
        <| fun () ->
            let x = random 200 150
            let exact = fit 8 x
            let some = Expect.wantOk (Pca.fitBy PcaSolver.Randomised (Seed.root 4UL) 8 x) "fitted"

            for k in 0..7 do
                let close = { absolute = 0.0; relative = 1e-12 }
                Expect.floatClose close some.Variances[k] exact.Variances[k] "variance"

                Expect.floatClose
                    close
                    some.ExplainedVariance[k]
                    exact.ExplainedVariance[k]
                    "of the same whole"

                for j in 0..149 do
                    Expect.isLessThan (abs (some.Components[k, j] - exact.Components[k, j])) 1e-5 "direction"

            Expect.equal
                (Pca.fitBy PcaSolver.Randomised (Seed.root 4UL) 8 x)
                (Ok some)
                "the same seed, the same bits"

            Expect.equal (Pca.describe PcaSolver.Randomised some x) "pca randomised" "and it is named"
            Expect.equal (Pca.describe PcaSolver.Auto some x) "pca exact" "few columns"

            Expect.equal
                (Pca.truncate 3 exact)
                { fit 3 x with Variances = exact.Variances[..2] }
                "the first of them"

        testCase "all components keep every distance"
        <| fun () ->
            let x = random 12 5
            let z = Pca.transform (fit 5 x) x

            let distance (m: Matrix<float32>) a b =
                Seq.init m.Columns (fun j -> float (m[a, j] - m[b, j]) ** 2.0) |> Seq.sum

            for a in 0..11 do
                for b in 0..11 do
                    Expect.isLessThan (abs (distance x a b - distance z a b)) 1e-5 "distance"

        testCase "what cannot be reduced says why"
        <| fun () ->
            let x = random 4 6
            Pca.fit 7 x |> says "7 dimensions are more than its 6 columns"
            Pca.fit 5 x |> says "5 dimensions are more than its 4 rows"
            Pca.fit 0 x |> says "0 dimensions"
            Pca.fit 1 (random 1 6) |> says "one row"
            Pca.fit 1 (Matrix.create 3 2 (Array.create 6 0.5f)) |> says "all its rows are the same"
            Pca.fit 1 (Matrix.create 2 2 [| 0.0f; 1.0f; 2.0f; nanf |]) |> says "row 1, column 1"

            fit 2 (Matrix.create 3 2 [| 0.0f; 1.0f; 0.0f; 2.0f; 0.0f; 3.0f |])
            |> Pca.whiten
            |> says "component 2 of 2"

        testCase "rows come to norm 1; zero rows are named and stay zero"
        <| fun () ->
            let x = Matrix.create 4 2 [| 3.0f; -4.0f; 0.0f; -0.0f; 1e-42f; 0.0f; 3e38f; 3e38f |]
            let y, zero = Pca.normaliseRows x
            Expect.equal zero [| 1 |] "row 1"
            Expect.equal y.Values[..3] [| 0.6f; -0.8f; 0.0f; -0.0f |] "exact, and zero"
            Expect.floatClose { absolute = 1e-6; relative = 0.0 } (float y[2, 0]) 1.0 "subnormal"

            Expect.floatClose
                { absolute = 1e-6; relative = 0.0 }
                (float y[3, 0])
                (sqrt 0.5)
                "near the largest"

            Expect.throwsT<ArgumentException>
                (fun () -> Pca.normaliseRows (Matrix.create 1 1 [| nanf |]) |> ignore)
                "nan"

            Expect.equal (Pca.normaliseRows (Matrix.create 0 3 [||])) (Matrix.create 0 3 [||], [||]) "no rows"
    ]
