using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Where optimisers end: every network by every optimiser, then the first steps of some.</summary>
internal sealed class ImplicitBiasQuestion : IQuestion
{
    public Experiment Experiment => ImplicitBias.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var points = ImplicitBias.points(bench.Config.Values, bench.Basis);
        var firsts = ImplicitBias.firstSteps(bench.Config.Values, bench.Basis);
        var near = ImplicitBias.near(bench.Config.Values);

        return from input in bench.Limits.Of(points[0].Spec)
               from paths in points.Select(point => Running(bench, BiasModels.path(point), input)).InOrder()
               from steps in firsts.Select(first => Running(bench, BiasModels.firstSteps(first.Item1, first.Item2), input)).InOrder()
               let made = JudgeBias.inputs(input, Artifact.all(paths), Artifact.all(steps))
               from evidence in bench.Runner.Run(JudgeBias.stage(bench.Config.Compare, near, points[0]), made)
               select BiasChapter.chapter(evidence);
    }

    private static Func<FSharpResult<Artifact<T>, PipelineError>> Running<T>(Bench bench, Stage<TrainInput, T> stage, Artifact<TrainInput> input) =>
        () => bench.Runner.Run(stage, input);
}
