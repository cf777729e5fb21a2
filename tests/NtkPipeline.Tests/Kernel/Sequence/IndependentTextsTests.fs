module NtkPipeline.Tests.IndependentTextsTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

/// Texts of the sample, every number multiplied.
let private scaled (factor: float) seed =
    let values, valid = sample seed
    values |> Array.map (fun value -> factor * value), valid

let tests =
    testList "IndependentTexts" [
        for text in
            [
                "mean-pool | dense 8 | relu | dense 1"
                "dense 8 | relu | mean-pool | dense 1"
                "dense 8 | leaky-relu(0.2) | dense 4 | abs | sum-pool | dense 4 | relu | dense 1"
                "dense 8 | residual(relu | dense 8) | mean-pool | dense 4 | relu | dense 1"
                "conv 8 size=1 | relu | mean-pool | dense 4 | leaky-relu(0.2) | dense 1"
                "conv 8 size=3 | relu | mean-pool | dense 4 | relu | dense 1"
                "attention 4 scale=sqrt scores=identity | dense 4 | relu | mean-pool | dense 4 | relu | dense 1"
            ] do
            testCase $"a kernel is as large as its texts are, down to where float64 ends and up: %s{text}"
            <| fun () ->
                let network = parse text
                let isCubic = text.StartsWith "attention"
                let at kind factor = kernel kind network (sourceOf "x" (scaled factor 4)) None

                for kind in kinds do
                    let expected = at kind 1.0

                    for factor in
                        (if isCubic then
                             [ 1e-40; 1e40 ]
                         else
                             [ 1e-145; 1e-120; 1e-100; 1e-78; 1e78; 1e100; 1e145 ]) do
                        let unit = at kind factor |> Array.map (fun value -> value / factor / factor)

                        let unit =
                            if isCubic then
                                unit |> Array.map (fun v -> v / factor / factor / factor / factor)
                            else
                                unit

                        agree 1e-13 expected unit $"%s{KernelKind.print kind}, %g{factor}"

        testCase "a normed kernel does not change with its texts' size"
        <| fun () ->
            let network =
                parse "dense 8 | layer-norm | relu | mean-pool | dense 4 | layer-norm | abs | dense 1"

            let at kind factor = kernel kind network (sourceOf "x" (scaled factor 4)) None

            for kind in kinds do
                for factor in [ 1e-120; 1e-100; 1e-78; 1e78; 1e120 ] do
                    agree 1e-13 (at kind 1.0) (at kind factor) $"%s{KernelKind.print kind}, %g{factor}"

        for phi in Activations.examples do
            testCase $"small and large texts have the definition's kernel: %s{Activation.print phi}"
            <| fun () ->
                let phi = Activation.print phi
                let network = parse $"dense 8 | %s{phi} | mean-pool | dense 4 | %s{phi} | dense 1"

                // Integrals are slow: texts of one token and of two.
                let few = 2

                let texts (factor: float) seed =
                    let random = Random seed
                    let values = Array.init (few * 2 * features) (fun _ -> factor * normal random)
                    values, [| true; true; true; false |]

                let of' (values: float[], _) i =
                    text
                        features
                        (Array.sub values (i * 2 * features) ((2 - i) * features))
                        (Array.create (2 - i) true)

                for factor in [ 1e-100; 1e-78; 1e2 ] do
                    let x, z = texts factor 1, texts factor 2
                    let pair i j = define network features (of' x i) (of' z j)
                    let source name values = source name few 2 features values

                    for kind in kinds do
                        let expected = [|
                            for i in 0 .. few - 1 do
                                for j in 0 .. few - 1 do
                                    match kind with
                                    | KernelKind.Ntk -> (pair i j).Theta[0]
                                    | KernelKind.Nngp -> (pair i j).K[0]
                        |]

                        let found = kernel kind network (source "x" x) (Some(source "z" z))
                        agree 1e-12 expected found $"%s{KernelKind.print kind}, %g{factor}"

        for text in
            [
                "mean-pool | dense 8 | relu | dense 1"
                "sum-pool | dense 8 | relu | dense 8 | relu | dense 1"
                "dense 8 b=0.1 | erf | mean-pool | dense 8 | relu | dense 1"
                "dense 8 | layer-norm | relu | mean-pool | dense 4 b=0.1 | relu | dense 1"
                "conv 4 size=1 | relu | mean-pool | dense 4 | relu | dense 4 | relu | dense 1"
                "conv 4 size=1 pad=valid b=0.1 | residual(relu | conv 4 size=1) | sum-pool | dense 4 | relu | dense 1"
                "attention 4 | relu | mean-pool | dense 8 | relu | dense 1"
                "attention 4 scores=identity b=0.2 position=0.4 | mean-pool | dense 8 | relu | dense 1"
                "dense 8 | residual(attention 8 scale=sqrt scores=identity) | sum-pool | dense 4 | relu | dense 1"
            ] do
            testCase $"a text and one of its tokens in another order are one, to the bit: %s{text}"
            <| fun () ->
                let network = parse text
                Expect.isTrue (PoolCut.isBlind network) "it is blind to order"
                let isIndependent = (PoolCut.ofNetwork network).IsSome
                Expect.equal isIndependent (not (text.Contains "attention")) "which tokens are independent"
                let values, valid = sample 5
                let random = Random 6

                let order = [|
                    for i in 0 .. count - 1 do
                        let places = Array.init places (fun t -> i * places + t)
                        random.Shuffle places
                        yield! places
                |]

                let moved = order |> Array.collect (fun k -> Array.sub values (k * features) features)
                let isThere = order |> Array.map (fun k -> valid[k])
                let x, z = sourceOf "x" (values, valid), sourceOf "z" (moved, isThere)
                let twice = Array.append values moved, Array.append valid isThere
                let together = source "both" (2 * count) places features twice

                for kind in kinds do
                    let expected = kernel kind network x None
                    Expect.equal (kernel kind network z None) expected "all of them moved"
                    let both = kernel kind network together None
                    let at i j = both[2 * count * i + j]

                    // A sum over s and t, and one over t and s, may differ in their last bit.
                    for i in 0 .. count - 1 do
                        for j in 0..i do
                            Expect.equal (at i j) expected[i * count + j] "beside others"
                            Expect.equal (at (count + i) j) (at i j) "one of two moved"
                            near (1e-14 * largest expected) (at i j) (at (count + j) i) "the other moved"

                    agree 1e-14 expected (kernel kind network x (Some z)) "as rows and columns"
    ]
