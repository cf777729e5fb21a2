module NtkPipeline.Tests.SequenceLawsTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

let tests =
    testList "SequenceLaws" [
        testCase "what is masked changes nothing, nor do more masked places, nor NaN in them"
        <| fun () ->
            let values, valid = sample 4

            let wide = places + 5

            let spread = Array.create (count * wide * features) nan
            let isThere = Array.zeroCreate (count * wide)

            for i in 0 .. count - 1 do
                for t in 0 .. places - 1 do
                    isThere[i * wide + t] <- valid[i * places + t]

                    Array.blit
                        values
                        ((i * places + t) * features)
                        spread
                        ((i * wide + t) * features)
                        features

            let padded = source "x" count wide features (spread, isThere)

            for network in pooled do
                let network = parse network

                for kind in kinds do
                    Expect.equal
                        (kernel kind network padded None)
                        (kernel kind network (sourceOf "x" (values, valid)) None)
                        $"%s{NetworkText.print network}: the same bits"

        testCase "kernels that are blind to order do not change when tokens change places"
        <| fun () ->
            let values, valid = sample 5
            let random = Random 6

            let shuffled = [|
                for i in 0 .. count - 1 do
                    let order = Array.init places (fun t -> i * places + t)
                    random.Shuffle order
                    yield! order
            |]

            let moved =
                shuffled |> Array.collect (fun k -> Array.sub values (k * features) features),
                shuffled |> Array.map (fun k -> valid[k])

            for network in
                pooled |> List.filter (fun text -> not (text.Contains "conv" || text.Contains "position")) do
                let network = parse network

                for kind in kinds do
                    agree
                        1e-14
                        (kernel kind network (sourceOf "x" (values, valid)) None)
                        (kernel kind network (sourceOf "x" moved) None)
                        (NetworkText.print network)

            for text in
                [
                    pooled.Head
                    "attention 2 scale=sqrt scores=identity position=1 | mean-pool | dense 1"
                ] do
                let network = parse text
                Expect.isFalse (PoolCut.isBlind network) $"%s{text} is not blind to it"
                let before = kernel KernelKind.Ntk network (sourceOf "x" (values, valid)) None
                let after = kernel KernelKind.Ntk network (sourceOf "x" moved) None
                Expect.isGreaterThan (largest (Array.map2 (-) before after)) 1e-3 text

        testCase "independent tokens: each distinct one meets once, and the kernel is that of all"
        <| fun () ->
            let values, valid = sample 9
            let x = sourceOf "x" (values, valid)
            let rows = Expect.wantOk (x.Rows.Read 0 count) "read"
            let texts = TextRows.texts features rows
            let words, numbers = DistinctTokens.ofTexts texts
            let counted = valid |> Seq.filter id |> Seq.length
            Expect.equal (Array.sumBy Array.length numbers) counted "every token has a number"
            Expect.isLessThan words.Tokens.Rows counted "and words stand in several texts"

            let network =
                parse
                    "dense 8 w=1.2 b=0.3 | relu | dense 3 | erf | mean-pool | dense 2 b=0.1 | relu | dense 1"

            Expect.isTrue (PoolCut.ofNetwork network).IsSome "the short way is taken"
            let short = kernel KernelKind.Ntk network x None
            let prepared = PreparedTexts.create Integrals.byQuadrature network.Layers texts

            for i in 0 .. count - 1 do
                for group in prepared.Groups do
                    let block, _ =
                        PreparedTexts.meet Integrals.byQuadrature network.Layers true prepared.Texts[i] group

                    for j in 0 .. group.Columns.Masks.Length - 1 do
                        let expected = block.Theta[block.Columns.Starts[j]]

                        near
                            (1e-13 * largest short)
                            expected
                            short[i * count + group.First + j]
                            $"%d{i}, %d{group.First + j}"

        testCase "an empty text has the vector 0 where it is pooled"
        <| fun () ->
            let found =
                kernel
                    KernelKind.Ntk
                    (parse "dense 4 b=1 | relu | mean-pool | dense 1")
                    (sourceOf "x" (sample 7))
                    None

            Expect.all [ 0 .. count - 1 ] (fun j -> found[count + j] = 0.0) "0 with every text"

            let biased =
                kernel KernelKind.Nngp (parse "mean-pool | dense 1 b=2") (sourceOf "x" (sample 7)) None

            Expect.all [ 0 .. count - 1 ] (fun j -> biased[count + j] = 4.0) "σ_b² above a bias"

        testCase "a flatten takes the diagonal, and texts of one length alone"
        <| fun () ->
            let values, _ = sample 8
            let whole = values |> Array.map (fun value -> value + 0.5), Array.create (count * places) true
            let x = sourceOf "x" whole
            let flat = kernel KernelKind.Ntk (parse "conv 4 size=3 b=0.1 | relu | flatten | dense 1") x None

            let pair =
                define
                    (parse "conv 4 size=3 b=0.1 | relu | flatten | dense 1")
                    features
                    (one whole 0)
                    (one whole 3)

            near 1e-13 pair.Theta[0] flat[3] "the definition"

            let refusal =
                plan 1e9 KernelKind.Ntk (parse "dense 4 | flatten | dense 1") (sourceOf "x" (sample 8)) None

            match refusal with
            | Error refusal ->
                Expect.stringContains refusal.Sentence "flatten needs texts of one length" "refused"
            | Ok _ -> failtest "texts of differing lengths were flattened"
    ]
