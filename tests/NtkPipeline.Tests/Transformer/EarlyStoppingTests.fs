module NtkPipeline.Tests.EarlyStoppingTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "EarlyStopping" [
        testCase "the epoch of least squared error is taken, the earliest of equal ones"
        <| fun () ->
            let targets = [| 1.0; -1.0 |]
            let far, near = [| 0.0; 0.0 |], [| 0.5; -0.5 |]
            Expect.equal (EarlyStopping.choose targets [| far; near; near; far |]) (1, 0.25) "second"
            Expect.equal (EarlyStopping.error targets far) 1.0 "of zeros"
    ]
