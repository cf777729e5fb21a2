module NtkPipeline.Tests.OnnxParameterTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.OnnxCases

let tests =
    testList "parameters of ONNX files" [
        testCase "rows of whole numbers look up a table, whose rows are parameters; others are refused"
        <| fun () ->
            let table = made "table" [ 7L; 3L ]

            let bytes =
                OnnxFile.ofRows 17 7 [ "ids", [ 0L ] ] [ "y" ] [
                    node "Gather" [ "table"; "ids" ] "e" []
                    node "ReduceMean" [ "e" ] "y" [ list "axes" [ 1L ]; one "keepdims" 0L ]
                ] [ table ]

            let kernel rows = kernel Precision.double None None Trace 1e9 bytes rows None
            let found = Expect.wantOk (kernel (Matrix.create 2 2 [| 1.0; 6.0; 6.0; 2.0 |])) "kernel"
            // Mean of two rows of three numbers: 1/4 for each word that both have, and the mean over outputs keeps it.
            near 1e-12 [| 0.5; 0.25; 0.25; 0.5 |] found
            let said rows = (Expect.wantError (kernel rows) "refused").Sentence

            Expect.stringContains
                (said (Matrix.create 1 2 [| 1.0; 7.0 |]))
                "a place that is not among 7"
                "too far"

            Expect.stringContains
                (said (Matrix.create 1 2 [| 1.0; 2.5 |]))
                "it takes whole numbers"
                "no place"

            let later = said (Matrix.create 3 2 [| 1.0; 2.0; 3.0; 4.0; 5.0; 9.0 |])
            Expect.stringContains later "model: its node" "a later row likewise"

        testCase "parameters are what is used as such, whatever it is called"
        <| fun () ->
            let bytes =
                OnnxFile.ofRows 17 1 [ "x", [ 3L ] ] [ "y" ] [
                    node "Sub" [ "x"; "centre" ] "a" []
                    node "Div" [ "a"; "width" ] "b" []
                    node "Reshape" [ "flat"; "sizes" ] "w" []
                    node "MatMul" [ "b"; "w" ] "c" []
                    node "Add" [ "c"; "bias" ] "d" []
                    node "Pow" [ "d"; "two" ] "e" []
                    node "Add" [ "e"; "epsilon" ] "g" []
                    node "Mul" [ "g"; "gain" ] "y" []
                ] [
                    real false "centre" [ 3L ] [| 1.0; 2.0; 3.0 |]
                    real false "width" [ 3L ] [| 1.0; 2.0; 3.0 |]
                    real false "flat" [ 6L ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]
                    wholes "sizes" [ 3L; 2L ]
                    real false "bias" [ 2L ] [| 1.0; 2.0 |]
                    real false "two" [] [| 2.0 |]
                    real false "epsilon" [] [| 0.1 |]
                    real false "gain" [ 1L ] [| 1.5 |]
                ]

            let model = Expect.wantOk (OwnModelFile.read None "m" bytes) "read"

            Expect.equal
                (model.Parameters |> List.map _.Name)
                [ "flat"; "bias"; "gain" ]
                "the others are constants"
    ]
