/// The tests of kernels of models' files.
module NtkPipeline.Tests.OwnModelLists

open Expecto

let tests =
    testList "own models" [
        OwnKernelTests.tests
        OwnConvolutionTests.tests
        OnnxWindowTests.tests
        OnnxOperatorTests.tests
        OnnxParameterTests.tests
        OwnRefusalTests.tests
        OwnTrainingTests.tests
        OwnWeightsTests.tests
    ]
