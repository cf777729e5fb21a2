module NtkPipeline.Tests.KernelTextsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.TextFiles
open NtkPipeline.Tests.Ntk

let private conv = "conv 64 size=3 b=0.1 | relu | mean-pool | dense 1"

let tests =
    testList "kernel of texts" [
        testCase "a network that pools gives N × N′, one that does not N × N′ × T × T′"
        <| inFolder (fun folder ->
            let x, xMask, xs = texts folder "x" 1
            let z, zMask, zs = texts folder "z" 2
            let out = Path.Combine(folder, "k.npy")

            let kernel network extra =
                [ "kernel"; "--network"; network; "--x"; x; "--x-mask"; xMask; "--out"; out ] @ extra
                |> wantDone

            let others = [ "--z"; z; "--z-mask"; zMask ]

            let answer = kernel conv others
            Expect.equal (shape out) "4, 4" "pooled"
            Expect.stringContains answer.Error "pairs of tokens" "the cost comes first"
            let expected = TextSamples.kernel KernelKind.Ntk (TextSamples.parse conv) xs (Some zs)
            Expect.equal (values out) expected "the kernel"

            kernel conv [ "--kind"; "nngp" ] |> ignore

            Expect.equal
                (values out)
                (TextSamples.kernel KernelKind.Nngp (TextSamples.parse conv) xs None)
                "K of x"

            kernel "dense 8 b=0.1 | relu | dense 1" others |> ignore
            Expect.equal (shape out) "4, 4, 5, 5" "a token each"
            kernel "attention 4 | conv 2 size=2 pad=valid" [] |> ignore
            Expect.equal (shape out) "4, 4, 4, 4" "what windows leave"

            kernel conv (others @ [ "--precision"; "float32" ]) |> ignore

            Array.iter2
                (fun (e: float) (f: float) ->
                    Expect.isLessThan (abs (e - f)) (1e-6 * (1.0 + abs e)) "rounded")
                expected
                (load out).Values)

        testCase "what does not fit is refused in a sentence"
        <| inFolder (fun folder ->
            let x, xMask, _ = texts folder "x" 3
            let rows = shaped folder "rows.npy" [ count; features ] (Array.create (count * features) 1.0)

            let small =
                shaped folder "small.npy" [ count; places - 1 ] (Array.create (count * (places - 1)) 1.0)

            let short =
                shaped folder "short.npy" [ count; 2; features ] (Array.create (count * 2 * features) 1.0)

            let filled name (value: int -> float) = shaped folder name [ 1; 2; 1 ] (Array.init 2 value)
            let infinite = filled "huge.npy" (fun k -> if k = 1 then infinity else 1.0)
            let large = filled "large.npy" (fun _ -> 1e25)
            let out = Path.Combine(folder, "k.npy")
            let kernel network files = [ "kernel"; "--network"; network; "--out"; out ] @ files

            for code, words, network, files in
                [
                    1, [ "rows.npy"; "texts × places × features" ], conv, [ "--x"; rows ]
                    1, [ "x.npy is 4 × 4"; "4 × 5 places" ], conv, [ "--x"; x; "--x-mask"; small ]
                    1, [ "no such file" ], conv, [ "--x"; x; "--x-mask"; Path.Combine(folder, "none.npy") ]
                    1, [ "only scores=identity has a closed form" ], "attention 2 scale=sqrt", [ "--x"; x ]
                    1,
                    [ "flatten needs texts of one length" ],
                    "flatten | dense 1",
                    [ "--x"; x; "--x-mask"; xMask ]
                    1, [ "huge.npy holds "; "at text 0, place 1, feature 0" ], conv, [ "--x"; infinite ]
                    1,
                    [ "of texts 0 and 0"; "scale the inputs down" ],
                    conv,
                    [ "--x"; large; "--precision"; "float32" ]
                    2, [ "--z-mask belongs to --z" ], conv, [ "--x"; x; "--z-mask"; xMask ]
                    1, [ "tangent kernel alone" ], conv, [ "--x"; x; "--empirical"; "--kind"; "nngp" ]
                    1, [ "leave --outputs and --parts out" ], conv, [ "--x"; x; "--empirical"; "--parts" ]
                    1, [ "end it in a dense layer" ], "attention 2", [ "--x"; x; "--empirical" ]
                    1,
                    [ "x.npy has 5 places a text"; "pad the shorter" ],
                    "attention 2 position=1 | mean-pool | dense 1",
                    [ "--x"; x; "--z"; short; "--empirical" ]
                    1,
                    [ "outputs at every place" ],
                    "attention 2 | dense 1",
                    [ "--x"; x; "--monte-carlo"; "4" ]
                    1, [ "outputs at every place" ], "attention 2 | dense 1", [ "--x"; x; "--spectrum"; "1" ]
                    1, [ "5 eigenvalues"; "4 rows" ], conv, [ "--x"; x; "--spectrum"; "5" ]
                    1, [ "smallest tile needs" ], conv, [ "--x"; x; "--memory"; "1kB" ]
                ] do
                refused code words (kernel network files))

        testCase "--latex writes the recursion of a pair, and says what has no closed form"
        <| fun () ->
            let latex network = wantDone [ "kernel"; "--latex"; "--network"; network ]
            let closed = latex "conv 8 size=3 w=1.4 b=0.2 | relu | attention 2 | mean-pool | dense 1"

            for part in
                [
                    @"K_{0}[s,t] &= \frac{x_s\cdot z_t}{d}"
                    @"K_{1}[s,t] &= \frac{1.4^2}{3}\sum_{o=-1}^{1} K_{0}[s+o,t+o] + 0.2^2"
                    @"G_{3}(x) &= \mathrm{softmax}\left(K_{2}(x,x)\right)"
                    @"K_{3} &= G_{3}(x)\,K_{2}\,G_{3}(z)^{\top}"
                    @"K_{4} &= \frac{1}{n_x n_z}\sum_{s,t} K_{3}[s,t]"
                ] do
                Expect.stringContains closed.Output part "in the literature's form"

            let opened = latex "attention 2 scale=sqrt | mean-pool"
            Expect.stringContains opened.Output @"\mathbb{E}\left[\mathrm{softmax}(g)" "an expectation"
            Expect.stringContains opened.Error "has a closed form" "said"
    ]
