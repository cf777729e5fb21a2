module NtkPipeline.Tests.PivotedCholeskyTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Matrices

/// exp(−‖x − z‖²/2) of points of the plane: eigenvalues fall fast.
let private smooth = lazy (let xs = points 250 in kernelOf xs xs)

let private eigenvalues (k: Matrix<float>) =
    (dense k).Evd().EigenValues.Map(fun value -> value.Real).ToArray() |> Array.sortDescending

let private factorise rank seed k =
    PivotedCholesky.ofMatrix k
    |> PivotedCholesky.factorise rank (Seed.root (uint64 seed)) (fun _ _ -> ())
    |> fun factor -> Expect.wantOk factor "a factor"

let private pivoting =
    testList "randomly pivoted Cholesky" [
        testCase "is the kernel in the pivots' rows, and never above it elsewhere"
        <| fun () ->
            let k = smooth.Value
            let found = factorise 30 1 k
            let f = dense (Tensors.toMatrix64 found.Factor)
            let low = f.TransposeThisAndMultiply f
            Expect.equal (Array.distinct found.Pivots).Length 30 "no pivot comes twice"

            for pivot in found.Pivots do
                for j in 0 .. k.Rows - 1 do
                    Expect.floatClose
                        { absolute = 1e-10; relative = 0.0 }
                        low[pivot, j]
                        k[pivot, j]
                        "K's entry"

            let rest = Matrix.init k.Rows k.Rows (fun i j -> k[i, j] - low[i, j])

            Expect.isGreaterThan
                (Array.last (eigenvalues rest))
                -1e-10
                "what is left is positive semi-definite"

            let trace = Seq.sum (seq { for i in 0 .. k.Rows - 1 -> rest[i, i] / k[i, i] }) / float k.Rows

            Expect.floatClose
                { absolute = 1e-12; relative = 0.0 }
                found.TraceError
                trace
                "its share of the trace"

        testCase "its trace error is within the paper's bound of the best of a lower rank, on average"
        <| fun () ->
            let k = smooth.Value
            let values = eigenvalues k
            let past r = Array.sum values[r..]

            for r, epsilon in [ 5, 1.0; 8, 0.5 ] do
                let eta = past r / Array.sum values
                let rank = int (Math.Ceiling(float r / epsilon + float r * log (1.0 / (epsilon * eta))))
                let mean = Seq.average (seq { for seed in 1..10 -> (factorise rank seed k).TraceError })
                Expect.isLessThanOrEqual mean ((1.0 + epsilon) * eta) $"rank %d{rank} against %d{r}"

        testCase "draws pivots by the law of the diagonal that is left"
        <| fun () ->
            // 4 rows, so all pairs of first pivots can be counted; blocks propose both at once.
            let a = Matrix.init 4 4 (fun i j -> if i = j then float (i + 1) else 0.6)
            let draws = 800

            let counts =
                [| for seed in 1..draws -> (factorise 2 seed a).Pivots |> fun p -> p[0], p[1] |]
                |> Array.countBy id
                |> Map.ofArray

            for i in 0..3 do
                for j in 0..3 do
                    if i <> j then
                        let left k = a[k, k] - a[k, i] * a[i, k] / a[i, i]

                        let total =
                            Seq.sum (
                                seq {
                                    for k in 0..3 do
                                        if k <> i then
                                            left k
                                }
                            )

                        let p = a[i, i] / 10.0 * left j / total
                        let found = float (Map.tryFind (i, j) counts |> Option.defaultValue 0) / float draws
                        // Twelve comparisons at four standard errors: one in a thousand such tests would fail by chance.
                        Expect.isLessThan
                            (abs (found - p))
                            (4.0 * sqrt (p * (1.0 - p) / float draws))
                            $"%d{i}, then %d{j}"

        testCase "a matrix of low rank is found whole, and no further"
        <| fun () ->
            let points = normal 4 50 3

            let k =
                Matrix.init 50 50 (fun i j -> Seq.sum (seq { for c in 0..2 -> points[i, c] * points[j, c] }))

            let found = factorise 20 1 k
            Expect.equal found.Pivots.Length 3 "the rank"
            Expect.isLessThan found.TraceError 1e-13 "nothing is left"

        testCase "the preconditioner is the inverse of F Fᵀ + λ"
        <| fun () ->
            let found = factorise 20 1 smooth.Value
            let preconditioner = Preconditioner.create found
            let r = normal 5 2 250
            let applied = Preconditioner.apply preconditioner [| 0.01; 3.0 |] r
            let f = dense (Tensors.toMatrix64 found.Factor)
            let low = Matrix.create 250 250 ((f.TransposeThisAndMultiply f).ToRowMajorArray())

            for k, ridge in [ 0, 0.01; 1, 3.0 ] do
                wantClose
                    1e-9
                    "as by LU"
                    ((Matrix.row k applied).ToArray())
                    (solve ridge low ((Matrix.row k r).ToArray()))
    ]


let tests = testList "regression past memory" [ pivoting ]
