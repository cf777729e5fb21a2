module NtkPipeline.Tests.IndependentTextsTests

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
            let network = parse "dense 8 | layer-norm | relu | mean-pool | dense 4 | layer-norm | abs | dense 1"
            let at kind factor = kernel kind network (sourceOf "x" (scaled factor 4)) None

            for kind in kinds do
                for factor in [ 1e-120; 1e-100; 1e-78; 1e78; 1e120 ] do
                    agree 1e-13 (at kind 1.0) (at kind factor) $"%s{KernelKind.print kind}, %g{factor}"

        for phi in Activations.examples do
            testCase $"small and large texts have the definition's kernel: %s{Activation.print phi}"
            <| fun () ->
                let phi = Activation.print phi
                let network = parse $"dense 8 | %s{phi} | mean-pool | dense 4 | %s{phi} | dense 1"

                for factor in [ 1e-100; 1e-78; 1e2 ] do
                    let x, z = scaled factor 1, scaled factor 2
                    let pair i j = define network features (one x i) (one z j)

                    for kind in kinds do
                        let expected = [|
                            for i in 0 .. count - 1 do
                                for j in 0 .. count - 1 do
                                    match kind with
                                    | KernelKind.Ntk -> (pair i j).Theta[0]
                                    | KernelKind.Nngp -> (pair i j).K[0]
                        |]

                        let found = kernel kind network (sourceOf "x" x) (Some(sourceOf "z" z))
                        agree 1e-12 expected found $"%s{KernelKind.print kind}, %g{factor}"
    ]
