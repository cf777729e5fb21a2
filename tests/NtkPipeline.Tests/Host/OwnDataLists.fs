/// What a person's own data are held to.
module NtkPipeline.Tests.OwnDataLists

open Expecto

let all: Test list = [
    LabelsTests.tests
    ClassSplitTests.tests
    TaskScoresTests.tests
    UnseenWordsTests.tests
    SplitRowsTests.tests
    TrainTaskTests.tests
    TaskFoldTests.tests
    TaskNetworkAlignmentTests.tests
    NarrowedGridTests.tests
    OwnColumnsTests.tests
    OwnDataTests.tests
    TokenTasksTests.tests
    OwnModelRunTests.tests
    PredictOwnModelTests.tests
    OwnModelRefusalTests.tests
]
