using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Test errors through the interpolation threshold, for every draw of rows: regressions on features, and trained networks.</summary>
internal sealed class DoubleDescentQuestion : IQuestion
{
    public Experiment Experiment => DoubleDescent.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var values = bench.Config.Values;
        var (runner, split) = (bench.Runner, bench.Split);

        return from features in runner.Run(
                   ReduceDimension.leading(bench.Config.Reduce, DoubleDescent.dimensions(values)), Artifact.both(bench.Made.Embeddings, split))
               from drawn in DoubleDescent.seeds(values)
                   .Select(Lazily((int seed) => runner.Run(DoubleDescent.rows(values, seed), Artifact.both(features, split))))
                   .InOrder()
               let inputs = drawn.Select(rows => DescentCurveModule.inputs(features, split, rows)).ToList()
               from curves in DoubleDescent.kinds(values)
                   .SelectMany(_ => DoubleDescent.seeds(values), (kind, seed) => (kind, seed))
                   .Select(Lazily(((FeatureKind Kind, int Seed) one) => runner.Run(DoubleDescent.curve(values, one.Kind, one.Seed), inputs[one.Seed])))
                   .InOrder()
               from networks in DoubleDescent.noises(values)
                   .SelectMany(_ => DoubleDescent.trainedSeeds(values), (noise, seed) => (noise, seed))
                   .Select(Lazily(((double Noise, int Seed) one) => runner.Run(DoubleDescent.networks(values, one.Noise, one.Seed), inputs[one.Seed])))
                   .InOrder()
               select DoubleDescent.chapter(split, Artifact.all(curves), Artifact.all(networks));
    }

    /// <summary>A step that is taken when its turn comes.</summary>
    private static Func<T, Func<FSharpResult<TOut, PipelineError>>> Lazily<T, TOut>(Func<T, FSharpResult<TOut, PipelineError>> step) =>
        one => () => step(one);
}
