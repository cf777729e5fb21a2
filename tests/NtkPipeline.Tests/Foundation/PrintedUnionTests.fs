module NtkPipeline.Tests.PrintedUnionTests

open System.IO
open Expecto
open NtkPipeline.Core

type Held = {
    Scale: InputScale
    Quantity: Quantity
    Tracked: TrackedEpochs
    Device: Device
    Architecture: Architecture
    Coding: TargetCoding
    ChosenBy: RidgeChoice
    Combining: Combining
    Weights: WeightSource
    Kind: KernelKind
    Perhaps: InputScale option
}

let private codec = Codec.json<Held> "held/1"

let private text value =
    use stream = new MemoryStream()
    codec.Write stream value
    System.Text.Encoding.UTF8.GetString(stream.ToArray())

let private read (text: string) =
    use stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes text)
    codec.Read stream

let private held = {
    Scale = InputScale.SqrtD
    Quantity = Quantity.WeightMovement 2
    Tracked = TrackedEpochs.Listed [ 0; 5 ]
    Device = Device.Cuda 1
    Architecture = Architecture.written |> Architecture.withScale 0.1 |> Architecture.withCentring true
    Coding = TargetCoding.ZeroOne
    ChosenBy = RidgeChoice.LeaveOneOutAccuracy
    Combining = Combining.Sum
    Weights = WeightSource.LeaveOneOutError
    Kind = KernelKind.Nngp
    Perhaps = None
}

let tests =
    testList "PrintedUnions" [
        testCase "a union is its printed name in JSON, and comes back"
        <| fun () ->
            let written = text held

            for name in
                [
                    "\"sqrt-d\""
                    "\"weightMovement2\""
                    "\"0, 5\""
                    "\"cuda:1\""
                    "\"dense m | relu | dense 1 | scale(0.1) | centred\""
                    "\"zero-one\""
                    "\"loo-accuracy\""
                    "\"sum\""
                    "\"leave-one-out error\""
                    "\"nngp\""
                ] do
                Expect.stringContains written name "by its name"

            Expect.equal (read written) (Ok held) "the same"
            let other = { held with Tracked = TrackedEpochs.Every; Perhaps = Some InputScale.Unit }
            Expect.equal (read (text other)) (Ok other) "and others"

            let overTokens =
                Expect.wantOk (Architecture.parse "conv m size=3 | relu | mean-pool | dense 1") "a network"

            let other = { held with Architecture = overTokens }
            Expect.equal (read (text other)) (Ok other) "and networks over tokens"

        testCase "a name that is none is refused with the reason, not defaulted"
        <| fun () ->
            for good, bad, reason in
                [
                    "sqrt-d", "cube", "is not an input scale"
                    "weightMovement2", "weightMovementX", "is no quantity"
                    "cuda:1", "tpu", "is not a device"
                    "0, 5", "0; 5", "neither every nor whole numbers"
                    "zero-one",
                    "one-two",
                    "is not a coding of targets; there are plus-minus, zero-one, balanced"
                    "loo-accuracy", "best", "is not a score that a ridge is chosen by; there are cv, "
                    "sum", "product", "is not a way to put encoders together; there are beside, sum"
                    "leave-one-out error", "taste", "is not what weights come from; there are given, "
                    "nngp", "ntkk", "is no kernel"
                ] do
                match read ((text held).Replace($"\"%s{good}\"", $"\"%s{bad}\"")) with
                | Error said -> Expect.stringContains said reason "the reason"
                | Ok _ -> failtest $"%s{bad} was taken"

        testCase "every quantity is printed and read back"
        <| fun () ->
            for name in
                [
                    "accuracy"
                    "auc"
                    "kernelAccuracy"
                    "deltaTheta"
                    "effectiveRank"
                    "weightMovement11"
                    "featureMovement0"
                    "layerAlignment2"
                ] do
                let quantity = Expect.wantOk (Quantity.parse name) name
                Expect.equal (Quantity.print quantity) name "its name"

            Expect.isError (Quantity.parse "weightMovement") "no layer"
            Expect.isError (Quantity.parse "layerAlignment1featureMovement2") "one thing"
    ]
