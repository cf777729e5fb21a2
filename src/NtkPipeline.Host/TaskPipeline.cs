using System.Text.Json.Nodes;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host.Experiments;

namespace NtkPipeline.Host;

/// <summary>
/// The flow of three classes or more, and of numbers: that of <see cref="Pipeline"/> with labels beside the rows, and targets of any number of
/// outputs. Of the questions it asks the first, whose networks it trains, and that of a model of one's own; the others are made for two classes, and
/// the report says so.
/// </summary>
internal static class TaskPipeline
{
    public static FSharpResult<TaskOutputs, PipelineError> Run(IRunner runner, Session session)
    {
        var (config, data) = (session.Config, session.Sources.Data);

        return from settled in Refuse(config, data.Task)
               from every in data.Labels(runner)
               from whole in data.Labelled(runner, every)
               from drawn in Draw(runner, config, every)
               let labels = drawn is null ? every : DrawRows.labels(drawn, every)
               let labelled = drawn is null ? whole : DrawRows.tweets(drawn, whole)
               from unlabelled in data.Unlabelled(runner)
               from split in runner.Run(SplitRows.stage(config.Split), Artifact.both(labelled, labels))
               let raw = new TweetSets(labelled, unlabelled)
               from given in config.IsOfTokens ? OfTokens(runner, session, raw, whole, split) : OfRows(runner, session, raw, split)
               let features = given.Features
               let kernel = given.Regression
               from regression in runner.Run(FitTask.stage(config.Ridge), FitTask.inputs(labels, split, kernel.Spectrum, kernel.Gram, kernel.TestGram))
               let bench = new TaskBench(runner, config, labels, split, features, given.Networks, config.IsOfTokens)
               from trained in Questions.Asking(runner, Widths.name, () => bench.Train())
               from epochs in Questions.Asking(runner, Widths.name, () => bench.ChooseEpochs())
               from stopped in Questions.Asking(runner, Widths.name, () => bench.Stop(epochs))
               let runs = TaskRunModule.all(config.Train, epochs, labels, split, trained)
               from learning in runner.Run(
                   LearnFromFewer.stage(config.Ridge, TargetCoding.PlusMinus), LearnFromFewer.ofTask(config.Ridge, labels, split, kernel.Spectrum, kernel.Gram))
               from probes in Questions.Asking(runner, Widths.name, () => bench.Probes(trained))
               from chapters in OwnModelWork.Chapters(given.Own, given.Networks.Gram)
               from answers in OwnModelWork.Answers(given.Own, given.Networks.Gram)
               let findings = TaskFindingsModule.gather(
                   Choices(session), every, labels, unlabelled, split, given.Tokens, features, regression, learning, runs, epochs, probes, chapters)
               from report in runner.Run(TaskPage.stage, findings)
               select new TaskOutputs(findings, report, new TaskModels(raw, labels, split, given.Ways, regression, trained, stopped, answers));
    }

    /// <summary>What models are given, and how new rows become the same.</summary>
    /// <param name="Networks">The kernel that finite networks are held against, where it is not that of the regression.</param>
    private sealed record Given(
        Artifact<Features> Features, Kernel Regression, Kernel Networks, IWaysIn Ways, OwnModelWork? Own, Artifact<FSharpOption<TokenFacts>?> Tokens);

    private static FSharpResult<Given, PipelineError> OfRows(IRunner runner, Session session, TweetSets raw, Artifact<Split> split) =>
        from cleanLabelled in runner.Run(CleanTweets.stage("train", session.Config.Clean), raw.Labelled)
        from cleanUnlabelled in runner.Run(CleanTweets.stage("test", session.Config.Clean), raw.Unlabelled)
        let clean = new TweetSets(cleanLabelled, cleanUnlabelled)
        from views in Views.Embed(runner, session, split, raw, clean)
        from features in views.Reduce(runner, session, split, NoDimensions)
        from own in OwnModelWork.Begin(runner, session.Config, session.Sources, split, features, views.Together)
        from kernels in Kernels.Make(runner, session, split, views, features)
        select new Given(
            features, kernels.Regression, kernels.Networks, new WaysIn(raw, clean, views, split, NoDimensions), own, TokenFeatures.none);

    /// <summary>Where `train.network` reads texts as sequences of tokens.</summary>
    private static FSharpResult<Given, PipelineError> OfTokens(
        IRunner runner, Session session, TweetSets raw, Artifact<Tweet[]> whole, Artifact<Split> split) =>
        from texts in TokenTexts.Make(runner, session, raw, split)
        select new Given(texts.Features, texts.Kernel, texts.Kernel, texts, null, texts.Facts(session.Config, whole));

    /// <summary>What two classes alone can have, or choose by themselves.</summary>
    private static FSharpResult<Unit, PipelineError> Refuse(Config config, LearningTask task) =>
        config.Train.Length > 0 && LearningTaskModule.outputs(task) > 1 && !RunSpecModule.takesOutputs(config.Train[0].Spec)
            ? Refused("train.network: with these labels it has an output for each class, which its last layer makes; end it in dense 1")
            : config.IsOfTokens
            ? FSharpResult<Unit, PipelineError>.NewOk(null!)
            : config.Reduce.Dimensions.IsBest
            ? Refused("reduce.dimensions=auto compares numbers of components by two classes; with these labels it must be a number, or all")
            : config.Encoder.Kinds.Length > 1 && config.Encoder.Weigh.Weights.IsByLeaveOneOut && !config.Data.AreNumbers
                ? Refused("embed.weights=auto weighs encoders by two classes; with these labels it must be a number for each encoder, such as 1, 1")
                : FSharpResult<Unit, PipelineError>.NewOk(null!);

    private static FSharpResult<Unit, PipelineError> Refused(string sentence) =>
        FSharpResult<Unit, PipelineError>.NewError(PipelineError.NewDataRefused(sentence));

    private static FSharpResult<Artifact<DrawRows.Drawn>?, PipelineError> Draw(IRunner runner, Config config, Artifact<Labels> labels) =>
        config.Sample is { Value: var count }
            ? runner.Run(DrawRows.stage(count), labels).Select(drawn => (Artifact<DrawRows.Drawn>?)drawn)
            : FSharpResult<Artifact<DrawRows.Drawn>?, PipelineError>.NewOk(null);

    /// <summary>Where no numbers of components are compared.</summary>
    public static Artifact<DimensionFacts> NoDimensions { get; } = Artifact.create(
        "no dimensions", DigestModule.ofParts(["none"]),
        new Lazy<FSharpResult<DimensionFacts, PipelineError>>(FSharpResult<DimensionFacts, PipelineError>.NewOk(new DimensionFacts(0, []))));

    private static TaskFindingsModule.Choices Choices(Session session) => new(
        session.Config.Seed, session.Data.Name, session.Data.IsSynthetic, session.Config.Compare,
        ListModule.OfSeq(session.Config.Experiments.Select(asked => asked.Name).Where(name => name != OwnQuestion.name)), session.Config.Facts);
}

/// <summary>What a run of more classes, or of numbers, ends in.</summary>
internal sealed record TaskOutputs(Artifact<TaskFindings> Findings, Artifact<string> Report, TaskModels Models) : IOutputs
{
    public FSharpResult<IAccount, PipelineError> Account() =>
        Findings.Value.Value.Select(findings => (IAccount)new Told(this, findings));

    private sealed class Told(TaskOutputs outputs, TaskFindings findings) : IAccount
    {
        public string Summary(double seconds, IEnumerable<JsonNode> stages) => TaskFiles.json(findings, seconds, stages);

        public IEnumerable<string> Lines => TaskText.lines(findings);

        public IEnumerable<(string Name, Func<FSharpResult<string, PipelineError>> Text)> Files(DataColumns columns)
        {
            yield return (ResultFiles.Page, () => outputs.Report.Value.Value);
            yield return (ResultFiles.Table, () => FSharpResult<string, PipelineError>.NewOk(TaskFiles.csv(findings)));

            if (findings.TestIds.Length > 0)
                yield return (AnswerFiles.Name(), () => FSharpResult<string, PipelineError>.NewOk(TaskFiles.submission(columns, findings)));
        }
    }
}

/// <summary>The models of such a run, and what they were made of.</summary>
internal sealed record TaskModels(
    TweetSets Raw, Artifact<Labels> Labels, Artifact<Split> Split, IWaysIn Ways, Artifact<TaskRegression> Regression,
    Artifact<FSharpList<HeldOutNetwork>> Networks, Artifact<FSharpList<FSharpOption<StoppedNetwork>>> Stopped, OwnAnswers? Own);
