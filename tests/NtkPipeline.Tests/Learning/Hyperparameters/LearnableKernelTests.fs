module NtkPipeline.Tests.LearnableKernelTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.LearnSamples

let tests =
    testList "LearnableKernel" [
        testCase
            "networks that see views of their own: the sum of each view's kernel, its gradient that of differences"
        <| fun () ->
            let z = inputs 8 40 5
            let seen = { problem LearnBy.Likelihood two with Views = [ x; z ] }
            let evaluate, start, names = objective seen
            let value, gradient = Expect.wantSome (evaluate start) "a value"
            let second = Expect.wantOk (Gram.ntk64 (Networks.parse two[1]) z None) two[1]
            let sum = Matrix.create 40 40 (Array.map2 (+) (gram two[0]).Values second.Values)

            Expect.floatClose
                { absolute = 1e-10; relative = 1e-10 }
                value
                (naive LearnBy.Likelihood sum (exp (Array.last start)))
                "the sum"

            let scale = gradient |> Array.map abs |> Array.max
            let s = 1e-3

            for k in 0 .. start.Length - 1 do
                let at step =
                    start
                    |> Array.mapi (fun m x -> if m = k then x + step else x)
                    |> evaluate
                    |> fun found -> Expect.wantSome found "a value" |> fst

                let difference = (8.0 * (at s - at -s) - (at (2.0 * s) - at (-2.0 * s))) / (12.0 * s)
                Expect.isLessThanOrEqual (abs (gradient[k] - difference)) (1e-6 * scale) names[k]

            Expect.throwsT<ArgumentException>
                (fun () -> LearnKernel.objective { seen with Views = [ x ] } |> ignore)
                "a view for each network"
    ]
