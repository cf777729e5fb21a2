module NtkPipeline.Tests.NystromTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.SolveSamples

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


let tests = testList "regression past memory" [ nystrom ]
