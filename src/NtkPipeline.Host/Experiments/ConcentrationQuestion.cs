using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Entries of finite networks' kernels against their limits, and every trained network beside its own first kernel.</summary>
internal sealed class ConcentrationQuestion : IQuestion
{
    public Experiment Experiment => Concentration.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var (values, compare) = (bench.Config.Values, bench.Config.Compare);
        var points = GridModule.points(Concentration.grid(values, bench.Basis)).ResultValue;

        return from some in bench.OnRows(Concentration.rows(values))
               from networks in some.Train(points)
               from pairs in points.Select(point => Pair(some, point)).InOrder().Select(Artifact.all)
               let runs = TrainedNetworkModule.runs(networks)
               from evidence in bench.Runner.Run(
                   ConcentrationEvidenceModule.stage(compare), ConcentrationEvidenceModule.inputs(some.Split, runs, pairs))
               select ConcentrationChapter.chapter(values, compare, evidence);
    }

    private static Func<FSharpResult<Artifact<OwnKernelPair>, PipelineError>> Pair(Bench some, GridPoint point) =>
        () => from input in some.Limits.Of(point.Spec)
              from trained in some.Runner.Run(TrainNetwork.stage(point), input)
              from pair in some.Runner.Run(Concentration.stage(point), Concentration.inputs(input, some.Kernel, trained))
              select pair;
}
