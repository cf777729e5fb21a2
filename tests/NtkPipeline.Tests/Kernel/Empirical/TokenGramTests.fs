module NtkPipeline.Tests.TokenGramTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private f64 = torch.ScalarType.Float64

let private texts (seed: uint64) features (masks: float[,]) =
    let texts, tokens = int64 (masks.GetLength 0), int64 (masks.GetLength 1)

    let values =
        torch.randn (
            [| texts; tokens; int64 features |],
            dtype = f64,
            generator = Seed.generator (Seed.root seed)
        )

    TextTensor.create values (torch.tensor masks)

/// A whole text, a short one, one with a hole, one token, none.
let private x () =
    texts
        5UL
        3
        (array2D [
            [ 1; 1; 1; 1.0 ]
            [ 1; 1; 0; 0 ]
            [ 1; 0; 1; 1 ]
            [ 0; 1; 0; 0 ]
            [ 0; 0; 0; 0 ]
        ])

/// Texts of another length.
let private z () = texts 6UL 3 (array2D [ [ 1; 1; 1; 1; 1; 1.0 ]; [ 1; 1; 1; 0; 0; 0 ] ])

let private gap (a: torch.Tensor) (b: torch.Tensor) =
    let largest (t: torch.Tensor) = t.abs().max().item<float>()
    Expect.sequenceEqual a.shape b.shape "one shape"
    Expect.isTrue (largest b > 0.0) "it is not 0"
    largest (a - b) / largest b

let private networks = [
    "dense 6 w=1.2 b=0.3 | relu | mean-pool | dense 1"
    "dense 6 b=0.3 | cos | sum-pool | dense 2 b=0.1"
    "conv 6 size=3 w=1.4 b=0.2 | relu | mean-pool | dense 1"
    "conv 6 size=3 b=0.2 stride=2 | erf | conv 5 size=2 pad=valid | relu | sum-pool | dense 3"
    "attention 3 b=0.4 | mean-pool | dense 1"
    "attention 3 scores=identity q=0.8 v=1.2 | relu | sum-pool | dense 2"
    "dense 6 b=0.2 | attention 2 scores=relu k=0.5 | mean-pool | dense 1"
    "dense 6 | attention 2 scores=abs b=0.1 | mean-pool | dense 1"
    "dense 6 | attention 2 scale=sqrt | gelu | mean-pool | dense 1"
    "attention 2 scale=sqrt scores=identity q=0.8 k=1.1 v=1.2 o=0.9 b=0.3 | mean-pool | dense 2"
    "dense 6 b=0.3 | residual(relu | conv 6 size=3 w=0.7) | layer-norm(0.1) | relu | mean-pool | dense 1"
    "dense 6 | residual(attention 2) | mean-pool | dense 5 b=1 | relu | dense 2 | scale(1.5)"
    "repeat(2, conv 6 size=3 | relu) | mean-pool | dense 1 | centred"
]

let tests =
    testList "TokenGram" [
        for text in networks do
            testCase $"%s{text}: with token sums and by products, the kernel is J Jᵀ"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let network = Networks.overTokens text
                let x = x ()
                let theta = Forward.drawFor network x (Seed.root 3UL)

                for what, other in [ "with itself", None; "with others", Some(z ()) ] do
                    let definition = EmpiricalNtk.contraction network theta x other
                    Expect.isLessThan (gap (EmpiricalNtk.gram network theta x other) definition) 1e-10 what

                    Expect.isLessThan
                        (gap (EmpiricalNtk.byProducts network theta x other) definition)
                        1e-10
                        what

        testCase "positions are parameters, too, of texts of as many places"
        <| fun () ->
            for text in
                [
                    "attention 3 position=0.8 b=0.4 | mean-pool | dense 1"
                    "dense 6 | attention 2 scale=sqrt position=1.5 | relu | sum-pool | dense 2"
                ] do
                use _ = torch.NewDisposeScope()
                let network = Networks.overTokens text
                let x = x ()
                let theta = Forward.drawFor network x (Seed.root 3UL)

                let without =
                    Networks.overTokens (text.Replace("position=0.8 ", "").Replace(" position=1.5", ""))

                let k =
                    LinearMaps.ofTexts 3 4 network
                    |> List.findIndex (fun map -> map.Name = "attention/0/positions")

                Expect.equal theta[k].W.shape[1] 4L "a column a place"
                let f = Forward.apply without (Array.removeAt k theta) x
                Expect.isGreaterThan (gap (Forward.apply network theta x) f) 1e-3 "they are seen"
                let none = Array.updateAt k { theta[k] with W = torch.zeros_like theta[k].W } theta
                Expect.isLessThan (gap (Forward.apply network none x) f) 1e-14 "and nothing else changes"

                for other in [ None; Some(x.narrow (0L, 1L, 2L)) ] do
                    let definition = EmpiricalNtk.contraction network theta x other
                    Expect.isLessThan (gap (EmpiricalNtk.gram network theta x other) definition) 1e-10 text

                    Expect.isLessThan
                        (gap (EmpiricalNtk.byProducts network theta x other) definition)
                        1e-10
                        text

        testCase "on texts of one length with flatten, too"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            let network =
                Networks.overTokens "conv 6 size=3 b=0.2 | relu | flatten | dense 4 b=0.1 | relu | dense 2"

            let x = texts 7UL 3 (Array2D.create 4 5 1.0)
            let theta = Forward.drawFor network x (Seed.root 3UL)
            let definition = EmpiricalNtk.contraction network theta x None
            Expect.isLessThan (gap (EmpiricalNtk.gram network theta x None) definition) 1e-10 "structured"

            Expect.isLessThan
                (gap (EmpiricalNtk.byProducts network theta x None) definition)
                1e-10
                "by products"

        testCase "a network that has outputs at every place has a kernel of every pair of places"
        <| fun () ->
            for text in
                [
                    "conv 6 size=3 b=0.2 | relu | dense 2 b=0.1"
                    "dense 6 b=0.2 | attention 2 b=0.1"
                    "conv 6 size=2 pad=valid | relu | conv 1 size=3 stride=2 b=0.3"
                ] do
                use _ = torch.NewDisposeScope()
                let network = Networks.overTokens text
                let x, z = x (), z ()
                let theta = Forward.drawFor network x (Seed.root 3UL)

                for other in [ None; Some z ] do
                    let definition = TokenNtk.contraction network theta x (defaultArg other x)
                    Expect.equal (definition.dim ()) 4L "N × N′ × T × T′"
                    Expect.isLessThan (gap (TokenNtk.gram network theta x other) definition) 1e-10 text
                    let products = TokenNtk.byProducts network theta x (defaultArg other x)
                    Expect.isLessThan (gap products definition) 1e-10 text

                let found = TokenNtk.gram network theta x None
                Expect.isTrue (found.eq(found.permute (1L, 0L, 3L, 2L)).all().item<bool>()) "symmetric"

        testCase "texts that are shorter than a window have a kernel of no places"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.overTokens "conv 4 size=5 pad=valid | relu | dense 2"
            let x, z = x (), z ()
            let theta = Forward.drawFor network x (Seed.root 3UL)

            for other, inner in [ None, [ 0L; 0L ]; Some z, [ 0L; 2L ] ] do
                let shape = [ 5L; (defaultArg other x).shape[0]; yield! inner ]

                for found in
                    [
                        TokenNtk.gram network theta x other
                        TokenNtk.contraction network theta x (defaultArg other x)
                        TokenNtk.byProducts network theta x (defaultArg other x)
                    ] do
                    Expect.sequenceEqual found.shape shape "as without outputs"

        testCase "texts past a block are met in blocks, and the kernel is symmetric to the bit"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.overTokens "conv 3 size=3 | relu | mean-pool | dense 1"
            // 2,000 tokens make a block of one text.
            let x = texts 8UL 2 (Array2D.init 5 900 (fun i t -> if t < 200 * (i + 1) then 1.0 else 0.0))
            let theta = Forward.drawFor network x (Seed.root 3UL)
            let found = EmpiricalNtk.gram network theta x None
            Expect.isTrue (found.eq(found.t ()).all().item<bool>()) "symmetric"
            Expect.isLessThan (gap found (EmpiricalNtk.contraction network theta x None)) 1e-10 "with itself"

            let other = EmpiricalNtk.gram network theta x (Some x)
            Expect.isLessThan (gap other found) 1e-12 "between"

        testCase "the NNGP kernel of one network is the covariance over its last layer's draw"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.overTokens "conv 6 size=3 b=0.2 | relu | mean-pool | dense 1 w=1.1 b=0.3"
            let x = x ()
            let theta = Forward.drawFor network x (Seed.root 3UL)
            let prior = Expect.wantOk (FeatureKernel.lastLayer network) "dense"
            let found = torch.empty ([| 5L; 5L |], dtype = f64)
            TokenGram.fillSymmetric (FeatureKernel.trace network prior theta x) found
            let below = Networks.overTokens "conv 6 size=3 b=0.2 | relu | mean-pool"
            let a = Forward.apply below theta[..0] x
            let expected = a.mm(a.t ()).mul((1.1 * 1.1 / 6.0).ToScalar()).add((0.09).ToScalar())
            Expect.isLessThan (gap found expected) 1e-13 "σ_w²/fan_in a·a + σ_b²"
    ]
