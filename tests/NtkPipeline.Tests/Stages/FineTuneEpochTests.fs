module NtkPipeline.Tests.FineTuneEpochTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let private root = Seed.root 1UL
let private settings = { TuningSettings.defaults (TuningMethod.Lora 2) with Epochs = 2; Batch = 4 }
let private texts = SmallEncoder.texts 5 10

let private material: Artifact<TuningInput> =
    input {
        Weights = SmallEncoder.weights 1
        Texts = texts
        Targets = Array.init 10 (fun i -> if i % 2 = 0 then 1.0 else -1.0)
        Head = { Weights = Array.zeroCreate 32; Bias = 0.0f }
    }

let private train settings number =
    FineTuneEpoch.all
        runner
        Device.Cpu
        (fun _ _ -> ())
        settings
        (string number)
        (FineTuneEpoch.seed root number)
        material
    |> want
    |> List.map (_.Value.Force() >> want)

let tests =
    testList "FineTuneEpoch" [
        testCase "a training is a stage an epoch, each from the one before"
        <| fun () ->
            let states = train settings 0
            Expect.equal (states |> List.map _.Epoch) [ 1; 2 ] "in order"
            Expect.equal (states |> List.map _.Steps) [ 3; 6 ] "of 3 batches"
            Expect.equal (FineTuneEpoch.name settings "7" 1) "fine-tune/lora/seed=7/epoch=1" "its name"
            Expect.equal (train settings 0) states "the same again"
            Expect.notEqual (train settings 1) states "another seed"

        testCase "each is told how far it is"
        <| fun () ->
            let told = ResizeArray<int * int>()
            let tell a b = told.Add(a, b)
            FineTuneEpoch.all runner Device.Cpu tell settings "0" root material |> want |> ignore
            Expect.sequenceEqual told [ for k in 1..6 -> k, 6 ] "steps of all epochs"

        testCase "its key names the settings, the device and the seed"
        <| fun () ->
            let key settings number =
                (FineTuneEpoch.stage
                    Device.Cpu
                    (fun _ _ -> ())
                    settings
                    "0"
                    (FineTuneEpoch.seed root number)
                    1)
                    .Settings

            Expect.notEqual (key { settings with Rate = 1.0 } 0) (key settings 0) "the rate"
            Expect.notEqual (key settings 1) (key settings 0) "the seed"
            Expect.stringContains (key settings 0) "Lora(2)" "the rank"
    ]
