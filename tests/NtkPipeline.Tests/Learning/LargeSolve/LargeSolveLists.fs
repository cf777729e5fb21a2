/// The tests of solving past memory.
module NtkPipeline.Tests.LargeSolveLists

open Expecto

let all: Test list = [
    PivotedCholeskyTests.tests
    ConjugateGradientsTests.tests
    ElsewhereTests.tests
    NystromTests.tests
    SolvePlanTests.tests
]
