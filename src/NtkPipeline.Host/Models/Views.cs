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
        IRunner runner, Session session, Artifact<Split> split, List<Artifact<Embeddings>> parts) =>
        from weights in parts.Count == 1
            ? FSharpResult<Artifact<CombinationFacts>?, PipelineError>.NewOk(null)
            : runner.Run(WeighViews.stage(session.Config.Encoder.Weigh), Artifact.both(Artifact.all(parts), split)).Select(found => (Artifact<CombinationFacts>?)found)
        from views in Of(runner, parts, weights)
        select views;

    /// <summary>What encoders made, put together by weights that are known; without weights there is one encoder.</summary>
    public static FSharpResult<Views, PipelineError> Of(IRunner runner, List<Artifact<Embeddings>> parts, Artifact<CombinationFacts>? weights) =>
        from together in weights is null
            ? FSharpResult<Artifact<Embeddings>, PipelineError>.NewOk(parts[0])
            : runner.Run(CombineViews.stage, Artifact.both(Artifact.all(parts), weights))
        select new Views(parts, weights, together);

    /// <summary>The rows that models are given. Numbers keep every column.</summary>
    public FSharpResult<Artifact<Features>, PipelineError> Reduce(
        IRunner runner, Session session, Artifact<Split> split, Artifact<DimensionFacts> dimensions) =>
        session.Config.Data.AreNumbers
            ? runner.Run(StandardiseRows.stage, Artifact.both(Together, split))
            : runner.Run(ReduceDimension.stage(session.Config.Reduce), ReduceDimension.inputs(session.Config.Reduce, Together, split, dimensions));
}
