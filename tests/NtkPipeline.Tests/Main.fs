module NtkPipeline.Tests.Main

open System
open System.IO
open Expecto

let private tests =
    testList "NtkPipeline" [
        LibTorchTests.tests
        FoundationTests.tests
        ByteSizeTests.tests
        TweetFrameTests.tests
        ResultFrameTests.tests
        SampleTweetsTests.tests
        MetricsTests.tests
        BatchesTests.tests
        ReluStackTests.tests
        TrainableTests.tests
        FunctionDescentTests.tests
        KernelMeasuresTests.tests
        SpectrumTests.tests
        RidgeRegressionTests.tests
        RidgeGradientTests.tests
        TargetCodingTests.tests
        LeaveOneOutTests.tests
        CholeskyFitTests.tests
        RidgeRefinementTests.tests
        StoppingFoldsTests.tests
        SpectralFilterTests.tests
        LinearisedTrainingTests.tests
        LogisticDescentTests.tests
        CoordinateSearchTests.tests
        KernelImageTests.tests
        ClosedFormTests.tests
        LinearisedTests.tests
        GaussianProcessTests.tests
        CalibrationTests.tests
        LearningGoldenTests.tests
        CompareTests.tests
        TrainNetworkTests.tests
        CleanTextTests.tests
        MinHashTests.tests
        SplitTests.tests
        TfidfTests.tests
        LsaTests.tests
        PcaTests.tests
        WordPieceTests.tests
        TextStagesTests.tests
        CombinationTests.tests
        RegressionStagesTests.tests
        PredictTextTests.tests
        testList "network" [
            NetworkTextTests.tests
            ArchitectureTextTests.tests
            DualTests.tests
            IntegralsTests.tests
            DifferentiateTests.tests
            ExpansionTests.tests
        ]
        testList "kernel" [
            AnalyticNtkTests.tests
            GramTests.tests
            OppositeRowsTests.tests
            ViewKernelTests.tests
            EmpiricalNtkTests.tests
            WidthLimitTests.tests
            DeepWidthTests.tests
            KernelTilesTests.tests
            EmpiricalMethodTests.tests
            KernelLatexTests.tests
            LanczosTests.tests
            KernelProductTests.tests
            TensorKernelTests.tests
        ]
        LargeSolveTests.tests
        LearnKernelTests.tests
        RunnerTests.tests
        MachineLackTests.tests
        ClaimsTests.tests
        SharedStoreTests.tests
        SharedRunTests.tests
        SettingsMistakesTests.tests
        BenchMachineTests.tests
        LibTorchFolderTests.tests
        ReportTests.tests
        SentenceEncoderTests.tests
        PackagedModelTests.tests
        SummaryJsonTests.tests
        WordsTests.tests
        ConfigTextTests.tests
        EmbeddingCacheTests.tests
        FetchTests.tests
        RegressTests.tests
        DescendTests.tests
        PosteriorTests.tests
        RunTests.tests
        PredictTests.tests
        KernelFileTests.tests
        KernelCommandTests.tests
        MonteCarloTests.tests
        MonteCarloRefusalTests.tests
        KernelSpectrumTests.tests
        ExpandTests.tests
        ExpandRefusalTests.tests
        RefusalTests.tests
        GarbageTests.tests
        InterruptionTests.tests
        BenchTests.tests
        DeviceTests.tests
        SolveTests.tests
        SelectTests.tests
        ArchitectureTests.tests
    ]

/// Runs the tests; the last line says how many passed and failed.
[<EntryPoint>]
let main argv =
    NtkPipeline.Runtime.LibTorch.useThreads 0
    let counted = ref None

    let printer = {
        Impl.TestPrinters.defaultPrinter with
            summary =
                fun config summary ->
                    counted.Value <- Some summary
                    Impl.TestPrinters.defaultPrinter.summary config summary
    }

    let arguments = [
        CLIArguments.Printer printer
        CLIArguments.No_Spinner
        if Console.IsOutputRedirected then
            CLIArguments.Colours 0
    ]

    let code = runTestsWithCLIArgs arguments argv tests

    match counted.Value with
    | Some summary ->
        let failed = List.length summary.failed + List.length summary.errored
        Console.Out.Flush()
        // Expecto has put a writer of its own in Console.Out, which pads lines with blanks.
        use output = new StreamWriter(Console.OpenStandardOutput())
        output.Write $"\n%d{List.length summary.passed} passed, %d{failed} failed\n"
        code
    | None -> if code = 0 then 1 else code
