module NtkPipeline.Tests.KernelTextsEmpiricalTests

open System.IO
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.TextFiles

let tests =
    testList "kernel of texts at finite width" [
        testCase "--empirical is the kernel of one finite network, the same by every method"
        <| inFolder (fun folder ->
            let x, xMask, _ = texts folder "x" 1
            let z, zMask, _ = texts folder "z" 2

            for network, others, size in
                [
                    "conv 8 size=3 b=0.1 | relu | mean-pool | dense 1", [], "4, 4"
                    "attention 2 b=0.1 | relu | sum-pool | dense 2", [ "--z"; z; "--z-mask"; zMask ], "4, 4"
                    "dense 6 | relu | conv 2 size=2 pad=valid", [], "4, 4, 4, 4"
                ] do
                let kernel way =
                    let out = Path.Combine(folder, $"%s{way}.npy")

                    [ "kernel"; "--network"; network; "--x"; x; "--x-mask"; xMask; "--out"; out ]
                    @ [ "--empirical"; "--seed"; "3"; "--method"; way ]
                    @ others
                    |> wantDone
                    |> ignore

                    Expect.equal (shape out) size network
                    values out

                let structured = kernel "structured"
                let largest = structured |> Seq.map abs |> Seq.max
                KernelSamples.wantClose (1e-10 * largest) network (kernel "jacobian") structured
                KernelSamples.wantClose (1e-10 * largest) network (kernel "vector-product") structured)

        testCase
            "--empirical tells the distance to the analytic kernel, less for a wide network, or why there is none"
        <| inFolder (fun folder ->
            let x, xMask, xs = texts folder "x" 1
            let z, zMask, zs = texts folder "z" 2
            let out = Path.Combine(folder, "k.npy")

            let kernel network extra =
                [
                    "kernel"
                    "--network"
                    network
                    "--x"
                    x
                    "--x-mask"
                    xMask
                    "--out"
                    out
                    "--empirical"
                ]
                @ extra
                |> wantDone

            let distance (answer: Answer) =
                let found = Regex.Match(answer.Output, "analytic kernel: ([0-9.]+)% of its norm")

                Expect.isTrue found.Success answer.Output
                float found.Groups[1].Value

            let network width = $"conv %d{width} size=3 | relu | mean-pool | dense 1"
            let answer = kernel (network 32) [ "--z"; z; "--z-mask"; zMask ]
            Expect.stringContains answer.Output "on all entries" "of how many"
            let exact = TextSamples.kernel KernelKind.Ntk (TextSamples.parse (network 32)) xs (Some zs)
            let norm (values: float[]) = values |> Array.sumBy (fun v -> v * v) |> sqrt
            let gap = 100.0 * norm (Array.map2 (-) (values out) exact) / norm exact
            Expect.isLessThan (abs (distance answer - gap)) 1e-3 "its relative norm"

            Expect.isLessThan
                (distance (kernel (network 4096) []))
                (0.5 * distance (kernel (network 16) []))
                "wider is nearer"

            let each = kernel "dense 512 | relu | dense 1" []
            Expect.isLessThan (distance each) 30.0 "at every pair of places"
            let none = kernel "dense 4 | attention 2 scale=sqrt | mean-pool | dense 1" []
            Expect.stringContains none.Error "no comparison with the analytic kernel" "no closed form"
            Expect.isFalse (none.Output.Contains "distance") "none is told")
    ]
