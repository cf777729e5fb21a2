module NtkPipeline.Tests.LargeSolveTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private network = Networks.parse "dense 8 w=1.4 b=0.1 | relu | dense 8 w=1.4 | relu | dense 1"

let private inputs (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0))

let private x, private z = inputs 1 300 6, inputs 2 40 6

/// Two outputs: a curve and noise.
let private y =
    let random = Random 3
    Matrix.init 300 2 (fun i k -> if k = 0 then sin x[i, 0] + x[i, 1] else random.NextDouble() - 0.5)

let private problem: SolveProblem = {
    Kind = KernelKind.Ntk
    Network = network
    IsSingle = false
    X = x
    Y = y
    Ridges = [| 0.01; 1.0 |]
    IsRelative = true
    Asked = Some z
}

let private settings: SolveSettings = {
    Method = Some SolveMethod.Gradients
    Rank = 60
    Gradients = { Tolerance = 1e-12; MostSteps = 500 }
    Memory = 1_000_000_000L
    HoldsEntries = true
    Seed = Seed.root 1UL
}

let private by solveMethod = { settings with Method = solveMethod }
let private attempt settings problem = LargeSolve.solve settings ignore None problem
let private solved settings problem = Expect.wantOk (attempt settings problem) "it can be solved"

let private gap (a: Matrix<float>) (b: Matrix<float>) =
    Expect.equal (a.Rows, a.Columns) (b.Rows, b.Columns) "shapes"
    Array.map2 (fun x y -> abs (x - y)) a.Values b.Values |> Array.max

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
            let points = inputs 4 50 3

            let k =
                Matrix.init 50 50 (fun i j -> Seq.sum (seq { for c in 0..2 -> points[i, c] * points[j, c] }))

            let found = factorise 20 1 k
            Expect.equal found.Pivots.Length 3 "the rank"
            Expect.isLessThan found.TraceError 1e-13 "nothing is left"

        testCase "the preconditioner is the inverse of F Fᵀ + λ"
        <| fun () ->
            let found = factorise 20 1 smooth.Value
            let preconditioner = Preconditioner.create found
            let r = inputs 5 2 250
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

let private gradients =
    testList "conjugate gradients" [
        testCase "give what Cholesky gives, for several ridges and outputs at once"
        <| fun () ->
            let direct, found = solved (by (Some SolveMethod.Exact)) problem, solved settings problem
            Expect.isLessThan (gap found.Coefficients direct.Coefficients) 1e-8 "coefficients"
            Expect.isLessThan (gap found.Predictions direct.Predictions) 1e-8 "predictions"
            Expect.equal (found.Systems |> Array.map _.Output) [| 0; 1; 0; 1 |] "ridge by ridge"

            for system in found.Systems do
                Expect.isLessThanOrEqual system.Residual 1e-12 "certified"
                Expect.isLessThanOrEqual system.SampledResidual 1e-11 "and by the definition"

            let again = solved { settings with HoldsEntries = false } problem
            Expect.equal again.Coefficients.Values found.Coefficients.Values "kept entries change no bit"

            attempt settings { problem with Asked = Some(Matrix.map ((*) 5e307) z) }
            |> wantRefusal [ "scale the rows down" ]

            let fits = solved settings { problem with Asked = None }
            let own = solved settings { problem with Asked = Some x }
            Expect.isLessThan (gap fits.Predictions own.Predictions) 1e-8 "without rows asked, the fit"

        testCase "float32 entries reach any residual of their own kernel, and 1e-6 of the true one"
        <| fun () ->
            // Rows of one norm, so that there is a table.
            let scaled =
                Matrix.init 300 6 (fun i j ->
                    let norm = Seq.sum (seq { for c in 0..5 -> x[i, c] * x[i, c] }) |> sqrt
                    x[i, j] * sqrt 6.0 / norm)

            let problem = { problem with X = scaled; IsSingle = true }
            let found = solved settings problem
            let direct = solved (by (Some SolveMethod.Exact)) { problem with IsSingle = false }
            Expect.isTrue found.ByTable "by the table"

            for system in found.Systems do
                Expect.isLessThanOrEqual system.Residual 1e-12 "of the float32 kernel"
                Expect.isLessThan system.SampledResidual 1e-4 "of the definition"

            Expect.isLessThan (gap found.Predictions direct.Predictions) 1e-4 "predictions"

        testCase "a run that was stopped goes on to the same bits"
        <| fun () ->
            let states = ResizeArray<GradientsState>()

            let hear =
                function
                | SolveProgress.Step state -> states.Add state
                | SolveProgress.Planned _
                | SolveProgress.Pivots _ -> ()

            let whole = Expect.wantOk (LargeSolve.solve settings hear None problem) "solved"
            Expect.isGreaterThan states.Count 5 "it took some steps"
            let resumed = Expect.wantOk (LargeSolve.solve settings ignore (Some states[3]) problem) "resumed"
            Expect.equal resumed.Coefficients.Values whole.Coefficients.Values "the same bits"
            Expect.equal resumed.Iterations whole.Iterations "and steps"

        testCase "refuse what does not converge, and a matrix that is not positive definite"
        <| fun () ->
            let few = { settings with Rank = 1; Gradients = { Tolerance = 1e-12; MostSteps = 3 } }
            attempt few problem |> wantRefusal [ "did not converge after 3 steps"; "1e-12 was asked" ]

            let systems = { Ridges = [| 0.5 |]; Targets = [| [| 1.0; 2.0; 3.0 |] |] }

            let run multiply tolerance =
                ConjugateGradients.solve
                    multiply
                    (fun _ r -> r)
                    { Tolerance = tolerance; MostSteps = 50 }
                    ignore
                    None
                    systems

            run (Matrix.map (~-)) 1e-8 |> wantRefusal [ "without curvature" ]

            // A product that is not one matrix's: the recursion is sure, the truth is not.
            let random = Random 1

            run (Matrix.map (fun v -> v * (1.0 + 1e-3 * random.NextDouble()))) 1e-9
            |> wantRefusal [ "1e-09 was asked" ]

            ConjugateGradients.solve id (fun _ r -> r) { Tolerance = 1e-8; MostSteps = 5 } ignore None {
                systems with
                    Ridges = [| 0.0 |]
            }
            |> wantRefusal [ "a ridge of 0" ]
    ]

let private nystrom =
    testList "Nyström" [
        testCase "with all rows as landmarks it is the exact regression"
        <| fun () ->
            let direct = solved (by (Some SolveMethod.Exact)) problem
            let found = solved { by (Some SolveMethod.Nystrom) with Rank = 300 } problem
            Expect.isLessThan (gap found.Predictions direct.Predictions) 1e-7 "predictions"
            let error = Expect.wantSome found.NystromError "its error is measured"
            Expect.isLessThan error.Relative 1e-7 "and small"

        testCase
            "with some it minimises over their kernel functions, and its error is bounded by its residual"
        <| fun () ->
            let problem = { problem with Asked = None }
            let direct = solved (by (Some SolveMethod.Exact)) problem
            let found = solved { by (Some SolveMethod.Nystrom) with Rank = 40 } problem
            // By the normal equations, (K_NSᵀ K_NS + λ K_SS) β = K_NSᵀ y.
            let k = Expect.wantOk (Gram.ntk64 network x None) "K"
            let source, xs = Expect.wantOk (KernelSource.create KernelKind.Ntk network false x) "tiles"

            let lowRank =
                PivotedCholesky.columns source xs
                |> PivotedCholesky.factorise 40 (Seed.derive "pivots" settings.Seed) (fun _ _ -> ())
                |> fun factor -> Expect.wantOk factor "a factor"

            let tall = Matrix.gather [| 0..299 |] lowRank.Pivots k |> dense
            let small = Matrix.gather lowRank.Pivots lowRank.Pivots k |> dense

            for s in 0 .. found.Systems.Length - 1 do
                let system = found.Systems[s]

                let target =
                    MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(
                        300,
                        fun i -> y[i, system.Output]
                    )

                let beta =
                    (tall.TransposeThisAndMultiply tall + system.Ridge * small)
                        .Solve(tall.TransposeThisAndMultiply target)

                let column (m: Matrix<float>) = RidgePath.column s m
                wantClose 1e-7 "the minimiser" (column found.Predictions) ((tall * beta).ToArray())
                let norm (v: float[]) = sqrt (Array.sumBy (fun x -> x * x) v)
                let off = norm (Array.map2 (-) (column found.Predictions) (column direct.Predictions))
                Expect.isLessThanOrEqual off (1.0001 * system.Residual * target.L2Norm()) "the bound"
                Expect.isGreaterThan off (1e-3 * system.Residual * target.L2Norm()) "which says something"
    ]

let private choosing =
    testCase "auto takes the whole matrix where memory allows, and says why"
    <| fun () ->
        let size = {
            Rows = 40000
            Features = 128
            Systems = 1
            Ridges = 1
            Rank = 1000
            Memory = 4_000_000_000L
        }

        let plan size asked = SolvePlan.choose asked size
        let large = Expect.wantOk (plan size None) "a plan"
        Expect.equal large.Method SolveMethod.Gradients "39 GB do not fit"
        Expect.stringContains (SolvePlan.print large) "39.12 GB" "and says so"
        let small = Expect.wantOk (plan { size with Rows = 5000 } None) "a plan"
        Expect.equal small.Method SolveMethod.Exact "1.2 GB do"
        plan size (Some SolveMethod.Exact) |> wantRefusal [ "39.12 GB"; "4.00 GB" ]
        plan { size with Rank = 50000 } None |> wantRefusal [ "lower rank" ]
        let plenty = { size with Rows = 50000; Memory = 1_000_000_000_000L }

        Expect.equal
            (Expect.wantOk (plan plenty None) "a plan").Method
            SolveMethod.Gradients
            "more than one array"

        plan plenty (Some SolveMethod.Exact) |> wantRefusal [ "one array" ]
        // 600 MB and 24 N d, then 8 N (rank + 400 + 28), at sizes whose products pass 2³¹.
        let hundred = Expect.wantOk (plan { size with Rows = 100_000 } None) "a plan"
        Expect.equal hundred.Bytes 2_049_600_000L "100,000 rows"
        let wide = { plenty with Rows = 1_000_000; Features = 2000; Rank = 5000; Systems = 40 }
        Expect.equal (Expect.wantOk (plan wide None) "a plan").Bytes 100_760_000_000L "and far beyond"

let tests = testList "regression past memory" [ pivoting; gradients; nystrom; choosing ]
