/// All tests of fine-tuning.
module NtkPipeline.Tests.TuningLists

open Expecto

let tests =
    testList "fine-tuning" [
        AdamWTests.tests
        TuningSettingsTests.tests
        TuningBatchesTests.tests
        TuningStateTests.tests
        TunableEncoderTests.tests
        FineTuneTests.tests
        EarlyStoppingTests.tests
        RidgeHeadTests.tests
        TuningRowsTests.tests
        EncoderArchiveTests.tests
        TunedArchiveTests.tests
        TuningCostTests.tests
    ]
