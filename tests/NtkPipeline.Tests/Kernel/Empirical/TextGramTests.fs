module NtkPipeline.Tests.TextGramTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private f64 = torch.ScalarType.Float64

/// Texts of so many places, each a token longer than the one before, the first without any.
let private texts count places features =
    let values =
        torch.randn (
            [| int64 count; int64 places; int64 features |],
            dtype = f64,
            generator = Seed.generator (Seed.root 5UL)
        )

    TextTensor.create
        values
        (torch.tensor (Array2D.init count places (fun i t -> if t < i then 1.0 else 0.0)))

let private gap (a: torch.Tensor) (b: torch.Tensor) =
    let largest (t: torch.Tensor) = t.abs().max().item<float>()
    Expect.sequenceEqual a.shape b.shape "one shape"
    Expect.isTrue (largest b > 0.0) "it is not 0"
    largest (a - b) / largest b

let private check text x =
    use _ = torch.NewDisposeScope()
    let network = Networks.overTokens text
    let theta = Forward.drawFor network x (Seed.root 3UL)
    let found = TextGram.gram network theta x
    Expect.isLessThan (gap found (EmpiricalNtk.contraction network theta x None)) 1e-10 text
    Expect.isTrue (found.eq(found.t ()).all().item<bool>()) "symmetric to the bit"
    let parts, whole = TextGram.parts network theta x, EmpiricalNtk.parts network theta x
    Expect.equal parts.Length theta.Length "one a map"

    for part, expected in Array.zip parts whole do
        if expected.abs().max().item<float>() > 0.0 then
            Expect.isLessThan (gap part expected) 1e-10 "by map"

let tests =
    testList "TextGram" [
        testCase "by gradients of long texts, and by token sums of short ones, it is J Jᵀ"
        <| fun () ->
            for text in
                [
                    "conv 6 size=3 w=1.4 b=0.2 | relu | mean-pool | dense 1"
                    "dense 5 b=0.3 | attention 2 b=0.4 | relu | sum-pool | dense 4 | erf | dense 1 b=0.1"
                    "conv 6 size=3 stride=2 b=0.1 | erf | conv 5 size=2 pad=valid | relu | mean-pool | dense 2"
                ] do
                for places in [ 3; 12 ] do
                    check text (texts 9 places 3)

        testCase "a map whose gradients are met in parts"
        <| fun () ->
            // 5 texts × 2,000 × 1,700 entries are more than 16 million.
            check "dense 2000 | conv 1700 size=1 b=0.1 | relu | mean-pool | dense 1" (texts 5 31 2)

        testCase "texts that pass some at a time"
        <| fun () ->
            // 4 million numbers hold three texts of 400 places and 2,700 units.
            let text = "conv 2700 size=1 b=0.2 | relu | mean-pool | dense 1"
            check text (texts 5 400 2)
            use _ = torch.NewDisposeScope()
            let network, x = Networks.overTokens text, texts 5 400 2
            let f = Forward.apply network (Forward.drawFor network x (Seed.root 3UL))
            let found = TextGram.inBlocks (Forward.drawFor network x (Seed.root 3UL)) f x
            Expect.isLessThan (gap found (f x)) 1e-13 "outputs"
    ]
