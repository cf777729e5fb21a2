module NtkPipeline.Tests.GridTests

open Expecto
open NtkPipeline.Core

let private basis: RunSpec = {
    Architecture = Architecture.withCentring true Architecture.written
    Width = 64
    InputScale = InputScale.SqrtD
    Optimiser = Optimiser.Descent
    Rate = 1.0
    BatchSize = 256
    Epochs = 50
    Tracked = TrackedEpochs.Every
    ProbeRows = 512
    Member = 0
    Device = Device.Cpu
}

let private numbers values = values |> List.map AxisValue.Number
let private points along = Expect.wantOk (Grid.points { Base = basis; Along = along }) "a grid"

let tests =
    testList "Grid" [
        testCase "every combination, the first axis slowest"
        <| fun () ->
            let points = points [ Axis.width, numbers [ 16.0; 64.0 ]; Axis.seed, numbers [ 0.0; 1.0; 2.0 ] ]

            Expect.equal
                (points |> Array.map (fun point -> point.Spec.Width, point.Spec.Member))
                [| 16, 0; 16, 1; 16, 2; 64, 0; 64, 1; 64, 2 |]
                "in order"

            Expect.equal
                points[1].Name
                "train-network/sqrt-d/m=16/rate=1/seed=1"
                "the first version's names, which seeds hang on"

        testCase "a value that stands twice makes no network twice"
        <| fun () ->
            let points =
                points [ Axis.outputScale, numbers [ 1.0; 2.0; 1.0 ]; Axis.seed, numbers [ 0.0; 1.0 ] ]

            Expect.equal points.Length 4 "else seeds would be counted twice"

        testCase "what a stage's name leaves out is named where it differs from the base, and nowhere else"
        <| fun () ->
            let points =
                points [
                    Axis.outputScale, numbers [ 0.1; 1.0; 2.5 ]
                    Axis.batchSize, numbers [ 256.0; 0.0 ]
                ]

            Expect.equal
                (points |> Array.map _.Name.Replace("train-network/sqrt-d/m=64/rate=1/seed=0", ""))
                [|
                    "/output-scale=0.1"
                    "/output-scale=0.1/batch-size=0"
                    ""
                    "/batch-size=0"
                    "/output-scale=2.5"
                    "/output-scale=2.5/batch-size=0"
                |]
                "six names"

            Expect.equal (points |> Array.distinctBy _.Name).Length 6 "no two alike"

            let tiny =
                Expect.wantOk
                    (Grid.points {
                        Base = basis
                        Along = [ Axis.outputScale, numbers [ 1e-7; 2e-7; 0.1 * 3.0 ] ]
                    })
                    "a grid"

            Expect.equal
                (tiny |> Array.map (fun point -> point.Name.Split('=') |> Array.last))
                [| "1E-07"; "2E-07"; "0.3" |]
                "however small"

        testCase "another network is named by its layers, whatever α and centring"
        <| fun () ->
            let points =
                points [
                    Axis.network, [ AxisValue.Words "dense m | erf | dense m | erf | dense 1 | scale(2)" ]
                ]

            Expect.equal
                points[0].Name
                "train-network/sqrt-d/m=64/rate=1/seed=0/dense m | erf | dense m | erf | dense 1"
                "by its layers"

            Expect.equal points[0].Spec.Architecture.OutputScale 2.0 "its α"
            Expect.isTrue points[0].Spec.Architecture.Centred "the base's centring"

        testCase "a value that no network can have is refused with its axis"
        <| fun () ->
            for axis, value, reason in
                [
                    Axis.width, AxisValue.Number 0.0, "width: 0 is no whole number"
                    Axis.width, AxisValue.Number 1.5, "width: 1.5 is no whole number"
                    Axis.outputScale, AxisValue.Number 0.0, "output-scale: an output scale is finite"
                    Axis.rate, AxisValue.Number nan, "rate: a learning rate is finite"
                    Axis.inputScale, AxisValue.Words "cube", "input-scale: 'cube' is not"
                    Axis.network, AxisValue.Words "dense 3 | relu | dense 1", "network: "
                    Axis.epochs, AxisValue.Words "many", "epochs: 'many' is no number"
                ] do
                let refusal =
                    Expect.wantError (Grid.points { Base = basis; Along = [ axis, [ value ] ] }) "refused"

                Expect.stringContains refusal reason "why"

        testCase "every axis reads what it sets, and its key is its own"
        <| fun () ->
            for axis in Axis.all do
                let value = axis.Of basis
                let set = Expect.wantOk (axis.Set value basis) axis.Key
                Expect.equal (axis.Of set) value $"%s{axis.Key} comes back"

            Expect.equal (Axis.all |> List.distinctBy _.Key).Length Axis.all.Length "keys"

        testCase "axes in which networks differ are found, and only those"
        <| fun () ->
            let scaled = { basis with Architecture = Architecture.withScale 2.0 basis.Architecture }

            Expect.equal
                (Axis.varying [ basis; scaled; { basis with Member = 3 } ] |> List.map _.Key)
                [ "output-scale"; "seed" ]
                "two"

            Expect.equal (Axis.unlabelled [ basis; scaled ] |> List.map _.Key) [ "output-scale" ] "unlabelled"
            Expect.equal (Axis.remark [ Axis.outputScale ] scaled) ", α = 2" "in words"
            Expect.equal (Axis.remark [] scaled) "" "none"
    ]
