using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Tweets as sequences of tokens, as the settings of the question `sequence` describe them.</summary>
internal static class Tokens
{
    /// <param name="isOfAll">Whether the tweets without labels stand behind the labelled ones.</param>
    public static FSharpResult<Artifact<TokenVectors>, PipelineError> Of(
        IRunner runner, Config config, Sources sources, Artifact<Tweet[]> labelled, Artifact<Tweet[]> unlabelled, bool isOfAll) =>
        sources.Tokens is { } encoder
            ? OfNatural(runner, config, encoder, labelled, unlabelled, isOfAll)
            : OfWords(runner, config, labelled, unlabelled, isOfAll);

    /// <summary>Tweets that came after a run, by the encoder that it used, or by the LSA of its own tweets.</summary>
    /// <param name="store">Has what the run has made; what is made here is kept in memory alone.</param>
    public static FSharpResult<TokenVectors, PipelineError> See(IRunner store, IRunner memory, Session session, TweetSets run, Newcomers news) =>
        from vectors in session.Sources.Tokens is { } encoder
            ? OfEncoder(
                memory, session.Config, encoder, NewTexts.Held("no tweets", Array.Empty<Tweet>()),
                NewTexts.Held("new tweets", CleanTweets.clean(CleanText.natural, news.Tweets)), isOfAll: true)
            : OfNewWords(store, memory, session.Config, run, NewTexts.Held("new tweets", CleanTweets.clean(session.Config.Clean, news.Tweets)))
        from read in vectors.Value.Value
        select read;

    public static Action<int, int> Tell(IRunner runner) => (finished, all) => (runner as IAdvancing)?.Advance(finished, all);

    /// <summary>Word pieces of tweets as people write them, by a pretrained encoder.</summary>
    private static FSharpResult<Artifact<TokenVectors>, PipelineError> OfNatural(
        IRunner runner, Config config, TransformerFiles encoder, Artifact<Tweet[]> labelled, Artifact<Tweet[]> unlabelled, bool isOfAll) =>
        from naturalLabelled in runner.Run(CleanTweets.stage("natural-train", CleanText.natural), labelled)
        from naturalUnlabelled in runner.Run(CleanTweets.stage("natural-test", CleanText.natural), unlabelled)
        from vectors in OfEncoder(runner, config, encoder, naturalLabelled, naturalUnlabelled, isOfAll)
        select vectors;

    /// <summary>The same of tweets in which only damage is mended.</summary>
    private static FSharpResult<Artifact<TokenVectors>, PipelineError> OfEncoder(
        IRunner runner, Config config, TransformerFiles encoder, Artifact<Tweet[]> labelled, Artifact<Tweet[]> unlabelled, bool isOfAll) =>
        from tokens in runner.Run(
            TokeniseTweets.stage(encoder.Identity, Sequence.whole(config.Values, "most-tokens"), encoder.WordPiece),
            Artifact.both(labelled, unlabelled))
        from vectors in runner.Run(
            Sequence.text(config.Values, "vectors") == "states" ? EmbedTokens.states(isOfAll, config.Device, Tell(runner)) : EmbedTokens.words(isOfAll),
            Artifact.both(encoder.Weights, tokens))
        select vectors;

    /// <summary>Words of cleaned tweets, by LSA.</summary>
    private static FSharpResult<Artifact<TokenVectors>, PipelineError> OfWords(
        IRunner runner, Config config, Artifact<Tweet[]> labelled, Artifact<Tweet[]> unlabelled, bool isOfAll) =>
        from cleanLabelled in runner.Run(CleanTweets.stage("train", config.Clean), labelled)
        from cleanUnlabelled in runner.Run(CleanTweets.stage("test", config.Clean), unlabelled)
        from vectors in runner.Run(
            EmbedTokens.lsa(isOfAll, config.Encoder.Lsa, Sequence.whole(config.Values, "most-tokens")), Artifact.both(cleanLabelled, cleanUnlabelled))
        select vectors;

    /// <summary>Words of new tweets, cleaned, by the LSA of the run's.</summary>
    private static FSharpResult<Artifact<TokenVectors>, PipelineError> OfNewWords(
        IRunner store, IRunner memory, Config config, TweetSets run, Artifact<Tweet[]> cleaned) =>
        from labelled in store.Run(CleanTweets.stage("train", config.Clean), run.Labelled)
        from unlabelled in store.Run(CleanTweets.stage("test", config.Clean), run.Unlabelled)
        from vectors in memory.Run(
            EmbedTokens.lsaOfNew(config.Encoder.Lsa, Sequence.whole(config.Values, "most-tokens")),
            Artifact.both(Artifact.both(labelled, unlabelled), cleaned))
        select vectors;
}
