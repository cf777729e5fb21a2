/// All tests of kernels of texts, in their order.
module NtkPipeline.Tests.SequenceLists

open Expecto

let all: Test list = [
    SequenceNtkTests.tests
    SequenceTilesTests.tests
    SequenceLawsTests.tests
    IndependentTextsTests.tests
    NearCopiesTests.tests
    BendColumnsTests.tests
    TextSourceTests.tests
    TextGramTests.tests
]
