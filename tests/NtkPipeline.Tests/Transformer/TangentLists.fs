/// The tests of a transformer's tangent kernel.
module NtkPipeline.Tests.TangentLists

open Expecto

let tests =
    testList "tangent" [
        TangentTraceTests.tests
        TangentSketchTests.tests
        TangentFeaturesTests.tests
        TangentKernelTests.tests
        ExactTangentTests.tests
        LoraTangentTests.tests
    ]
