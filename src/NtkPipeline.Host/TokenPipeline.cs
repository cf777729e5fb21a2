using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host.Experiments;

namespace NtkPipeline.Host;

/// <summary>
/// The flow of two classes where `train.network` reads tweets as sequences of tokens: that of <see cref="Pipeline"/> with the analytic kernel of
/// this network over tokens, for regression and for its finite networks alike. What is about rows is left out, and the report says what.
/// </summary>
internal static class TokenPipeline
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
               let raw = new TweetSets(labelled, unlabelled)
               from texts in TokenTexts.Make(runner, session, raw, split)
               let features = texts.Features
               let kernel = texts.Kernel
               from regression in runner.Run(FitRidge.stage(config.Ridge, config.Targets), FitRidge.inputs(split, kernel.Spectrum, kernel.Gram, kernel.TestGram))
               let made = new Materials(labelled, unlabelled, split, NoEmbeddings, features, kernel, regression, null)
               let bench = new Bench(runner, config, made, new Limits(runner, split, features, kernel, areTexts: true), sources)
               from trained in Questions.Asking(runner, Widths.name, () => bench.Train(config.Train))
               from epochs in Questions.Asking(runner, Widths.name, () => bench.ChooseEpochs())
               from stopped in Questions.Asking(runner, Widths.name, () => bench.Stop(epochs))
               let judged = JudgedNetworkModule.all(split, trained, stopped)
               from tangents in runner.Run(ExplainNetwork.stage(config.Explain), ExplainNetwork.inputsOfTexts(features, split, regression, judged))
               from comparison in runner.Run(CompareModels.stage(config.Compare), CompareModels.inputs(split, regression, ChooseEpochs.judged(trained, epochs)))
               from probes in Questions.Asking(runner, Widths.name, () => bench.Probes(trained))
               from picture in runner.Run(DrawKernel.stage, DrawKernel.inputs(kernel.Gram, split, kernel.Spectrum))
               from learning in runner.Run(
                   LearnFromFewer.stage(config.Ridge, config.Targets),
                   LearnFromFewer.ofClasses(sources.Data.Task, config.Targets, config.Ridge, split, kernel.Spectrum, kernel.Gram))
               from chapters in Questions.Ask(bench)
               let findings = GatherFindings.run(
                   config.Seed, session.Data.Name, session.Data.IsSynthetic, sources.Data.Task, config.Facts,
                   FSharpOption<Artifact<Tweet[]>>.Some(whole), labelled, split, WeighViews.facts(FSharpOption<Artifact<CombinationFacts>>.None), TaskPipeline.NoDimensions,
                   texts.Facts(config, whole), features, regression, GatherFindings.pictures(picture, learning), trained, epochs, probes,
                   comparison, chapters)
               from report in runner.Run(WriteReport.stage, findings)
               let models = new RunModels(raw, split, texts, features, kernel.Spectrum, regression, judged, tangents, null)
               select new PipelineOutputs(findings, report, unlabelled, sources.Data.Task, models);
    }

    private static Artifact<Embeddings> NoEmbeddings { get; } = Artifact.create(
        "no embeddings", DigestModule.ofParts(["none"]),
        new Lazy<FSharpResult<Embeddings, PipelineError>>(() => FSharpResult<Embeddings, PipelineError>.NewError(
            PipelineError.NewDataRefused("a run over tokens has no vectors of whole texts"))));
}
