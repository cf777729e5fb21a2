/// The tests of the report, in one list for `Main`.
module NtkPipeline.Tests.ReportLists

open Expecto

let all: Test list = [
    ResultFrameTests.tests
    ChartFiguresTests.tests
    ChaptersTests.tests
    PowersTests.tests
    PaletteTests.tests
    SeriesAnswerTests.tests
    AnswerTests.tests
    ChosenEpochTests.tests
    AnchorsTests.tests
    PageStyleTests.tests
    PageCodeTests.tests
    SeriesLooksTests.tests
    KernelCaptionsTests.tests
    RocFiguresTests.tests
    ConfusionFiguresTests.tests
    RowFiguresTests.tests
    LearningCurveFigureTests.tests
    ProbeFiguresTests.tests
    GlossaryTests.tests
    TaskAnswerTests.tests
    TaskFiguresTests.tests
    StoppedFiguresTests.tests
    TaskAlignmentChartTests.tests
    ReportTests.tests
    ReportChartsTests.tests
    SummaryJsonTests.tests
    WordsTests.tests
    SubmissionTests.tests
    ForeignWordsTests.tests
]
