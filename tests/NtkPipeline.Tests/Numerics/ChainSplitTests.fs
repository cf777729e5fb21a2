module NtkPipeline.Tests.ChainSplitTests

open System
open Expecto
open NtkPipeline.Core

let private rows = 60
let private labels = Array.init rows (fun i -> if i % 2 = 0 then 1.0 else -1.0)

let private noise (seed: int) =
    let random = Random seed
    Array.init rows (fun _ -> random.NextDouble() - 0.5)

let private split nodes = ChainSplit.create 200 (Seed.root 1UL) labels nodes
let private value (part: Difference) = part.Value
let private wantClose = KernelSamples.wantClose

let tests =
    testList "ChainSplit" [
        testCase "parts are what their definition says, and sum to the whole"
        <| fun () ->
            // Shared, of three members, and one that all share at the end.
            let nodes = [|
                [| noise 1 |]
                [| noise 2; noise 3; noise 4 |]
                [| noise 5; noise 6; noise 7 |]
                [| noise 8 |]
            |]

            let found = split nodes
            let at l k = if nodes[l].Length = 1 then nodes[l][0] else nodes[l][k]
            let mean f = Array.averageBy (fun k -> Array.average (Array.init rows (f k))) [| 0..2 |]
            let whole k i = (at 3 k)[i] - (at 0 k)[i]
            let rms = mean (fun k i -> whole k i ** 2.0) |> sqrt
            let link l k i = (at (l + 1) k)[i] - (at l k)[i]
            let hit (f: float[]) i = if f[i] * labels[i] > 0.0 then 1.0 else 0.0
            let each make = Array.init 3 make

            wantClose
                1e-12
                "parts"
                (found.Links |> Array.map (_.Part >> value))
                (each (fun l -> mean (fun k i -> link l k i * whole k i) / rms))

            wantClose
                1e-12
                "own rms"
                (found.Links |> Array.map _.Rms)
                (each (fun l -> sqrt (mean (fun k i -> link l k i ** 2.0))))

            wantClose
                1e-12
                "accuracies"
                (found.Links |> Array.map (_.Accuracy >> value))
                (each (fun l -> mean (fun k i -> hit (at (l + 1) k) i - hit (at l k) i)))

            wantClose 1e-12 "the whole, and no rest" [|
                found.Rms.Value
                found.RestOfRms
                found.RestOfAccuracy
                found.Rms.Value - Array.sumBy (_.Part >> value) found.Links
            |] [| rms; 0.0; 0.0; 0.0 |]

        testCase
            "of two links at right angles each has its square over the whole; one that leads back is below 0"
        <| fun () ->
            let along, across =
                Array.init rows (fun i -> if i % 2 = 0 then 3.0 else 0.0),
                Array.init rows (fun i -> if i % 2 = 0 then 0.0 else 4.0)

            let zero = Array.zeroCreate rows
            let both = Array.map2 (+) along across
            let found = split [| [| zero |]; [| along |]; [| both |] |]
            let rms = sqrt 12.5

            wantClose 1e-12 "9 and 16 of 25" (found.Links |> Array.map (_.Part >> value)) [|
                4.5 / rms
                8.0 / rms
            |]

            let far = along |> Array.map ((*) 3.0)
            let back = split [| [| zero |]; [| far |]; [| along |] |]

            wantClose 1e-12 "there and back" (back.Links |> Array.map (_.Part >> value)) [|
                3.0 * sqrt 4.5
                -2.0 * sqrt 4.5
            |]

        testCase
            "bands cover the value, are the same for the same seed, and have no width where nothing varies"
        <| fun () ->
            let nodes = [| [| noise 1 |]; [| noise 2; noise 3 |] |]
            let found = split nodes
            Expect.equal found (split nodes) "same seed"
            let part = found.Links[0].Part
            Expect.isTrue (part.Lower < part.Value && part.Value < part.Upper) "within"
            let zero = Array.zeroCreate<float> rows
            let constant = split [| [| zero |]; [| Array.create rows 2.0 |] |]
            Expect.equal constant.Links[0].Part { Value = 2.0; Lower = 2.0; Upper = 2.0 } "2 everywhere"
            let none = split [| [| zero |]; [| zero |] |]
            Expect.equal (none.Rms.Value, none.Links[0].Part.Value) (0.0, 0.0) "nothing to part"
    ]
