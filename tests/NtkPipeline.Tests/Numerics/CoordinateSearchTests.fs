module NtkPipeline.Tests.CoordinateSearchTests

open Expecto
open NtkPipeline.Core

let private ask f =
    CoordinateSearch.minimise [ 1.0; 0.5 ] 200 [| -4.0; -4.0 |] [| 4.0; 4.0 |] [| 0.0; 0.0 |] f

let private want result : SearchEnd = Expect.wantOk (result: Result<SearchEnd, string>) "nothing refuses"

let tests =
    testList "CoordinateSearch" [
        testPropertyWithConfig
            { FsCheckConfig.defaultConfig with maxTest = 50 }
            "a bowl's least point on the grid of half steps is found, wherever it lies"
        <| fun (i: int) (j: int) ->
            let a, b = float (i % 9) / 2.0, float (j % 9) / 2.0
            let found = want (ask (fun p -> Ok((p[0] - a) ** 2.0 + 3.0 * (p[1] - b) ** 2.0)))
            found.Point = [| a; b |] && found.Value = 0.0

        testCase "coordinates that lean on each other are followed, and bounds are kept"
        <| fun () ->
            let found = want (ask (fun p -> Ok(0.2 * (p[0] - p[1]) ** 2.0 - 0.5 * (p[0] + p[1]))))
            Expect.equal found.Point [| 4.0; 4.0 |] "along the valley to the corner"

        testCase "no point is asked for twice, and no more are asked for than allowed"
        <| fun () ->
            let seen = ResizeArray<float * float>()

            let f (p: float[]) =
                seen.Add(p[0], p[1])
                Ok(abs (p[0] - 2.5) + abs (p[1] + 1.5))

            let found = want (ask f)
            Expect.equal seen.Count found.Asked "counted"
            Expect.equal (Seq.distinct seen |> Seq.length) seen.Count "each once"

            let few =
                want (CoordinateSearch.minimise [ 1.0 ] 3 [| -4.0 |] [| 4.0 |] [| 0.0 |] (fun p -> Ok -p[0]))

            Expect.equal (few.Point, few.Asked) ([| 2.0 |], 3) "the best of three"

        testCase "a refusal ends it"
        <| fun () ->
            let f (p: float[]) = if p[0] > 1.0 then Error "beyond" else Ok -p[0]
            Expect.equal (ask f) (Error "beyond") "as it was said"
    ]
