module NtkPipeline.Tests.KernelTextsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let private places, features, count = 5, 3, 4

let private shaped (folder: string) (name: string) (sizes: int list) (values: float[]) =
    let path = Path.Combine(folder, name)
    use file = File.Create path
    Npy.writeShaped file (Array.ofList sizes) values
    path

/// Texts and their mask, as files.
let private texts folder name seed =
    let values, valid = TextSamples.texts seed count places features
    let mask = valid |> Array.map (fun isThere -> if isThere then 1.0 else 0.0)

    shaped folder $"%s{name}.npy" [ count; places; features ] values,
    shaped folder $"%s{name}-mask.npy" [ count; places ] mask,
    TextSamples.source name count places features (values, valid)

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

        testCase "what does not fit is refused in a sentence"
        <| inFolder (fun folder ->
            let x, xMask, _ = texts folder "x" 3
            let rows = shaped folder "rows.npy" [ count; features ] (Array.create (count * features) 1.0)

            let small =
                shaped folder "small.npy" [ count; places - 1 ] (Array.create (count * (places - 1)) 1.0)

            let out = Path.Combine(folder, "k.npy")
            let kernel network files = [ "kernel"; "--network"; network; "--out"; out ] @ files

            for code, words, network, files in
                [
                    1, [ "rows.npy"; "texts × places × features" ], conv, [ "--x"; rows ]
                    1, [ "mask of x is 4 × 4"; "4 × 5 places" ], conv, [ "--x"; x; "--x-mask"; small ]
                    1, [ "no such file" ], conv, [ "--x"; x; "--x-mask"; Path.Combine(folder, "none.npy") ]
                    1, [ "only scores=identity has a closed form" ], "attention 2 scale=sqrt", [ "--x"; x ]
                    1,
                    [ "flatten needs texts of one length" ],
                    "flatten | dense 1",
                    [ "--x"; x; "--x-mask"; xMask ]
                    2, [ "--z-mask belongs to --z" ], conv, [ "--x"; x; "--z-mask"; xMask ]
                    1, [ "tangent kernel alone" ], conv, [ "--x"; x; "--empirical"; "--kind"; "nngp" ]
                    1, [ "leave --outputs and --parts out" ], conv, [ "--x"; x; "--empirical"; "--parts" ]
                    1, [ "end it in a dense layer" ], "attention 2", [ "--x"; x; "--empirical" ]
                    1, [ "position of an attention" ], "attention 2 position=1", [ "--x"; x; "--empirical" ]
                    2, [ "takes the tokens of texts together" ], conv, [ "--x"; x; "--monte-carlo"; "4" ]
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
