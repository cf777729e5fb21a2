using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>The tweets as the run's encoders see them: each by itself, all together, and how these were put together.</summary>
internal sealed record Views(List<Artifact<Embeddings>> Each, Artifact<CombinationFacts>? Weights, Artifact<Embeddings> Together)
{
    public Artifact<FSharpList<Embeddings>> Parts { get; } = Artifact.all(Each);

    public Artifact<FSharpOption<CombinationFacts>?> Facts => WeighViews.facts(Weights is null
        ? FSharpOption<Artifact<CombinationFacts>>.None
        : FSharpOption<Artifact<CombinationFacts>>.Some(Weights));

    /// <summary>One encoder's rows are taken as they are; several are weighed and stand side by side.</summary>
    public static FSharpResult<Views, PipelineError> Embed(
        IRunner runner, Session session, Artifact<Split> split, TweetSets raw, TweetSets clean) =>
        from parts in session.Sources.Encoders
            .Select<IEncoder, Func<FSharpResult<Artifact<Embeddings>, PipelineError>>>(encoder => () => encoder.Embed(runner, raw, clean))
            .InOrder()
        from views in Combine(runner, session, split, parts)
        select views;

    private static FSharpResult<Views, PipelineError> Combine(
        IRunner runner, Session session, Artifact<Split> split, List<Artifact<Embeddings>> parts)
    {
        var all = Artifact.all(parts);

        return parts is [var only]
            ? FSharpResult<Views, PipelineError>.NewOk(new Views(parts, null, only))
            : from weights in runner.Run(WeighViews.stage(session.Config.Encoder.Weigh), Artifact.both(all, split))
              from together in runner.Run(CombineViews.stage, Artifact.both(all, weights))
              select new Views(parts, weights, together);
    }
}
