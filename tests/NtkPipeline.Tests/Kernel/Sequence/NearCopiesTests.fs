module NtkPipeline.Tests.NearCopiesTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

/// Tokens that differ by so little that float64 sees it in some of their moments, or in none.
let private tokens = [
    [ 1.0; 2.0; 3.0 ]
    [ 1.0; 2.0; 3.0 + 1e-9 ]
    [ 1.0; 2.0; 3.0 + 1e-12 ]
    [ 2.0; 4.0; 6.0 + 1e-9 ]
    [ -1.0; -2.0; -3.0 + 1e-9 ]
    [ 1.0; 0.0; 0.0 ]
    [ 1.0; 1e-9; 0.0 ]
    [ 1.0; 1e-11; 0.0 ]
    [ 2.0; 0.0; 1e-9 ]
    [ 2.0; 1.0 + 1e-9; 1.0 ]
    [ 2.0; 1.0; 1.0 + 1e-9 ]
    [ 0.0; 0.0; 0.0 ]
]

let private size = tokens.Length
let private rows = UnitRows.ofMatrix (Matrix.ofRows 3 (tokens |> List.map Array.ofList |> Array.ofList))

/// Each as a text of one token.
let private x =
    source "x" size 1 3 (Array.concat (List.map Array.ofList tokens), Array.create size true)

let tests =
    testList "NearCopies" [
        for body in
            [
                "dense 8 | layer-norm | relu"
                "dense 8 | layer-norm(1e-9) | relu"
                "dense 8 | relu"
                "dense 8 b=0.1 | layer-norm(1e-5) | abs | dense 8 | layer-norm | relu"
                "dense 8 | residual(layer-norm | relu | dense 8) | leaky-relu(0.1)"
            ] do
            testCase $"texts of one token are rows, however near others: %s{body}"
            <| fun () ->
                let network = parse $"%s{body} | dense 1"
                let own i = AnalyticNtk.ntk network 3 (Moments.same rows.Norms[i])

                for pooled in [ $"%s{body} | mean-pool | dense 1"; $"%s{body} | conv 4 size=1 | sum-pool" ] do
                    let found = kernel KernelKind.Ntk (parse pooled) x None

                    for i in 0 .. size - 1 do
                        for j in 0 .. size - 1 do
                            near
                                (1e-14 * sqrt (own i * own j))
                                (AnalyticNtk.ntk network 3 (UnitRows.between rows i rows j))
                                found[i * size + j]
                                $"%s{pooled}, %d{i}, %d{j}"

        testCase "windows of near copies have the definition's kernel"
        <| fun () ->
            let of' i = text 3 (Array.ofList tokens[i]) [| true |]

            for text in
                [
                    "conv 8 size=3 | layer-norm | relu | mean-pool | dense 1"
                    "conv 8 size=3 b=0.1 | relu | conv 4 size=3 | layer-norm | relu | dense 1"
                ] do
                let network = parse text
                let found = kernel KernelKind.Ntk network x None

                for i in 0 .. size - 1 do
                    for j in 0 .. size - 1 do
                        let pair = define network 3 (of' i) (of' j)
                        let self i = (define network 3 (of' i) (of' i)).Theta[0]

                        near
                            (1e-14 * sqrt (self i * self j))
                            pair.Theta[0]
                            found[i * size + j]
                            $"%s{text}, %d{i}, %d{j}"
    ]
