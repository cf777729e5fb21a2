using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Rows of numbers out of .npy files (<c>data.features</c>), what is learnt of them, and rows to be predicted.</summary>
internal sealed class RowsData(
    DataSettings settings, Artifact<Matrix<float>> rows, Artifact<Matrix<float>> others, Artifact<Matrix<double>> targets, Labels labels)
    : IRunData, IEncoder
{
    public LearningTask Task => labels.Task;

    public int LabelledRows => labels.Values.Length;

    public IEncoder? Encoder => this;

    public Looks At => Looks.Numbers;

    public static FSharpResult<IRunData, PipelineError> Open(DataSettings settings) =>
        from rows in SourceFile.npyArtifact("data.features", settings.Features)
        from table in rows.Value.Value
        from others in settings.TestFeatures == ""
            ? FSharpResult<Artifact<Matrix<float>>, PipelineError>.NewOk(None(table.Columns))
            : SourceFile.npyArtifact("data.test-features", settings.TestFeatures)
        from targets in SourceFile.npy64Artifact("data.targets", settings.Targets)
        from numbers in targets.Value.Value
        from labels in ReadLabels.ofNumbers(settings.Targets, settings.Task, numbers)
        select (IRunData)new RowsData(settings, rows, others, targets, labels);

    public FSharpResult<Artifact<Tweet[]>, PipelineError> Labelled(IRunner runner) =>
        from read in Labels(runner)
        from tweets in Labelled(runner, read)
        select tweets;

    public FSharpResult<Artifact<Tweet[]>, PipelineError> Labelled(IRunner runner, Artifact<Labels> read) =>
        runner.Run(ReadRows.labelled(settings.Features), Artifact.both(rows, read));

    public FSharpResult<Artifact<Tweet[]>, PipelineError> Unlabelled(IRunner runner) =>
        runner.Run(ReadRows.unlabelled(settings.TestFeatures), Artifact.both(rows, others));

    public FSharpResult<Artifact<Labels>, PipelineError> Labels(IRunner runner) =>
        runner.Run(ReadLabels.ofArray(settings.Targets, settings.Task), targets);

    public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
        runner.Run(ReadRows.embed, Artifact.both(raw.Both, Artifact.both(rows, others)));

    public FSharpResult<Matrix<float>, PipelineError> See(IRunner runner, Embedded run, Newcomers news) =>
        from part in run.Rows.Value.Value
        from read in news.ReadRows()
        from seen in NewTweets.precomputed(news.RowsFile, part, news.Tweets, read)
        select seen;

    private static Artifact<Matrix<float>> None(int columns) => Artifact.create(
        "no test rows", DigestModule.ofParts(["none", $"{columns}"]),
        new Lazy<FSharpResult<Matrix<float>, PipelineError>>(
            FSharpResult<Matrix<float>, PipelineError>.NewOk(Matrix.create(0, columns, Array.Empty<float>()))));
}
