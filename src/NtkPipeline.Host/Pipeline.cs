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

        return from whole in runner.Run(ReadTweets.stage("train", sources.TrainName, true), sources.Train)
               from labelled in config.Sample is { Value: var count }
                   ? runner.Run(DrawTweets.stage(count), whole)
                   : FSharpResult<Artifact<Tweet[]>, PipelineError>.NewOk(whole)
               from unlabelled in runner.Run(ReadTweets.stage("test", sources.TestName, false), sources.Test)
               from split in runner.Run(SplitTweets.stage(config.Split), labelled)
               from cleanLabelled in runner.Run(CleanTweets.stage("train", config.Clean), labelled)
               from cleanUnlabelled in runner.Run(CleanTweets.stage("test", config.Clean), unlabelled)
               let raw = new TweetSets(labelled, unlabelled)
               let clean = new TweetSets(cleanLabelled, cleanUnlabelled)
               from views in Views.Embed(runner, session, split, raw, clean)
               from dimensions in runner.Run(CompareDimensions.stage(config.CompareDimensions), Artifact.both(views.Together, split))
               from features in views.Reduce(runner, session, split, dimensions)
               from kernels in Kernels.Make(runner, session, split, views, features)
               let regression = kernels.Regression
               from kernel in runner.Run(FitRidge.stage(config.Ridge, config.Targets), FitRidge.inputs(split, regression.Spectrum, regression.Gram, regression.TestGram))
               let made = new Materials(labelled, unlabelled, split, views.Together, features, kernels.Networks, kernel)
               let bench = new Bench(runner, config, made, new Limits(runner, split, features, kernels.Networks), sources.Transformer)
               from trained in Questions.Asking(runner, Widths.name, () => bench.Train(config.Train))
               from tangents in runner.Run(ExplainNetwork.stage(config.Explain), ExplainNetwork.inputs(features, split, kernel, trained))
               let runs = TrainedNetworkModule.runs(trained)
               from comparison in runner.Run(CompareModels.stage(config.Compare), CompareModels.inputs(split, kernel, runs))
               from picture in runner.Run(DrawKernel.stage, DrawKernel.inputs(regression.Gram, split, regression.Spectrum))
               from chapters in Questions.Ask(bench)
               let findings = GatherFindings.run(
                   config.Seed, session.Data.Name, session.Data.IsSynthetic, config.Facts,
                   config.Sample is null ? FSharpOption<Artifact<Tweet[]>>.None : FSharpOption<Artifact<Tweet[]>>.Some(whole), labelled, split, views.Facts, dimensions, features, kernel, picture, runs, comparison, chapters)
               from report in runner.Run(WriteReport.stage, findings)
               let models = new RunModels(raw, clean, split, views, dimensions, features, regression.Spectrum, kernel, trained, tangents)
               select new PipelineOutputs(findings, report, unlabelled, models);
    }
}

/// <summary>What a run ends in.</summary>
internal sealed record PipelineOutputs(
    Artifact<Findings> Findings, Artifact<string> Report, Artifact<Tweet[]> Unlabelled, RunModels Models);

/// <summary>The models of a run, and what they were made of.</summary>
internal sealed record RunModels(
    TweetSets Raw, TweetSets Clean, Artifact<Split> Split, Views Views, Artifact<DimensionFacts> Dimensions, Artifact<Features> Features,
    Artifact<Spectrum> Spectrum, Artifact<KernelRegression> Kernel, Artifact<FSharpList<TrainedNetwork>> Networks,
    Artifact<TangentFit[]> Tangents);
