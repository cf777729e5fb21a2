using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>What an experiment works with: the run's artifacts, and the one way in which networks are trained.</summary>
internal sealed record Bench(
    IRunner Runner, Config Config, Artifact<Split> Split, Artifact<Features> Features, Artifact<KernelRegression> Kernel, Limits Limits)
{
    /// <summary>What the run's networks have in common, at the first of each setting's values.</summary>
    public RunSpec Basis => Widths.basis(Config.Values, Config.Device);

    /// <summary>All networks of a grid, trained in its order. A grid that cannot be has been refused with the settings.</summary>
    public FSharpResult<Artifact<FSharpList<TrainedNetwork>>, PipelineError> Train(Grid grid)
    {
        var points = GridModule.points(grid);
        return points.IsOk
            ? Train(points.ResultValue)
            : throw new InvalidOperationException(points.ErrorValue);
    }

    public FSharpResult<Artifact<FSharpList<TrainedNetwork>>, PipelineError> Train(IEnumerable<GridPoint> points) =>
        points.Select(Training).InOrder().Select(Artifact.all);

    private Func<FSharpResult<Artifact<TrainedNetwork>, PipelineError>> Training(GridPoint point) =>
        () => from input in Limits.Of(point.Spec)
              from trained in Runner.Run(TrainNetwork.stage(point), input)
              select trained;
}
