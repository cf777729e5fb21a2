/// The tests of experiments, in one list for `Main`.
module NtkPipeline.Tests.ExperimentLists

open Expecto

let all: Test list = [
    RegimeClaimsTests.tests
    RegimeTests.tests
    DepthKernelTests.tests
    DepthPhaseTests.tests
    DepthClaimsTests.tests
    DepthTests.tests
    LawClaimsTests.tests
    EnsembleBandTests.tests
    ConvergenceTests.tests
    ConcentrationTests.tests
    OutputScaleTests.tests
    GapCausesTests.tests
    GapClaimsTests.tests
    FunctionSpaceTests.tests
    FunctionSpaceClaimsTests.tests
    TransferTests.tests
    TransferClaimsTests.tests
    DimensionClaimsTests.tests
    DimensionTests.tests
    ErrorPeakTests.tests
    DescentClaimsTests.tests
    DoubleDescentTests.tests
    TunedKernelsTests.tests
    TunedNetworksTests.tests
    AfterKernelTests.tests
    KernelAgainstNetworksTests.tests
    FeatureVerdictsTests.tests
    LearnedTrialsTests.tests
    LearnedVerdictsTests.tests
    BiasModelsTests.tests
    BiasStopsTests.tests
    BiasClaimsTests.tests
    OwnTuneTests.tests
    OwnClaimsTests.tests
    OwnAnswerTests.tests
    testList "transformer experiment" [
        TransformerHeadsTests.tests
        TransformerSolveTests.tests
        TransformerFoldsTests.tests
        TransformerFitTests.tests
        TransformerDriftsTests.tests
        TransformerTilesTests.tests
        TransformerLayersTests.tests
        TransformerJudgeTests.tests
        TransformerClaimsTests.tests
        TransformerChapterTests.tests
    ]
    testList "sequence experiment" [
        SequenceKernelTests.tests
        SequenceFitTests.tests
        SequenceNetworksTests.tests
        TokenRunTests.tests
        NewTokensTests.tests
        TokenTaskTests.tests
        SequenceContestsTests.tests
        SequenceClaimsTests.tests
    ]
]
