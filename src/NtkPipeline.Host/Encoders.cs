using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>The labelled tweets and the others.</summary>
internal sealed record TweetSets(Artifact<Tweet[]> Labelled, Artifact<Tweet[]> Unlabelled)
{
    public Artifact<Tuple<Tweet[], Tweet[]>> Both => Artifact.both(Labelled, Unlabelled);
}

/// <summary>Which of the ways from texts to rows of numbers a run takes.</summary>
internal interface IEncoder
{
    FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean);

    /// <summary>Texts that came after the run, in the same columns.</summary>
    FSharpResult<Matrix<float>, PipelineError> See(Embedded run, string[] texts);
}

/// <summary>What an encoder made of a run's tweets, and of which: as they were written, and cleaned in this way.</summary>
internal sealed record Embedded(Tuple<Tweet[], Tweet[]> Raw, Tuple<Tweet[], Tweet[]> Clean, CleanSettings Cleaning, Embeddings Rows);

internal static class Encoders
{
    /// <summary>The encoders of the settings; "auto" is the sentence transformer if it lies in data/models, else LSA.</summary>
    public static FSharpResult<List<IEncoder>, PipelineError> Open(Config config, Store store)
    {
        var model = config.Encoder.Model == "" ? Home.Model("all-MiniLM-L6-v2") : config.Encoder.Model;

        return config.Encoder.Kinds
            .Select(kind => kind != "auto" ? kind : SentenceEncoderModule.isIn(model) ? "minilm" : "lsa")
            .Distinct()
            .Select<string, Func<FSharpResult<IEncoder, PipelineError>>>(kind => () => Open(kind, config.Encoder, model, store))
            .InOrder();
    }

    private static FSharpResult<IEncoder, PipelineError> Open(string kind, EncoderSettings settings, string model, Store store) => kind switch
    {
        "minilm" => OpenTransformer(model, store),
        "npy" => OpenArrays(settings),
        "surface" => Opened(new OfTweets(EmbedTweets.surface, (run, texts) => NewTweets.surface(run.Raw.Item1, run.Raw.Item2, texts))),
        "keywords" => Opened(new OfTweets(EmbedTweets.keywords, Unnamed)),
        "location" => Opened(new OfTweets(EmbedTweets.locations(settings.LeastLocationTweets), Unnamed)),
        _ => Opened(new Lsa(settings.Lsa)),
    };

    private static Matrix<float> Unnamed(Embedded run, string[] texts) => NewTweets.unnamed(run.Rows, texts);

    private static FSharpResult<Matrix<float>, PipelineError> Rows(Matrix<float> rows) =>
        FSharpResult<Matrix<float>, PipelineError>.NewOk(rows);

    private static FSharpResult<IEncoder, PipelineError> Opened(IEncoder encoder) =>
        FSharpResult<IEncoder, PipelineError>.NewOk(encoder);

    private static FSharpResult<IEncoder, PipelineError> OpenTransformer(string folder, Store store) =>
        from identity in SentenceEncoderModule.identify(folder)
        select (IEncoder)new Transformer(folder, identity, store);

    private static FSharpResult<IEncoder, PipelineError> OpenArrays(EncoderSettings settings) =>
        from train in SourceFile.npyArtifact("train.npy", settings.TrainArray)
        from test in SourceFile.npyArtifact("test.npy", settings.TestArray)
        select (IEncoder)new Arrays(settings, Artifact.both(train, test));

    private sealed class Lsa(LsaSettings settings) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            runner.Run(EmbedTweets.lsa(settings), clean.Both);

        public FSharpResult<Matrix<float>, PipelineError> See(Embedded run, string[] texts) => Rows(
            NewTweets.lsa(
                settings, run.Clean.Item1, run.Clean.Item2, run.Rows,
                [.. texts.Select(text => CleanText.clean(run.Cleaning, text))]));
    }

    /// <summary>What tweets show as they were written.</summary>
    private sealed class OfTweets(
        Stage<Tuple<Tweet[], Tweet[]>, Embeddings> stage, Func<Embedded, string[], Matrix<float>> see) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            runner.Run(stage, raw.Both);

        public FSharpResult<Matrix<float>, PipelineError> See(Embedded run, string[] texts) => Rows(see(run, texts));
    }

    /// <summary>A transformer has learnt from text as people write it, so only damage is mended before it sees the tweets.</summary>
    private sealed class Transformer(string folder, Digest identity, Store store) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            from tweets in Natural(runner, raw)
            from embeddings in runner.Run(
                EmbedTweets.transformer(
                    Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), identity,
                    FuncConvert.FromFunc<string[], FSharpResult<Matrix<float>, PipelineError>>(
                        texts => CachedEncoder.encode(store, folder, (finished, all) => (runner as DiskRunner)?.Advance(finished, all), texts))),
                tweets.Both)
            select embeddings;

        public FSharpResult<Matrix<float>, PipelineError> See(Embedded run, string[] texts) =>
            CachedEncoder.encode(store, folder, (_, _) => { }, [.. texts.Select(text => CleanText.clean(CleanText.natural, text))]);

        private static FSharpResult<TweetSets, PipelineError> Natural(IRunner runner, TweetSets raw) =>
            from labelled in runner.Run(CleanTweets.stage("natural-train", CleanText.natural), raw.Labelled)
            from unlabelled in runner.Run(CleanTweets.stage("natural-test", CleanText.natural), raw.Unlabelled)
            select new TweetSets(labelled, unlabelled);
    }

    private sealed class Arrays(EncoderSettings settings, Artifact<Tuple<Matrix<float>, Matrix<float>>> rows) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, TweetSets raw, TweetSets clean) =>
            runner.Run(EmbedTweets.precomputed(settings.TrainArray), Artifact.both(raw.Both, rows));

        public FSharpResult<Matrix<float>, PipelineError> See(Embedded run, string[] texts) =>
            FSharpResult<Matrix<float>, PipelineError>.NewError(PipelineError.NewDataRefused(
                $"{settings.TrainArray}: embed.encoder = npy takes rows that another program made, so a new text has none; predict needs a run with other encoders"));
    }
}
