using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>The labelled tweets and the others.</summary>
internal sealed record TweetSets(Artifact<Tweet[]> Labelled, Artifact<Tweet[]> Unlabelled)
{
    public Artifact<Tuple<Tweet[], Tweet[]>> Both => Artifact.both(Labelled, Unlabelled);
}

/// <summary>What an encoder looks at.</summary>
internal enum Looks
{
    Text,
    Keyword,
    Place,

    /// <summary>Nothing: another program has made its rows.</summary>
    Rows,

    /// <summary>Nothing: the rows are numbers, and there is no text.</summary>
    Numbers,
}

/// <summary>Which of the ways from tweets to rows of numbers a run takes.</summary>
internal interface IEncoder
{
    Looks At { get; }

    FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean);

    /// <summary>Tweets that came after the run, in the same columns.</summary>
    FSharpResult<Matrix<float>, PipelineError> See(IRunner runner, Embedded run, Newcomers news);
}

/// <summary>What an encoder made of a run's tweets, and of which: as they were written, and cleaned in this way.</summary>
internal sealed record Embedded(TweetSets Raw, TweetSets Clean, CleanSettings Cleaning, Artifact<Embeddings> Rows);

internal static class Encoders
{
    /// <summary>The encoders of the settings; "auto" is the sentence transformer if it can be had, else LSA.</summary>
    public static FSharpResult<List<IEncoder>, PipelineError> Open(Config config, Models models, Store store) =>
        Kinds(config)
            .Select<string, Func<FSharpResult<IEncoder, PipelineError>>>(kind => () => Open(kind, config.Encoder, models, store))
            .InOrder();

    /// <summary>Begins to read the files of those that have large ones, and gives the models back.</summary>
    public static Models Ahead(Config config, Models models)
    {
        if (!config.Data.AreNumbers && !config.IsOfTokens)
            foreach (var kind in Kinds(config).Where(kind => kind is "minilm" or "arctic"))
                models.Ahead(kind, config.Encoder.Model);

        return models;
    }

    private static IEnumerable<string> Kinds(Config config) =>
        config.Encoder.Kinds.Select(kind => kind == "auto" ? Models.Auto(config.Encoder.Model) : kind).Distinct();

    private static FSharpResult<IEncoder, PipelineError> Open(string kind, EncoderSettings settings, Models models, Store store) => kind switch
    {
        "minilm" or "arctic" => OpenTransformer(kind, settings, models, store),
        "npy" => OpenArrays(settings),
        "surface" => Opened(new OfTweets(Looks.Text, EmbedTweets.surface, NewTweets.surface)),
        "keywords" => Opened(new OfTweets(Looks.Keyword, EmbedTweets.keywords, NewTweets.keywords)),
        "location" => Opened(new OfTweets(
            Looks.Place, EmbedTweets.locations(settings.LeastLocationTweets),
            (labelled, test, tweets) => NewTweets.locations(settings.LeastLocationTweets, labelled, test, tweets))),
        _ => Opened(new Lsa(settings.Lsa)),
    };

    private static FSharpResult<IEncoder, PipelineError> Opened(IEncoder encoder) =>
        FSharpResult<IEncoder, PipelineError>.NewOk(encoder);

    private static FSharpResult<IEncoder, PipelineError> OpenTransformer(
        string kind, EncoderSettings settings, Models models, Store store) =>
        from folder in models.Folder(kind, settings.Model)
        from identity in models.Identity(folder)
        select (IEncoder)new Transformer(kind, folder, identity.Whole, store);

    private static FSharpResult<IEncoder, PipelineError> OpenArrays(EncoderSettings settings) =>
        from train in SourceFile.npyArtifact("train.npy", settings.TrainArray)
        from test in SourceFile.npyArtifact("test.npy", settings.TestArray)
        select (IEncoder)new Arrays(settings, Artifact.both(train, test));

    private sealed class Lsa(LsaSettings settings) : IEncoder
    {
        public Looks At => Looks.Text;

        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            from rows in runner.Run(EmbedTweets.lsa(settings), clean.Both)
            from index in Index(runner, clean, rows)
            select rows;

        public FSharpResult<Matrix<float>, PipelineError> See(IRunner runner, Embedded run, Newcomers news) =>
            from kept in Index(runner, run.Clean, run.Rows)
            from index in kept.Value.Value
            from rows in run.Rows.Value.Value
            select NewTweets.lsa(index, rows, [.. news.Tweets.Select(tweet => CleanText.clean(run.Cleaning, tweet.Text))]);

        private FSharpResult<Artifact<LsaIndex>, PipelineError> Index(IRunner runner, TweetSets clean, Artifact<Embeddings> rows) =>
            runner.Run(IndexLsa.stage(settings), Artifact.both(clean.Both, rows));
    }

    /// <summary>What tweets show as they were written.</summary>
    private sealed class OfTweets(
        Looks looks, Stage<Tuple<Tweet[], Tweet[]>, Embeddings> stage, Func<Tweet[], Tweet[], Tweet[], Matrix<float>> see) : IEncoder
    {
        public Looks At => looks;

        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            runner.Run(stage, raw.Both);

        public FSharpResult<Matrix<float>, PipelineError> See(IRunner runner, Embedded run, Newcomers news) =>
            from sets in run.Raw.Both.Value.Value
            select see(sets.Item1, sets.Item2, news.Tweets);
    }

    /// <summary>A transformer has learnt from text as people write it, so only damage is mended before it sees the tweets.</summary>
    private sealed class Transformer(string kind, string folder, Digest identity, Store store) : IEncoder
    {
        public Looks At => Looks.Text;

        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            from tweets in Natural(runner, raw)
            from embeddings in runner.Run(
                EmbedTweets.transformer(
                    kind == "minilm" ? "transformer" : kind,
                    Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), identity,
                    FuncConvert.FromFunc<string[], FSharpResult<Matrix<float>, PipelineError>>(
                        texts => CachedEncoder.encode(store, folder, (finished, all) => (runner as IAdvancing)?.Advance(finished, all), texts))),
                tweets.Both)
            select embeddings;

        public FSharpResult<Matrix<float>, PipelineError> See(IRunner runner, Embedded run, Newcomers news) =>
            CachedEncoder.encode(
                store, folder, (_, _) => { }, [.. news.Tweets.Select(tweet => CleanText.clean(CleanText.natural, tweet.Text))]);

        private static FSharpResult<TweetSets, PipelineError> Natural(IRunner runner, TweetSets raw) =>
            from labelled in runner.Run(CleanTweets.stage("natural-train", CleanText.natural), raw.Labelled)
            from unlabelled in runner.Run(CleanTweets.stage("natural-test", CleanText.natural), raw.Unlabelled)
            select new TweetSets(labelled, unlabelled);
    }

    private sealed class Arrays(EncoderSettings settings, Artifact<Tuple<Matrix<float>, Matrix<float>>> rows) : IEncoder
    {
        public Looks At => Looks.Rows;

        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            runner.Run(EmbedTweets.precomputed(settings.TrainArray), Artifact.both(raw.Both, rows));

        public FSharpResult<Matrix<float>, PipelineError> See(IRunner runner, Embedded run, Newcomers news) =>
            from part in run.Rows.Value.Value
            from read in news.ReadRows()
            from seen in NewTweets.precomputed(news.RowsFile, part, news.Tweets, read)
            select seen;
    }
}
