using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>
/// A run's tweets as networks over tokens are given them, the analytic kernel of such a network over them, and how new tweets become the same: they
/// take the place of those without labels, in memory.
/// </summary>
/// <param name="Network">The network of <c>train.network</c>, infinitely wide.</param>
/// <param name="Vectors">What the encoder gives, of the labelled tweets and then of the others.</param>
/// <param name="Reduced">The same as kernel and networks read it.</param>
internal sealed record TokenTexts(
    TweetSets Raw, Artifact<Split> Split, Network Network, Artifact<TokenVectors> Vectors, Artifact<TokenVectors> Reduced, Artifact<Features> Features,
    Kernel Kernel) : IWaysIn
{
    public static FSharpResult<TokenTexts, PipelineError> Make(IRunner runner, Session session, TweetSets raw, Artifact<Split> split)
    {
        var config = session.Config;
        var network = ArchitectureModule.limit(WidthModule.one, Widths.basis(config.Values, config.Device).Architecture);

        return from vectors in Tokens.Of(runner, config, session.Sources, raw.Labelled, raw.Unlabelled, isOfAll: true)
               from reduced in runner.Run(SequenceTokens.stage(Sequence.columns(config.Values)), Artifact.both(vectors, split))
               from gram in runner.Run(SequenceGrams.labelled(network, Tokens.Tell(runner)), Artifact.both(reduced, split))
               from testGram in runner.Run(SequenceGrams.test(network, Tokens.Tell(runner)), Artifact.both(reduced, split))
               from spectrum in runner.Run(DecomposeKernel.stage, Artifact.both(gram, split))
               select new TokenTexts(
                   raw, split, network, vectors, reduced, TokenFeatures.features(vectors, reduced, split), new Kernel(gram, testGram, spectrum));
    }

    /// <param name="all">The labelled tweets that there are, before some were drawn.</param>
    public Artifact<FSharpOption<TokenFacts>?> Facts(Config config, Artifact<Tweet[]> all) =>
        TokenFeatures.facts(config.Values, Network, Reduced, Split, all);

    public FSharpResult<Seen, PipelineError> Look(Session session, IRunner store, Newcomers news)
    {
        IRunner memory = new MemoryRunner(SeedModule.root(session.Config.Seed));

        return from tweets in Raw.Both.Value.Value
               from features in Features.Value.Value
               from run in Vectors.Value.Value
               from fresh in Tokens.See(store, memory, session, Raw, news)
               let read = NewTokens.cut(Network, features, fresh)
               let count = tweets.Item1.Length
               from reduced in memory.Run(
                   SequenceTokens.stage(Sequence.columns(session.Config.Values)),
                   Artifact.both(NewTexts.Held("tokens", NewTokens.inPlaceOfTest(count, run, read.Item1)), Split))
               from cross in memory.Run(SequenceGrams.test(Network, Tokens.Tell(memory)), Artifact.both(reduced, Split))
               from tokens in reduced.Value.Value
               from kernel in cross.Value.Value
               select new Seen(
                   new NewRows(RowForm.NewText(features.Facts.Columns), NewTokens.rows(count, features, tokens), kernel),
                   [.. NewTexts.Unseen(session, news, []), .. read.Item2],
                   NewTexts.Strange(tweets.Item1.Concat(tweets.Item2), news));
    }
}
