/// The tests of the encoder itself.
module NtkPipeline.Tests.EncoderLists

open Expecto

let tests =
    testList "encoder" [
        OnnxWeightsTests.tests
        OnnxRefusalTests.tests
        BertEncoderTests.tests
        BertTangentTests.tests
        EncodeTextsTests.tests
        EncodeTokensTests.tests
    ]
