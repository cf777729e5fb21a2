using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;
using Tweets = NtkPipeline.Core.Artifact<System.Tuple<NtkPipeline.Core.Tweet[], NtkPipeline.Core.Tweet[]>>;

namespace NtkPipeline.Host;

/// <summary>Which of the ways from texts to rows of numbers a run takes.</summary>
internal interface IEncoder
{
    FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, Tweets raw, Tweets clean);
}

internal static class Encoders
{
    /// <summary>The encoder of the settings; "auto" is the sentence transformer if it lies in data/models, else LSA.</summary>
    public static FSharpResult<IEncoder, PipelineError> Open(Config config)
    {
        var model = config.Encoder.Model == "" ? Home.Model("all-MiniLM-L6-v2") : config.Encoder.Model;

        return config.Encoder.Kind switch
        {
            "minilm" => OpenTransformer(model),
            "npy" => OpenArrays(config.Encoder),
            "auto" when File.Exists(Path.Combine(model, "model.onnx")) => OpenTransformer(model),
            _ => FSharpResult<IEncoder, PipelineError>.NewOk(new Lsa(config.Encoder.Lsa)),
        };
    }

    private static FSharpResult<IEncoder, PipelineError> OpenTransformer(string folder) =>
        from identity in SentenceEncoderModule.identify(folder)
        select (IEncoder)new Transformer(folder, identity);

    private static FSharpResult<IEncoder, PipelineError> OpenArrays(EncoderSettings settings) =>
        from train in SourceFile.npyArtifact("train.npy", settings.TrainArray)
        from test in SourceFile.npyArtifact("test.npy", settings.TestArray)
        select (IEncoder)new Arrays(settings, Artifact.both(train, test));

    private sealed class Lsa(LsaSettings settings) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, Tweets raw, Tweets clean) =>
            runner.Run(EmbedTweets.lsa(settings), clean);
    }

    /// <summary>A transformer has learnt from text as people write it, so it gets the tweets as they are.</summary>
    private sealed class Transformer(string folder, Digest identity) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, Tweets raw, Tweets clean) =>
            runner.Run(
                EmbedTweets.transformer(
                    Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), identity,
                    FuncConvert.FromFunc<string[], FSharpResult<Matrix<float>, PipelineError>>(
                        texts => SentenceEncoderModule.encodeAll(folder, texts))),
                raw);
    }

    private sealed class Arrays(EncoderSettings settings, Artifact<Tuple<Matrix<float>, Matrix<float>>> rows) : IEncoder
    {
        public FSharpResult<Artifact<Embeddings>, PipelineError> Embed(IRunner runner, Tweets raw, Tweets clean) =>
            runner.Run(EmbedTweets.precomputed(settings.TrainArray), Artifact.both(raw, rows));
    }
}
