/// All tests of the commands, in their order.
module NtkPipeline.Tests.HostTests

open Expecto

let all: Test list = [
    PlainNumbersTests.tests
    IdleOptionsTests.tests
    RunSettingsTests.tests
    SoundIdleTests.tests
    EmptyNamesTests.tests
    HomeTests.tests
    RunLogTests.tests
    TerminalTests.tests
    yield! [ CommandMistakesTests.tests; HelpTests.tests ]
    yield! [ JsonTests.tests; StandardOutputTests.tests ]
    yield! [
        CompletionsTests.tests
        ShellCompletionTests.tests
        AskedRunTests.tests
        RidgeOptionTests.tests
        ArrayInputTests.tests
    ]
    FileNamesTests.tests
    yield! [ ResultFilesTests.tests; AnswerFilesTests.tests ]
    RegressTests.tests
    RegressRidgeTests.tests
    RegressRefusalTests.tests
    DescendTests.tests
    DescendLimitTests.tests
    PosteriorTests.tests
    RunTests.tests
    RunNetworkTests.tests
    RunStoreTests.tests
    RunEncoderTests.tests
    PredictTests.tests
    PredictValidationTests.tests
    PredictRowsTests.tests
    KernelCommandTests.tests
    KernelRefusalTests.tests
    ModelKernelTests.tests
    ModelShapeTests.tests
    KernelTileTests.tests
    KernelTextsTests.tests
    KernelTextsEmpiricalTests.tests
    MonteCarloTests.tests
    MonteCarloRefusalTests.tests
    KernelSpectrumTests.tests
    ExpandTests.tests
    ExpandRefusalTests.tests
    SettingsTests.tests
    RefusalTests.tests
    ArrayCommandTests.tests
    TextCommandTests.tests
    FinetuneTests.tests
    TunedWeightsTests.tests
    TangentCommandTests.tests
    TangentCheckTests.tests
    GarbageTests.tests
    GarbageTextTests.tests
    MemoryTests.tests
    RunSampleTests.tests
    InterruptionTests.tests
    BenchTests.tests
    DeviceTests.tests
    SolveTests.tests
    SolveRefusalTests.tests
    SelectTests.tests
    TargetRuleTests.tests
]
