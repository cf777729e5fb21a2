module NtkPipeline.Tests.PowerLawTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let tests =
    testList "Compare" [
        testCase "a power law's band covers the true slope as often as it says"
        <| fun () ->
            let random = Random 3

            let normal () =
                sqrt (-2.0 * log (1.0 - random.NextDouble())) * cos (2.0 * Math.PI * random.NextDouble())

            let covered =
                Seq.init 2000 (fun _ ->
                    [|
                        for m in [ 128.0; 512.0; 2048.0 ] do
                            for _ in 1..3 -> m, m ** -0.5 * exp (0.1 * normal ())
                    |]
                    |> PowerLaw.fit
                    |> Option.exists (fun fit -> fit.Lower <= -0.5 && -0.5 <= fit.Upper))
                |> Seq.averageBy (fun covers -> if covers then 1.0 else 0.0)

            wantClose 0.015 "95%" [| covered |] [| 0.95 |]

        testCase "too few points, or a quantity of 0, give no power law rather than a NaN"
        <| fun () ->
            Expect.isNone (PowerLaw.fit [| 128.0, 1.0; 256.0, 0.5 |]) "no band"
            Expect.isNone (PowerLaw.fit [| 128.0, 1.0; 128.0, 0.5; 128.0, 0.7 |]) "one width"
            Expect.isNone (PowerLaw.fit [| 128.0, 1.0; 256.0, 0.0; 512.0, 0.7 |]) "log 0"

        testCase "the band over seeds is as wide as the seeds' scatter says, and covers the true slope"
        <| fun () ->
            let random = System.Random 5

            let normal () =
                sqrt (-2.0 * log (1.0 - random.NextDouble()))
                * cos (2.0 * System.Math.PI * random.NextDouble())

            let widths = [| 128.0; 256.0; 512.0; 1024.0 |]

            let fits =
                Array.init 200 (fun k ->
                    [|
                        for m in widths do
                            for _ in 1..5 -> m, 3.0 / sqrt m * exp (0.1 * normal ())
                    |]
                    |> PowerLaw.overSeeds 400 (Seed.root (uint64 k))
                    |> fun fit -> Expect.wantSome fit "a line")

            let covered = fits |> Array.filter (fun fit -> fit.Lower <= -0.5 && -0.5 <= fit.Upper)
            Expect.isTrue (covered.Length > 176 && covered.Length < 199) $"%d{covered.Length} of 200"
            // The slope's own standard deviation, σ/√Σ(x − x̄)².
            let x = widths |> Array.map log
            let spread = x |> Array.sumBy (fun value -> 5.0 * (value - Array.average x) ** 2.0)
            let reach = 2.0 * 1.96 * 0.1 / sqrt spread
            let width = fits |> Array.averageBy (fun fit -> fit.Upper - fit.Lower)
            Expect.isLessThan (abs (width / reach - 1.0)) 0.05 $"%g{width} against %g{reach}"

        testCase "without a second seed somewhere the band is that of the line, and the slope always is"
        <| fun () ->
            let points = [| 128.0, 0.3; 128.0, 0.28; 512.0, 0.15; 2048.0, 0.08 |]
            let over, line = PowerLaw.overSeeds 100 (Seed.root 1UL) points, PowerLaw.fit points
            Expect.equal over line "the same"
            let more = Array.append points [| 512.0, 0.16; 2048.0, 0.07 |]
            let over = Expect.wantSome (PowerLaw.overSeeds 100 (Seed.root 1UL) more) "drawn anew"
            let line = Expect.wantSome (PowerLaw.fit more) "a line"
            Expect.equal over.Slope line.Slope "the same slope"
            Expect.notEqual over.Lower line.Lower "another band"

            Expect.equal
                (PowerLaw.overSeeds 100 (Seed.root 1UL) more)
                (Some over)
                "the same seed, the same band"

            Expect.isNone
                (PowerLaw.overSeeds 100 (Seed.root 1UL) [| 128.0, 0.0; 256.0, 1.0; 512.0, 1.0 |])
                "no logarithm"
    ]
