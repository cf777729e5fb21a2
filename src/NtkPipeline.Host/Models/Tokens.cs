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
            ? OfEncoder(runner, config, encoder, labelled, unlabelled, isOfAll)
            : OfWords(runner, config, labelled, unlabelled, isOfAll);

    public static Action<int, int> Tell(IRunner runner) => (finished, all) => (runner as IAdvancing)?.Advance(finished, all);

    /// <summary>Word pieces of tweets as people write them, by a pretrained encoder.</summary>
    private static FSharpResult<Artifact<TokenVectors>, PipelineError> OfEncoder(
        IRunner runner, Config config, TransformerFiles encoder, Artifact<Tweet[]> labelled, Artifact<Tweet[]> unlabelled, bool isOfAll) =>
        from naturalLabelled in runner.Run(CleanTweets.stage("natural-train", CleanText.natural), labelled)
        from naturalUnlabelled in runner.Run(CleanTweets.stage("natural-test", CleanText.natural), unlabelled)
        from tokens in runner.Run(
            TokeniseTweets.stage(encoder.Identity, Sequence.whole(config.Values, "most-tokens"), encoder.WordPiece),
            Artifact.both(naturalLabelled, naturalUnlabelled))
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
}
