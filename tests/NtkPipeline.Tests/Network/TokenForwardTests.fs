module NtkPipeline.Tests.TokenForwardTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.TokenTexts

let tests =
    testList "TokenForward" [
        testProperty "padding changes nothing, and where there is no token, nothing comes out"
        <| fun (seed: int) ->
            use _ = torch.NewDisposeScope()
            let text = (Networks.randomOverTokens seed).Replace("flatten", "sum-pool")
            let text = System.Text.RegularExpressions.Regex.Replace(text, @" position=[0-9.]+", "")
            let network = Networks.overTokens text

            match Network.finite network with
            | Error _ -> true
            | Ok network ->
                let length = 4 + abs (seed % 3)
                let short = texts 5UL length 3 [ length ]

                let padding =
                    torch.cat ([| normal 6UL [| 1L; 5L; 3L |]; torch.zeros (1L, 5L, 1L, dtype = f64) |], 2L)

                let long = torch.cat ([| short; padding |], 1L)
                let theta = Forward.drawFor network short (Seed.root 2UL)
                let expected = apply network theta short
                let found = apply network theta long

                if expected.dim () = 3L then
                    let kept = found.narrow (1L, 0L, expected.shape[1])
                    let beyond = found.narrow (1L, expected.shape[1], found.shape[1] - expected.shape[1])

                    gap kept expected < 1e-12
                    && (beyond.numel () = 0L || beyond.abs().max().item<float>() = 0.0)
                else
                    gap found expected < 1e-12

        testCase "a convolution is its sum over a window, with and without padding, in steps"
        <| fun () ->
            for text, offsets, starts in
                [
                    "conv 4 size=3 w=1.3 b=0.2", [| -1; 0; 1 |], [ 0; 1; 2; 3; 4 ]
                    "conv 4 size=3 w=1.3 b=0.2 stride=2", [| -1; 0; 1 |], [ 0; 2; 4 ]
                    "conv 4 size=2 w=1.3 b=0.2 pad=valid", [| 0; 1 |], [ 0; 1; 2; 3 ]
                    "conv 4 size=3 w=1.3 b=0.2 pad=valid stride=2", [| 0; 1; 2 |], [ 0; 2 ]
                ] do
                use _ = torch.NewDisposeScope()
                let network = Networks.overTokens text
                let x = texts 1UL 5 3 [ 5 ]
                let theta = Forward.drawFor network x (Seed.root 2UL)
                let tokens = numbers (first (TextTensor.tokens x))
                let w, b = numbers theta[0].W, numbers (theta[0].B.Value.reshape(1L, -1L))

                let window start =
                    offsets
                    |> Array.collect (fun a ->
                        match start + a with
                        | s when s >= 0 && s < 5 -> tokens[s]
                        | _ -> Array.zeroCreate 3)

                let expected =
                    starts
                    |> List.map (fun start ->
                        Array.map2
                            (fun row b ->
                                1.3 / sqrt (float (3 * offsets.Length)) * dot row (window start) + 0.2 * b)
                            w
                            b[0])

                let found = numbers (first (apply network theta x))
                Expect.equal found.Length expected.Length text

                for found, expected in Seq.zip found expected do
                    KernelSamples.wantClose 1e-13 text found expected

        testCase "an attention is its definition, head by head"
        <| fun () ->
            for scores, weigh in
                [
                    "softmax", softmax
                    "identity", id
                    "relu", Array.map (max 0.0)
                    "abs", Array.map abs
                ] do
                for scale in [ "linear"; "sqrt" ] do
                    use _ = torch.NewDisposeScope()
                    let text = $"attention 2 scale=%s{scale} scores=%s{scores} q=1.2 k=0.7 o=0.9 b=0.3"
                    let network = Networks.overTokens text
                    let x = texts 1UL 4 3 [ 4 ]
                    let theta = Forward.drawFor network x (Seed.root 2UL)
                    Expect.hasLength theta (if scale = "linear" then 3 else 4) "W_Q = W_K in the linear one"
                    let tokens = numbers (first (TextTensor.tokens x))
                    let expected = attentionByHand (1.2 * 0.7) weigh theta 2 tokens
                    let found = numbers (first (apply network theta x))

                    for found, expected in Seq.zip found expected do
                        KernelSamples.wantClose 1e-13 text found expected

        testCase "texts of one token are rows, with the same draws"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            for text in Networks.shapes "relu" @ Networks.shapes "cos" do
                let network = Networks.parse (text.Replace(" | centred", ""))
                let rows = normal 1UL [| 5L; 3L |]
                let texts = TextTensor.create (rows.unsqueeze 1L) (torch.ones (5L, 1L, dtype = f64))
                let ofRows = Forward.draw network 3 (Seed.root 4UL) f64
                let ofTexts = Forward.drawFor network texts (Seed.root 4UL)
                let expected = apply network ofRows rows
                Expect.isLessThan (gap ((apply network ofTexts texts).squeeze 1L) expected) 1e-14 text

        testCase "a layer before others moves none of their draws"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let x = texts 1UL 3 4 [ 3 ]
            let draw text = Forward.drawFor (Networks.overTokens text) x (Seed.root 1UL)
            let short, long = draw "dense 4 | dense 2", draw "conv 4 size=3 | attention 2 | dense 4 | dense 2"
            Expect.equal (gap short[1].W long[long.Length - 1].W) 0.0 "dense/1"

        testCase "a text without a token, or shorter than a window, is 0 above its pool; all else is a number"
        <| fun () ->
            for text in
                [
                    "conv 4 size=3 b=1 | relu | mean-pool | dense 1"
                    "conv 4 size=3 pad=valid b=1 | cos | sum-pool | dense 1"
                    "dense 4 b=1 | layer-norm | attention 2 b=1 | mean-pool | dense 1"
                    "dense 4 b=1 | attention 2 scores=relu scale=sqrt b=1 | mean-pool | dense 1"
                ] do
                use _ = torch.NewDisposeScope()
                let network = Networks.overTokens text
                let x = texts 1UL 4 3 [ 4; 0 ]
                let theta = Forward.drawFor network x (Seed.root 2UL)
                let f = Tensors.toArray64 (apply network theta x)
                Expect.notEqual f[0] 0.0 text
                Expect.equal f[1] 0.0 text

            use _ = torch.NewDisposeScope()
            let network = Networks.overTokens "conv 4 size=3 pad=valid b=1 | relu | mean-pool | dense 1"
            let x = texts 1UL 2 3 [ 2 ]
            let f = apply network (Forward.drawFor network x (Seed.root 2UL)) x
            Expect.equal (Tensors.toArray64 f) [| 0.0 |] "no window"
    ]
