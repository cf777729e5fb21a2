using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Texts and labels of train.csv, and texts of test.csv.</summary>
internal sealed class CsvData(DataFolder data, DataSettings settings, Artifact<byte[]> train, Artifact<byte[]> test, LearningTask task, int rows)
    : IRunData
{
    public LearningTask Task => task;

    public int LabelledRows => rows;

    public IEncoder? Encoder => null;

    /// <summary>Reads both files, and the column of labels, of which the task is known.</summary>
    public static FSharpResult<IRunData, PipelineError> Open(DataFolder data, DataSettings settings)
    {
        var named = data.Test is null ? FSharpOption<string>.None : FSharpOption<string>.Some(data.Test);

        return from train in SourceFile.artifact("train.csv", FSharpOption<string>.Some(data.Train))
               from test in SourceFile.artifact("test.csv", named)
               from bytes in train.Value.Value
               from labels in LabelsModule.ofCsv(data.Train, settings.Columns, settings.Task, bytes)
               select (IRunData)new CsvData(data, settings, train, test, labels.Task, labels.Values.Length);
    }

    public FSharpResult<Artifact<Tweet[]>, PipelineError> Labelled(IRunner runner) =>
        runner.Run(ReadTweets.own("train", data.Train, settings.Columns, Classes()), train);

    public FSharpResult<Artifact<Tweet[]>, PipelineError> Labelled(IRunner runner, Artifact<Labels> labels) => Labelled(runner);

    public FSharpResult<Artifact<Tweet[]>, PipelineError> Unlabelled(IRunner runner) =>
        runner.Run(
            ReadTweets.own("test", data.Test ?? "test.csv", settings.Columns, FSharpOption<Tuple<string, string>>.None), test);

    public FSharpResult<Artifact<Labels>, PipelineError> Labels(IRunner runner) =>
        runner.Run(ReadLabels.ofCsv(data.Train, settings.Columns, settings.Task), train);

    private FSharpOption<Tuple<string, string>> Classes() => task is LearningTask.Binary binary
        ? FSharpOption<Tuple<string, string>>.Some(Tuple.Create(binary.negative, binary.positive))
        : FSharpOption<Tuple<string, string>>.None;
}
