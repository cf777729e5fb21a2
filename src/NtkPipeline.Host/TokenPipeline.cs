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
        var network = ArchitectureModule.limit(WidthModule.one, Widths.basis(config.Values, config.Device).Architecture);

        return from whole in sources.Data.Labelled(runner)
               from labelled in config.Sample is { Value: var count }
                   ? runner.Run(DrawTweets.stage(count), whole)
                   : FSharpResult<Artifact<Tweet[]>, PipelineError>.NewOk(whole)
               from unlabelled in sources.Data.Unlabelled(runner)
               from split in runner.Run(SplitTweets.stage(config.Split), labelled)
               from vectors in Tokens.Of(runner, config, sources, labelled, unlabelled, isOfAll: true)
               from tokens in runner.Run(SequenceTokens.stage(Sequence.columns(config.Values)), Artifact.both(vectors, split))
               let features = TokenFeatures.features(vectors, tokens, split)
               from kernel in OfTokens(runner, network, tokens, split)
               from regression in runner.Run(FitRidge.stage(config.Ridge, config.Targets), FitRidge.inputs(split, kernel.Spectrum, kernel.Gram, kernel.TestGram))
               let made = new Materials(labelled, unlabelled, split, NoEmbeddings, features, kernel, regression, null)
               let bench = new Bench(runner, config, made, new Limits(runner, split, features, kernel, areTexts: true), sources)
               from trained in Questions.Asking(runner, Widths.name, () => bench.Train(config.Train))
               from epochs in Questions.Asking(runner, Widths.name, () => bench.ChooseEpochs())
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
                   TokenFeatures.facts(config.Values, network, tokens, split, whole), features, regression, GatherFindings.pictures(picture, learning), trained, epochs, probes,
                   comparison, chapters)
               from report in runner.Run(WriteReport.stage, findings)
               select new PipelineOutputs(findings, report, unlabelled, sources.Data.Task, null);
    }

    private static FSharpResult<Kernel, PipelineError> OfTokens(IRunner runner, Network network, Artifact<TokenVectors> tokens, Artifact<Split> split) =>
        from gram in runner.Run(SequenceGrams.labelled(network, Tokens.Tell(runner)), Artifact.both(tokens, split))
        from testGram in runner.Run(SequenceGrams.test(network, Tokens.Tell(runner)), Artifact.both(tokens, split))
        from spectrum in runner.Run(DecomposeKernel.stage, Artifact.both(gram, split))
        select new Kernel(gram, testGram, spectrum);

    private static Artifact<Embeddings> NoEmbeddings { get; } = Artifact.create(
        "no embeddings", DigestModule.ofParts(["none"]),
        new Lazy<FSharpResult<Embeddings, PipelineError>>(() => FSharpResult<Embeddings, PipelineError>.NewError(
            PipelineError.NewDataRefused("a run over tokens has no vectors of whole texts"))));
}
