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

        return from settled in Refuse(config)
               from every in data.Labels(runner)
               from whole in data.Labelled(runner, every)
               from drawn in Draw(runner, config, every)
               let labels = drawn is null ? every : DrawRows.labels(drawn, every)
               let labelled = drawn is null ? whole : DrawRows.tweets(drawn, whole)
               from unlabelled in data.Unlabelled(runner)
               from split in runner.Run(SplitRows.stage(config.Split), Artifact.both(labelled, labels))
               from cleanLabelled in runner.Run(CleanTweets.stage("train", config.Clean), labelled)
               from cleanUnlabelled in runner.Run(CleanTweets.stage("test", config.Clean), unlabelled)
               let raw = new TweetSets(labelled, unlabelled)
               let clean = new TweetSets(cleanLabelled, cleanUnlabelled)
               from views in Views.Embed(runner, session, split, raw, clean)
               from features in views.Reduce(runner, session, split, NoDimensions)
               from own in OwnModelWork.Begin(runner, config, session.Sources, split, features, views.Together)
               from kernels in Kernels.Make(runner, session, split, views, features)
               let kernel = kernels.Regression
               from regression in runner.Run(FitTask.stage(config.Ridge), FitTask.inputs(labels, split, kernel.Spectrum, kernel.Gram, kernel.TestGram))
               from trained in Questions.Asking(runner, Widths.name, () => config.Train
                   .Select(point => Train(runner, point, labels, split, features, kernels.Networks)).InOrder().Select(Artifact.all))
               from epochs in Questions.Asking(runner, Widths.name, () => ChooseEpochs(runner, config, labels, split, features, kernels.Networks))
               from stopped in Questions.Asking(runner, Widths.name, () => Stop(runner, config, labels, split, features, kernels.Networks, epochs))
               let runs = TaskRunModule.all(config.Train, epochs, labels, split, trained)
               from learning in runner.Run(
                   LearnFromFewer.stage(config.Ridge, TargetCoding.PlusMinus), LearnFromFewer.ofTask(config.Ridge, labels, split, kernel.Spectrum, kernel.Gram))
               from probes in Questions.Asking(runner, Widths.name, () => CompareProbes.all(config.Compare.MainRate, config.Train)
                   .Select(asked => Probes(runner, config, asked, labels, split, features, kernels.Networks, trained)).InOrder().Select(Artifact.all))
               from chapters in OwnModelWork.Chapters(own, kernels.Networks.Gram)
               from answers in OwnModelWork.Answers(own, kernels.Networks.Gram)
               let findings = TaskFindingsModule.gather(
                   Choices(session), every, labels, unlabelled, split, features, regression, learning, runs, epochs, probes, chapters)
               from report in runner.Run(TaskPage.stage, findings)
               select new TaskOutputs(findings, report, new TaskModels(raw, clean, labels, split, views, features, NoDimensions, regression, trained, stopped, answers));
    }

    /// <summary>What two classes alone can choose by themselves.</summary>
    private static FSharpResult<Unit, PipelineError> Refuse(Config config) =>
        config.IsOfTokens
            ? Refused("train.network reads texts as sequences of tokens, which is made for two classes; with these labels it must be a network over rows, such as dense m | relu | dense 1")
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

    private static Func<FSharpResult<Artifact<HeldOutNetwork>, PipelineError>> Train(
        IRunner runner, GridPoint point, Artifact<Labels> labels, Artifact<Split> split, Artifact<Features> features, Kernel written) =>
        () => from spectrum in Limit(runner, point.Spec, split, features, written)
              from trained in runner.Run(TrainTask.stage(point), TrainTask.inputs(labels, split, features, spectrum))
              select trained;

    /// <summary>The epoch that each kind of network is judged at; none where none is to be chosen.</summary>
    private static FSharpResult<Artifact<EpochChoice[]>, PipelineError> ChooseEpochs(
        IRunner runner, Config config, Artifact<Labels> labels, Artifact<Split> split, Artifact<Features> features, Kernel written) =>
        config.Choosing.Length == 0
            ? FSharpResult<Artifact<EpochChoice[]>, PipelineError>.NewOk(Core.ChooseEpochs.none)
            : from paths in config.Choosing
                  .Select(network => (Func<FSharpResult<Artifact<HeldOutPath>, PipelineError>>)(() =>
                      from spectrum in Limit(runner, network.Item1.Spec, split, features, written)
                      from path in runner.Run(
                          TaskFold.stage(network.Item1, network.Item2),
                          Artifact.both(TrainTask.inputs(labels, split, features, spectrum), split))
                      select path))
                  .InOrder()
              from choices in runner.Run(
                  TaskFold.choose(config.Choosing),
                  Artifact.both(TaskFold.targets(labels, split), Artifact.both(split, Artifact.all(paths))))
              select choices;

    /// <summary>The networks once more, up to the epoch of their kind; none where no epochs are chosen.</summary>
    private static FSharpResult<Artifact<FSharpList<FSharpOption<StoppedNetwork>>>, PipelineError> Stop(
        IRunner runner, Config config, Artifact<Labels> labels, Artifact<Split> split, Artifact<Features> features, Kernel written,
        Artifact<EpochChoice[]> epochs) =>
        config.Choosing.Length == 0
            ? FSharpResult<Artifact<FSharpList<FSharpOption<StoppedNetwork>>>, PipelineError>.NewOk(StopNetwork.none!)
            : config.Train
                .Select(point => (Func<FSharpResult<Artifact<FSharpOption<StoppedNetwork>>, PipelineError>>)(() =>
                    from spectrum in Limit(runner, point.Spec, split, features, written)
                    from stopped in runner.Run(
                        StopNetwork.task(SeedModule.root(config.Seed), point),
                        Artifact.both(TrainTask.inputs(labels, split, features, spectrum), epochs))
                    select stopped))
                .InOrder()
                .Select(Artifact.all);

    private static Func<FSharpResult<Artifact<ProbeKernels[]>, PipelineError>> Probes(
        IRunner runner, Config config, Tuple<RunSpec, CompareProbes.Settings> asked, Artifact<Labels> labels, Artifact<Split> split,
        Artifact<Features> features, Kernel written, Artifact<FSharpList<HeldOutNetwork>> trained) =>
        () => from gram in NetworkGram.isShared(asked.Item1.Architecture)
                  ? FSharpResult<Artifact<Matrix<float>>, PipelineError>.NewOk(written.Gram)
                  : runner.Run(NetworkGram.stage(RunSpecModule.limit(asked.Item1), asked.Item1.InputScale), features)
              from probes in runner.Run(
                  CompareProbes.taskStage(config.Train, asked.Item2), CompareProbes.taskInputs(labels, split, features, gram, trained))
              select probes;

    /// <summary>The spectrum of the kernel that a network's learning rate is in units of.</summary>
    private static FSharpResult<Artifact<Spectrum>, PipelineError> Limit(
        IRunner runner, RunSpec spec, Artifact<Split> split, Artifact<Features> features, Kernel written) =>
        NetworkGram.isShared(spec.Architecture)
            ? FSharpResult<Artifact<Spectrum>, PipelineError>.NewOk(written.Spectrum)
            : from gram in runner.Run(NetworkGram.stage(RunSpecModule.limit(spec), spec.InputScale), features)
              from spectrum in runner.Run(NetworkGram.spectrum(RunSpecModule.limit(spec), spec.InputScale), Artifact.both(gram, split))
              select spectrum;

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

        public IEnumerable<string> Lines => TaskWords.lines(findings);

        public IEnumerable<(string Name, Func<FSharpResult<string, PipelineError>> Text)> Files(DataColumns columns)
        {
            yield return (ResultFiles.Page, () => outputs.Report.Value.Value);
            yield return (ResultFiles.Table, () => FSharpResult<string, PipelineError>.NewOk(TaskFiles.csv(findings)));

            if (findings.TestIds.Length > 0)
                yield return (ResultFiles.Answer(), () => FSharpResult<string, PipelineError>.NewOk(TaskFiles.submission(columns, findings)));
        }
    }
}

/// <summary>The models of such a run, and what they were made of.</summary>
internal sealed record TaskModels(
    TweetSets Raw, TweetSets Clean, Artifact<Labels> Labels, Artifact<Split> Split, Views Views, Artifact<Features> Features,
    Artifact<DimensionFacts> Dimensions, Artifact<TaskRegression> Regression, Artifact<FSharpList<HeldOutNetwork>> Networks,
    Artifact<FSharpList<FSharpOption<StoppedNetwork>>> Stopped, OwnAnswers? Own)
{
    public WaysIn Ways => new(Raw, Clean, Views, Split, Dimensions);
}
