module NtkPipeline.Tests.TruncatedSvdTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices

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

/// LibTorch's dense decomposition: the values, and U by its columns.
let private dense (a: SparseMatrix) =
    use _ = torch.NewDisposeScope()
    let struct (u, s, _) = torch.linalg.svd (Tensors.ofMatrix64 (SparseMatrix.toDense a), false)
    Tensors.toArray64 s, Tensors.toMatrix64 u

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
    ]
