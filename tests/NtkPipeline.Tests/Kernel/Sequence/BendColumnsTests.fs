module NtkPipeline.Tests.BendColumnsTests

open System
open System.Runtime.Intrinsics
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

let tests =
    testList "BendColumns" [
        testCase "tokens whose angle rounding spoils are as good as the definition's"
        <| fun () ->
            let tiny = 1e-9

            let tokens = [|
                1.0
                2.0
                3.0
                1.0
                2.0
                3.0 + tiny
                3.0
                6.0
                9.0
                -1.0
                -2.0
                -3.0
                -2.0
                -4.0
                -6.0
                0.0
                0.0
                0.0
            |]

            let x = source "x" 6 1 3 (tokens, Array.create 6 true)
            let network = parse "conv 4 size=3 | relu | mean-pool | dense 1"
            let found = kernel KernelKind.Ntk network x None
            let of' i = text 3 (Array.sub tokens (3 * i) 3) [| true |]

            for i in 0..5 do
                for j in 0..5 do
                    let pair = define network 3 (of' i) (of' j)
                    near 1e-14 pair.Theta[0] found[i * 6 + j] $"%d{i}, %d{j}"

        testCase "the arc cosine is good to the last digits"
        <| fun () ->
            for k in 0..20000 do
                let u = -1.0 + float k / 10000.0
                let found = (BendColumns.acos (Vector512.Create u))[k % 8]
                near 4.5e-16 (Math.Acos u) found $"%.17g{u}"

        testCase "products have the same bits whatever a vector's width"
        <| fun () ->
            let random = Random 3
            let tokens = Matrix.init 11 5 (fun _ _ -> normal random)
            let columns = TokenColumns.create 0 [| Array.create 11 true |]
            let found = Array.zeroCreate (11 * columns.Width)

            TokenPanels.multiply
                (TokenPanels.rows tokens)
                11
                (TokenPanels.create columns [| tokens |])
                0.5
                columns.Width
                found

            for s in 0..10 do
                for t in 0..10 do
                    let sum =
                        (0.0, [ 0..4 ])
                        ||> List.fold (fun sum k -> Math.FusedMultiplyAdd(tokens[s, k], tokens[t, k], sum))

                    Expect.equal found[s * columns.Width + t] (0.5 * sum) "a chain of fused multiply-adds"
    ]
