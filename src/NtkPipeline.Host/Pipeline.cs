using System.Text.Json.Nodes;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host.Experiments;

namespace NtkPipeline.Host;

/// <summary>
/// The whole flow, top to bottom: a stage that is not named here does not run. Each line takes artifacts and gives one;
/// the runner decides whether a stage's body runs or its result is cached.
/// </summary>
internal static class Pipeline
{
    public static FSharpResult<PipelineOutputs, PipelineError> Run(IRunner runner, Session session)
    {
        var (config, sources) = (session.Config, session.Sources);

        return from whole in sources.Data.Labelled(runner)
               from labelled in config.Sample is { Value: var count }
                   ? runner.Run(DrawTweets.stage(count), whole)
                   : FSharpResult<Artifact<Tweet[]>, PipelineError>.NewOk(whole)
               from unlabelled in sources.Data.Unlabelled(runner)
               from split in runner.Run(SplitTweets.stage(config.Split), labelled)
               from cleanLabelled in runner.Run(CleanTweets.stage("train", config.Clean), labelled)
               from cleanUnlabelled in runner.Run(CleanTweets.stage("test", config.Clean), unlabelled)
               let raw = new TweetSets(labelled, unlabelled)
               let clean = new TweetSets(cleanLabelled, cleanUnlabelled)
               from views in Views.Embed(runner, session, split, raw, clean)
               from dimensions in runner.Run(CompareDimensions.stage(config.CompareDimensions), Artifact.both(views.Together, split))
               from features in views.Reduce(runner, session, split, dimensions)
               from own in OwnModelWork.Begin(runner, config, sources, split, features, views.Together)
               from kernels in Kernels.Make(runner, session, split, views, features)
               let regression = kernels.Regression
               from kernel in runner.Run(FitRidge.stage(config.Ridge, config.Targets), FitRidge.inputs(split, regression.Spectrum, regression.Gram, regression.TestGram))
               let made = new Materials(labelled, unlabelled, split, views.Together, features, kernels.Networks, kernel, own)
               let bench = new Bench(runner, config, made, new Limits(runner, split, features, kernels.Networks), sources)
               from trained in Questions.Asking(runner, Widths.name, () => bench.Train(config.Train))
               from epochs in Questions.Asking(runner, Widths.name, () => bench.ChooseEpochs())
               from stopped in Questions.Asking(runner, Widths.name, () => bench.Stop(epochs))
               let judged = JudgedNetworkModule.all(split, trained, stopped)
               from tangents in runner.Run(ExplainNetwork.stage(config.Explain), ExplainNetwork.inputs(features, split, kernel, judged))
               from comparison in runner.Run(CompareModels.stage(config.Compare), CompareModels.inputs(split, kernel, ChooseEpochs.judged(trained, epochs)))
               from probes in Questions.Asking(runner, Widths.name, () => bench.Probes(trained))
               from picture in runner.Run(DrawKernel.stage, DrawKernel.inputs(regression.Gram, split, regression.Spectrum))
               from learning in runner.Run(
                   LearnFromFewer.stage(config.Ridge, config.Targets),
                   LearnFromFewer.ofClasses(sources.Data.Task, config.Targets, config.Ridge, split, regression.Spectrum, regression.Gram))
               from chapters in Questions.Ask(bench)
               from answers in OwnModelWork.Answers(own, kernels.Networks.Gram)
               let findings = GatherFindings.run(
                   config.Seed, session.Data.Name, session.Data.IsSynthetic, sources.Data.Task, config.Facts,
                   config.Sample is null ? FSharpOption<Artifact<Tweet[]>>.None : FSharpOption<Artifact<Tweet[]>>.Some(whole), labelled, split, views.Facts, dimensions, TokenFeatures.none, features, kernel, GatherFindings.pictures(picture, learning), trained, epochs, probes,
                   comparison, chapters)
               from report in runner.Run(WriteReport.stage, findings)
               let models = new RunModels(
                   raw, split, new WaysIn(raw, clean, views, split, dimensions), features, regression.Spectrum, kernel, judged, tangents, answers)
               select new PipelineOutputs(findings, report, unlabelled, sources.Data.Task, models);
    }
}

/// <summary>What a run of two classes ends in.</summary>
internal sealed record PipelineOutputs(
    Artifact<Findings> Findings, Artifact<string> Report, Artifact<Tweet[]> Unlabelled, LearningTask Task, RunModels Models) : IOutputs
{
    public FSharpResult<IAccount, PipelineError> Account() =>
        from findings in Findings.Value.Value
        from tweets in Unlabelled.Value.Value
        select (IAccount)new Told(this, findings, tweets);

    private sealed class Told(PipelineOutputs outputs, Findings findings, Tweet[] tweets) : IAccount
    {
        public string Summary(double seconds, IEnumerable<JsonNode> stages) => SummaryJson.write(findings, seconds, stages);

        public IEnumerable<string> Lines => ReportText.lines(findings);

        public IEnumerable<(string Name, Func<FSharpResult<string, PipelineError>> Text)> Files(DataColumns columns)
        {
            yield return (ResultFiles.Page, () => outputs.Report.Value.Value);
            yield return (ResultFiles.Table, () => FSharpResult<string, PipelineError>.NewOk(ResultFrame.csv(findings)));

            if (tweets.Length > 0)
                yield return (AnswerFiles.Name(), () => Answers(columns, findings.Kernel.TestOutputs));

            // What a question's own models say of the test tweets, a file each.
            foreach (var chapter in findings.Chapters)
                foreach (var model in chapter.Submissions)
                    yield return (AnswerFiles.Name($"{chapter.Id}-{model.Name}"), () => Answers(columns, model.Outputs));
        }

        private FSharpResult<string, PipelineError> Answers(DataColumns columns, double[] answers)
        {
            var names = LearningTaskModule.names(outputs.Task);
            return FSharpResult<string, PipelineError>.NewOk(
                Submission.ofClasses(columns, names[0], names[1], [.. tweets.Select(tweet => tweet.Id)], answers));
        }
    }
}

/// <summary>The models of a run, and what they were made of.</summary>
internal sealed record RunModels(
    TweetSets Raw, Artifact<Split> Split, IWaysIn Ways, Artifact<Features> Features, Artifact<Spectrum> Spectrum, Artifact<KernelRegression> Kernel,
    Artifact<FSharpList<JudgedNetwork>> Networks, Artifact<TangentFit[]> Tangents, OwnAnswers? Own);
