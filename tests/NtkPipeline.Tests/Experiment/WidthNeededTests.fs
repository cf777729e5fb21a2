module NtkPipeline.Tests.WidthNeededTests

open Expecto
open NtkPipeline.Core

let private seed = Seed.root 7UL

/// q = c·m^s at each width, for seeds whose values differ by factors.
let private points (c: float) (s: float) (widths: float list) (factors: float list) = [|
    for width in widths do
        for factor in factors -> width, factor * c * width ** s
|]

let private fit points = WidthNeeded.fit 400 seed 0.05 points

let tests =
    testList "WidthNeeded" [
        testCase "an exact power law meets the threshold where it says, without a band's width"
        <| fun () ->
            // 0.05 = 3·m^(−½) at m = 3600.
            let found = Expect.wantOk (fit (points 3.0 -0.5 [ 256.0; 1024.0; 4096.0 ] [ 1.0; 1.0 ])) "known"
            let upper = Expect.wantSome found.Upper "finite"
            KernelSamples.wantClose 1e-6 "width" [| found.Width; found.Lower; upper |] (Array.create 3 3600.0)
            KernelSamples.wantClose 1e-12 "exponent" [| found.Exponent |] [| -0.5 |]
            Expect.isFalse found.IsExtrapolated "between the widths"

        testCase "seeds that differ give a band about the width, and a width far off is marked"
        <| fun () ->
            let found =
                Expect.wantOk (fit (points 3.0 -0.5 [ 64.0; 256.0; 1024.0 ] [ 0.9; 1.0; 1.1 ])) "known"

            let upper = Expect.wantSome found.Upper "finite"
            Expect.isTrue (found.Lower < 3600.0 && 3600.0 < upper) "about the truth"
            Expect.isTrue (found.Lower > 1500.0 && upper < 9000.0) "not far about it"
            Expect.isTrue found.IsExtrapolated "past twice the widest"

        testCase "where resamples do not fall there is no upper end"
        <| fun () ->
            let noisy = [| 100.0, 0.2; 100.0, 0.08; 200.0, 0.18; 200.0, 0.07 |]
            let found = Expect.wantOk (fit noisy) "known"
            Expect.isNone found.Upper "some resamples rise"

        testCase "why there is none: one width, a rise, a zero"
        <| fun () ->
            let reason points = Expect.wantError (fit points) "none"
            Expect.stringContains (reason (points 3.0 -0.5 [ 64.0 ] [ 1.0; 1.1 ])) "two widths" "one width"
            Expect.stringContains (reason (points 3.0 0.5 [ 64.0; 256.0 ] [ 1.0 ])) "does not fall" "a rise"
            Expect.stringContains (reason [| 64.0, 0.1; 256.0, 0.0 |]) "0" "a zero"

        testCase "along places: the exponent of the width that is needed"
        <| fun () ->
            // c ∝ d^½ and s = −½: the width goes as d.
            let place factors d = d, points (0.5 * sqrt d) -0.5 [ 256.0; 1024.0 ] factors

            let along factors =
                WidthNeeded.along 400 seed 0.05 [| for d in [ 8.0; 32.0; 128.0 ] -> place factors d |]

            let exact = Expect.wantSome (along [ 1.0; 1.0 ]) "known"

            KernelSamples.wantClose 1e-9 "exact" [| exact.Slope; exact.Lower; exact.Upper |] [|
                1.0
                1.0
                1.0
            |]

            let spread = Expect.wantSome (along [ 0.95; 1.0; 1.05 ]) "known"

            Expect.isTrue
                (spread.Lower < 1.0 && 1.0 < spread.Upper && spread.Upper - spread.Lower < 1.5)
                "a band about it"

            Expect.isNone (WidthNeeded.along 400 seed 0.05 [| place [ 1.0 ] 8.0 |]) "one place"
            // Twice what the law says at the middle place: seeds agree, and yet the places are on no one line.
            let bent = [|
                for d, c in [ 8.0, 1.0; 32.0, 2.0; 128.0, 1.0 ] ->
                    d, points (c * 0.5 * sqrt d) -0.5 [ 256.0; 1024.0 ] [ 1.0; 1.0 ]
            |]

            let wide = Expect.wantSome (WidthNeeded.along 400 seed 0.05 bent) "known"
            Expect.isTrue (wide.Lower < 0.0 && wide.Upper > 2.0) "the band covers how far they are from it"
            let rising = 32.0, points 0.5 0.5 [ 256.0; 1024.0 ] [ 1.0 ]

            Expect.isNone
                (WidthNeeded.along 400 seed 0.05 [| place [ 1.0 ] 8.0; rising |])
                "one that does not fall"
    ]
