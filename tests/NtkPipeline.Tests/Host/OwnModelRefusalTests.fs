module NtkPipeline.Tests.OwnModelRefusalTests

open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.OwnModelRun

let tests =
    testList "a model of one's own that a run refuses" [
        testCase
            "what does not fit is refused before anything is trained, in a sentence that says what to set"
        <| inFolder (fun folder ->
            let wide = model folder "wide.onnx" 30 "dense 4 | relu | dense 3"
            let script = model folder "wide.pt" 30 "dense 4 | erf | dense 3"
            let many = model folder "many.onnx" 12 "dense 4 | relu | dense 4"

            for file in [ wide; script ] do
                refused
                    1
                    [
                        "it takes rows of 30 numbers, and this run gives it rows of 12: reduce.dimensions=30 makes so many components"
                    ]
                    (asking folder "run" (headlines @ sets [ $"train.model=%s{file}" ]))

            refused
                1
                [
                    "it gives 4 outputs a row, and the labels are 3 classes: one output each is wanted, in the order economy, science, sport"
                ]
                (asking folder "run" (headlines @ sets [ $"train.model=%s{many}" ]))

            refused
                1
                [
                    "it takes rows of 30 numbers, and this run gives it rows of 5: data.features has to have 30 columns"
                ]
                (asking folder "run" (houses @ sets [ $"train.model=%s{wide}" ]))

            refused
                1
                [
                    "own-model.input-shape 2 × 2 is 4 numbers a row, and the rows have 12 columns"
                ]
                (asking
                    folder
                    "run"
                    (headlines @ sets [ $"train.model=%s{many}"; "own-model.input-shape=2x2" ]))

            refused
                1
                [ "none.onnx: there is no such file" ]
                (asking folder "run" (headlines @ sets [ "train.model=none.onnx" ]))

            refused
                2
                [ "own-model.input-shape"; "is no shape of a row" ]
                (asking
                    folder
                    "run"
                    (headlines @ sets [ $"train.model=%s{many}"; "own-model.input-shape=a" ]))

            refused
                2
                [
                    "train.model: it is given one row a text, and train.network has a layer that takes the tokens"
                ]
                (asking
                    folder
                    "run"
                    (sets [
                        $"train.model=%s{many}"
                        "train.network=conv m size=3 | relu | mean-pool | dense 1"
                    ]))

            let answer = asking folder "run" (headlines @ sets [ "own-model.rows=50" ]) |> wantDone

            Expect.stringContains
                answer.Error
                "own-model.rows has no effect here: train.model names no file"
                "told")
    ]
