module NtkPipeline.Tests.TuningCostTests

open Expecto
open NtkPipeline.Core

let private shape = SmallEncoder.shape
let private lengths = Array.init 100 (fun i -> 4 + i % 20)

let private cost method epochs =
    TuningCost.ofTraining { TuningSettings.defaults method with Epochs = epochs } shape lengths

let tests =
    testList "TuningCost" [
        testCase "time and disk grow with the epochs, memory does not"
        <| fun () ->
            for method in [ TuningMethod.Full; TuningMethod.Linearised; TuningMethod.Lora 4 ] do
                let one, three = cost method 1, cost method 3
                Expect.floatClose Accuracy.high three.Flops (3.0 * one.Flops) "thrice the work"
                Expect.equal three.Bytes one.Bytes "memory"

                Expect.equal
                    one.Disk
                    (4.0 * float (TuningLayout.count method shape))
                    "no moments after the last"

                Expect.equal three.Disk (7.0 * one.Disk) "two with both moments"

        testCase "LoRA is the cheapest, and the linearised encoder dearest"
        <| fun () ->
            let flops method = (cost method 1).Flops
            Expect.isLessThan (flops (TuningMethod.Lora 4)) (flops TuningMethod.Full) "fewer products"
            Expect.isGreaterThan (flops TuningMethod.Linearised) (flops TuningMethod.Full) "a derivative too"

            Expect.isGreaterThan
                (flops TuningMethod.Full)
                (2.0 * TuningCost.forward shape lengths)
                "backward too"
    ]
