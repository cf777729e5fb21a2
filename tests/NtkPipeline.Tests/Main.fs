module NtkPipeline.Tests.Main

open Expecto

let private tests () =
    testList "NtkPipeline" [
        yield! [ LibTorchTests.tests; CodecTests.tests; NpyTests.tests ]
        yield! [ FoundationTests.tests; ByteSizeTests.tests; MemoryNeedTests.tests ]
        CsvLayoutTests.tests
        yield! [ RowIdTests.tests; TweetFrameTests.tests ]
        SampleTweetsTests.tests
        MetricsTests.tests
        BatchesTests.tests
        yield! [ OptimiserTests.tests; WidthScalingTests.tests; GradientStepsTests.tests ]
        ReluStackTests.tests
        TrainableTests.tests
        yield! [ LossTests.tests; OptimiserPathTests.tests ]
        OwnKernelStepsTests.tests
        SwitchedCausesTests.tests
        yield! [ TaskNetworkTests.tests; TokenTrainingTests.tests ]
        yield! [ TrainWholeTests.tests; FollowTrainingTests.tests ]
        WeightedRowsTests.tests
        FunctionDescentTests.tests
        KernelMeasuresTests.tests
        ProbeTests.tests
        yield! [ KernelMemoryTests.tests; SpectrumTests.tests ]
        RidgeClassifierTests.tests
        CrossValidationTests.tests
        RidgeRefusalTests.tests
        RidgeGradientTests.tests
        TargetCodingTests.tests
        LeaveOneOutTests.tests
        RidgeCholeskyTests.tests
        yield! [ RidgeValueTests.tests; RidgeFitTests.tests ]
        RidgeRefinementTests.tests
        StoppingFoldsTests.tests
        StoppingPathTests.tests
        ModelSelectionTests.tests
        SelectionProblemTests.tests
        SpectralFilterTests.tests
        LinearisedTrainingTests.tests
        yield! [ LogisticDescentTests.tests; SoftmaxDescentTests.tests ]
        MaxMarginTests.tests
        CoordinateSearchTests.tests
        yield! [ RocCurveTests.tests; ConfusionMatrixTests.tests; LearningCurveTests.tests ]
        KernelImageTests.tests
        TaskKernelTests.tests
        ClosedFormTests.tests
        KernelPathTests.tests
        LinearisedTests.tests
        GaussianProcessTests.tests
        EnsemblePathTests.tests
        ContributionsTests.tests
        CalibrationTests.tests
        LearningGoldenTests.tests
        FeatureRidgeTests.tests
        PowerLawTests.tests
        ChainSplitTests.tests
        RankCorrelationTests.tests
        PairBootstrapTests.tests
        yield! [ McNemarTests.tests; BootstrapTests.tests ]
        PathAngleTests.tests
        CrossingTests.tests
        JudgeTests.tests
        GridTests.tests
        VerdictWordsTests.tests
        yield! [ GroupTests.tests; StartToEndTests.tests; CompareProbesTests.tests ]
        WidthNeededTests.tests
        RunQuestionTests.tests
        PlanTests.tests
        RunEveryQuestionTests.tests
        yield! [ RunTransformerTests.tests; RunSequenceTests.tests; RunTokensTests.tests ]
        RunFeatureLearningTests.tests
        RunLearnedKernelTests.tests
        RunRegimeTests.tests
        RunConvergenceTests.tests
        PrintedUnionTests.tests
        PlainLineTests.tests
        NearestTests.tests
        NetworksAgainstKernelTests.tests
        KernelStaysPutTests.tests
        StoppedClaimsTests.tests
        yield! [ FewRowsTests.tests; DrawTweetsTests.tests ]
        TrainInputTests.tests
        TrainNetworkTests.tests
        TrainFoldTests.tests
        ChooseEpochsTests.tests
        FineTuneEpochTests.tests
        KernelTileStagesTests.tests
        TransformerTextsTests.tests
        EmbedTokensTests.tests
        TrainingMeasuresTests.tests
        TrainingStepsTests.tests
        LazyTrainingTests.tests
        CleanTextTests.tests
        MinHashTests.tests
        KeywordGroupsTests.tests
        SplitTests.tests
        TfidfTests.tests
        TruncatedSvdTests.tests
        StageGraphTests.tests
        ScheduleTests.tests
        ScheduleLimitTests.tests
        LsaTests.tests
        PcaTests.tests
        WordPieceTests.tests
        TextStagesTests.tests
        EmbedTweetsTests.tests
        SplitTweetsTests.tests
        CombinationTests.tests
        ReduceDimensionTests.tests
        RegressionStagesTests.tests
        SubsetRowsTests.tests
        yield! [ PredictTextTests.tests; PredictStoppedTests.tests; ExplainNetworkTests.tests ]
        StopNetworkTests.tests
        NetworkPredictionsTests.tests
        NewTweetsTests.tests
        testList "network" [
            yield! [ TokenParserTests.tests; TokenForwardTests.tests ]
            yield! [ NetworkTextTests.tests; LayerGuideTests.tests ]
            ArchitectureTextTests.tests
            ActivationsTests.tests
            DualTests.tests
            IntegralsTests.tests
            DifferentiateTests.tests
            TorchThreadsTests.tests
            ExpansionTests.tests
        ]
        testList "kernel" [
            AnalyticNtkTests.tests
            SignalPropagationTests.tests
            GramTests.tests
            TableGramTests.tests
            OppositeRowsTests.tests
            ViewKernelTests.tests
            yield! [ EmpiricalNtkTests.tests; TokenGramTests.tests; TokenLimitTests.tests ]
            GradientFeaturesTests.tests
            WidthLimitTests.tests
            DeepWidthTests.tests
            KernelTilesTests.tests
            AnalyticGapTests.tests
            EmpiricalTilesTests.tests
            EmpiricalNngpTests.tests
            EmpiricalMethodTests.tests
            KernelLatexTests.tests
            LanczosTests.tests
            KernelProductTests.tests
            KernelLanesTests.tests
            LaneSharesTests.tests
            TensorKernelTests.tests
            yield! SequenceLists.all
        ]
        testList "transformer" [ EncoderLists.tests; TuningLists.tests; TangentLists.tests ]
        OwnModelLists.tests
        yield! LargeSolveLists.all
        LearnableKernelTests.tests
        LearnKernelTests.tests
        RunnerTests.tests
        HelperTests.tests
        RunGraphTests.tests
        LaneMakerTests.tests
        yield! StoreLists.all
        yield! [ OwnFileTests.tests; MachineLackTests.tests; LargeGarbageTests.tests ]
        yield! [ SharedRunTests.tests; StoppedRunTests.tests ]
        SolveMachineTests.tests
        ClusterTests.tests
        SolveWorkersTests.tests
        StageWorkersTests.tests
        TelemetryTests.tests
        SettingsMistakesTests.tests
        yield! [ MachineSpeedTests.tests; BenchMachineTests.tests ]
        ArraysTests.tests
        LibTorchFolderTests.tests
        yield! [ SentenceEncoderTests.tests; TokeniserProfileTests.tests ]
        EncoderFileTests.tests
        yield! [ EncoderProfileTests.tests; ExternalWeightsTests.tests ]
        PackagedModelTests.tests
        yield! [ ConfigTextTests.tests; LongSettingsTests.tests; RunMemoryTests.tests ]
        yield! [ FetchTests.tests; FetchResumeTests.tests ]
        FetchRefusalTests.tests
        KernelFileTests.tests
        KernelFileResumeTests.tests
        yield! [ NpyRowsTests.tests; ArrayFileTests.tests; NpyTextsTests.tests ]
        yield! ExperimentLists.all
        yield! ReportLists.all
        yield! HostTests.all @ OwnDataLists.all
        yield! [ ReaderTests.tests; FoundTests.tests ]
        yield! [ DiskFaultTests.tests; TortureTests.tests ]
        yield! [ ArchitectureTests.tests; FolderTests.tests ]
    ]

[<EntryPoint>]
let main argv =
    FuzzMemory.prepare ()

    match Fuzz.tryRun (List.ofArray argv) with
    | Some code -> code
    | None ->
        NtkPipeline.Runtime.LibTorch.useThreads 0
        Counted.run argv (tests ())
