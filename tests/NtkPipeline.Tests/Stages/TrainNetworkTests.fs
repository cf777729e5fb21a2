module NtkPipeline.Tests.TrainNetworkTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let tests =
    testList "TrainNetwork" [
        testCase "the same seed gives the same bytes, and another member another network"
        <| fun () ->
            let first = network settings
            Expect.equal (bytes (network settings)) (bytes first) "again"
            let other = network { settings with Member = 1 }
            Expect.notEqual other.Run.ValidationOutputs first.Run.ValidationOutputs "another"

            use stream = new MemoryStream(bytes first)
            Expect.equal (TrainedNetwork.codec.Read stream) (Ok first) "what was written is read"

        for centred in [ true; false ] do
            testCase $"the network that is kept gives the outputs that were measured, centred: %b{centred}"
            <| fun () ->
                let trained =
                    network {
                        settings with
                            Architecture =
                                Architecture.written
                                |> Architecture.withScale 1.5
                                |> Architecture.withCentring centred
                            InputScale = InputScale.Unit
                    }

                let data, final = input.Force(), Expect.wantSome trained.Final "it did not diverge"
                let validation = Matrix.gatherRows data.Validation data.Labelled

                for rows, measured in
                    [
                        validation, trained.Run.ValidationOutputs
                        data.Test, trained.Run.TestOutputs
                    ] do
                    for ours, measured in
                        Array.zip (TrainedNetwork.outputs RowForm.Row trained final rows) measured do
                        close 1e-6 ours measured "the same network"

                // One row alone is what it is among others.
                let alone =
                    TrainedNetwork.outputs RowForm.Row trained final (Matrix.gatherRows [| 3 |] validation)

                close 1e-6 alone[0] trained.Run.ValidationOutputs[3] "alone"

        testCase "the kernel of the network that is kept moved as far as was measured"
        <| fun () ->
            let trained =
                network {
                    settings with
                        Architecture = Architecture.withScale 1.5 settings.Architecture
                }

            let rows = Matrix.gatherRows train (input.Force()).Labelled
            let final = Expect.wantSome trained.Final "it did not diverge"
            use _ = torch.NewDisposeScope()

            let kernel weights =
                (TrainedNetwork.tangent trained weights rows None |> Tensors.ofMatrix32).double()

            let first, last = kernel trained.Initial, kernel final
            let change = (last - first).norm().item<float>() / first.norm().item<float>()
            close 1e-5 change (defaultArg trained.Run.DeltaTheta nan) "ΔΘ"
            let some = Matrix.gatherRows [| 2; 5 |] rows
            let across = TrainedNetwork.tangent trained final some (Some rows)
            close 1e-4 (float across[1, 9]) ((last[5, 9]).item<float>()) "between rows"

        testCase "data that do not fit are refused in a sentence"
        <| fun () ->
            let data = input.Force()
            let refused data = Expect.wantError (runOn 5UL data settings) "refused"
            let spoilt = Matrix.map id data.Gram
            spoilt.Values[3] <- nanf

            for error, part in
                [
                    refused { data with Validation = [||] }, "validate"
                    refused { data with LambdaMax = 0.0 }, "largest eigenvalue"
                    refused { data with Gram = spoilt }, "kernel of row 0 (from 0) holds NaN in column 3"
                ] do
                Expect.stringContains error.Sentence part "says why"

        testCase "settings that make no sense are a bug of the caller"
        <| fun () ->
            for settings in
                [
                    { settings with Width = 0 }
                    { settings with Rate = nan }
                    { settings with Epochs = 0 }
                    { settings with BatchSize = -1 }
                ] do
                Expect.throwsT<ArgumentException>
                    (fun () -> TrainNetwork.stage (GridPoint.ofSpec settings) |> ignore)
                    "refused"
    ]
