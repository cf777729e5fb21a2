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
    ]
