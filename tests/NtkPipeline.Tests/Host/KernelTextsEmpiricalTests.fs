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

        testCase
            "--monte-carlo is the mean over networks by their definition, beside its error and the analytic kernel"
        <| inFolder (fun folder ->
            let x, xMask, xs = texts folder "x" 1
            let z, zMask, zs = texts folder "z" 2
            let at name = Path.Combine(folder, name)
            let text = "conv 16 size=3 b=0.1 | relu | attention 2 position=0.5 | mean-pool | dense 1"

            let kernel samples extra =
                [
                    "kernel"
                    "--network"
                    text
                    "--x"
                    x
                    "--x-mask"
                    xMask
                    "--z"
                    z
                    "--z-mask"
                    zMask
                ]
                @ [ "--out"; at "k.npy"; "--monte-carlo"; string samples ]
                @ extra
                |> wantJson

            kernel 3 [ "--seed"; "4" ] |> ignore
            use _ = TorchSharp.torch.NewDisposeScope()
            let network = TextSamples.parse text

            let tensor (source: TextSource) =
                Expect.wantOk (source.Rows.Read 0 count) "rows"
                |> Tensors.ofMatrix64
                |> TextTensor.ofRows features

            let one k =
                let theta = Forward.drawFor network (tensor xs) (MonteCarlo.sampleSeed (Seed.root 4UL) k)
                EmpiricalNtk.contraction network theta (tensor xs) (Some(tensor zs)) |> Tensors.toArray64

            let drawn = Array.init 3 one
            let mean = Array.init (count * count) (fun i -> drawn |> Array.averageBy (fun k -> k[i]))
            let largest = mean |> Array.map abs |> Array.max
            KernelSamples.wantClose (1e-10 * largest) "the mean" (values (at "k.npy")) mean

            let error =
                Array.init (count * count) (fun i ->
                    let squares = drawn |> Array.sumBy (fun k -> (k[i] - mean[i]) ** 2.0)
                    sqrt (squares / 6.0))

            KernelSamples.wantClose (1e-10 * largest) "its error" (values (at "k.error.npy")) error

            // Three of sixteen texts' pairs are of an empty text.
            let many = kernel 200 [] |> _.GetProperty("analytic")
            let exact = TextSamples.kernel KernelKind.Ntk network xs (Some zs)
            let norm (values: float[]) = values |> Array.sumBy (fun v -> v * v) |> sqrt
            let gap = norm (Array.map2 (-) (values (at "k.npy")) exact) / norm exact
            Expect.isLessThan (abs (real "gap" many - gap)) 1e-12 "of norm"
            Expect.isLessThan gap 0.25 "near: of width 16, and 200 networks"
            Expect.isGreaterThan (real "largestErrors" many) 0.0 "in standard errors"

            let nngp = kernel 200 [ "--kind"; "nngp" ] |> _.GetProperty("analytic")
            Expect.isLessThan (real "gap" nngp) 0.5 "K, too")

        testCase "--spectrum has the eigenvalues of the matrix that --empirical writes"
        <| inFolder (fun folder ->
            let x, xMask, _ = texts folder "x" 1
            let at name = Path.Combine(folder, name)

            for text in
                [
                    "conv 8 size=3 b=0.1 | relu | mean-pool | dense 1"
                    "attention 2 position=0.4 b=0.1 | relu | sum-pool | dense 2"
                ] do
                let kernel extra =
                    [ "kernel"; "--network"; text; "--x"; x; "--x-mask"; xMask; "--seed"; "9" ] @ extra

                kernel [ "--empirical"; "--out"; at "k.npy" ] |> wantDone |> ignore
                kernel [ "--spectrum"; "3"; "--out"; at "values.npy" ] |> wantDone |> ignore
                use _ = TorchSharp.torch.NewDisposeScope()
                let k = (Tensors.ofArray64 (values (at "k.npy"))).reshape(int64 count, int64 count)
                let exact = TorchSharp.torch.linalg.eigvalsh(k).flip(0L) |> Tensors.toArray64
                KernelSamples.wantClose (1e-9 * exact[0]) text (values (at "values.npy")) exact[..2])
    ]
