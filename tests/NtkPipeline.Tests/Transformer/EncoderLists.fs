/// The tests of the encoder itself.
module NtkPipeline.Tests.EncoderLists

open Expecto

let tests = testList "encoder" [ BertEncoderTests.tests; BertTangentTests.tests ]
