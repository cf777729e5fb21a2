using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

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

        return from labelled in runner.Run(ReadTweets.stage("train", sources.TrainName, true), sources.Train)
               from unlabelled in runner.Run(ReadTweets.stage("test", sources.TestName, false), sources.Test)
               from split in runner.Run(SplitTweets.stage(config.Split), labelled)
               from cleanLabelled in runner.Run(CleanTweets.stage("train", config.Clean), labelled)
               from cleanUnlabelled in runner.Run(CleanTweets.stage("test", config.Clean), unlabelled)
               from embeddings in sources.Encoder.Embed(runner, new TweetSets(labelled, unlabelled), new TweetSets(cleanLabelled, cleanUnlabelled))
               from features in runner.Run(ReduceDimension.stage(config.Reduce), Artifact.both(embeddings, split))
               from gram in runner.Run(AnalyticGram.labelled, features)
               from testGram in runner.Run(AnalyticGram.test, features)
               from spectrum in runner.Run(DecomposeKernel.stage, Artifact.both(gram, split))
               from kernel in runner.Run(FitRidge.stage(config.Ridge), FitRidge.inputs(split, spectrum, gram, testGram))
               let training = TrainNetwork.inputs(features, split, gram, spectrum)
               from networks in config.Train.Select(settings => Training(runner, settings, training)).InOrder()
               let trained = Artifact.all(networks)
               let runs = TrainedNetworkModule.runs(trained)
               from comparison in runner.Run(CompareModels.stage(config.Compare), Artifact.both(Artifact.both(split, kernel), runs))
               from picture in runner.Run(DrawKernel.stage, Artifact.both(Artifact.both(gram, split), spectrum))
               let findings = GatherFindings.run(
                   config.Seed, session.Data.Name, session.Data.IsSynthetic, config.Facts,
                   labelled, split, features, kernel, picture, runs, comparison)
               from report in runner.Run(WriteReport.stage, findings)
               select new PipelineOutputs(findings, report, unlabelled);
    }

    private static Func<FSharpResult<Artifact<TrainedNetwork>, PipelineError>> Training(
        IRunner runner, TrainSettings settings, Artifact<TrainInput> input) =>
        () => runner.Run(TrainNetwork.stage(settings), input);
}

/// <summary>What a run ends in.</summary>
internal sealed record PipelineOutputs(Artifact<Findings> Findings, Artifact<string> Report, Artifact<Tweet[]> Unlabelled);
