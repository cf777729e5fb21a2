using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Where the gap comes from: for each input scale the kernel's models once, then every network's.</summary>
internal sealed class GapQuestion : IQuestion
{
    public Experiment Experiment => GapCauses.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var lanes = GapCauses.lanes(bench.Config.Values, bench.Basis);

        return from models in lanes.Select(lane => Models(bench, lane)).InOrder()
               from evidence in bench.Runner.Run(GapEvidenceModule.stage(bench.Config.Compare, lanes), Artifact.all(models))
               select GapChapter.chapter(evidence);
    }

    private static Func<FSharpResult<Artifact<Tuple<GapKernel, FSharpList<GapNetwork>>>, PipelineError>> Models(Bench bench, GridPoint[] lane)
    {
        var rows = GapCauses.rows(bench.Config.Values);

        return () =>
            from input in bench.Limits.Of(lane[0].Spec)
            from kernel in bench.Runner.Run(GapModels.kernel(bench.Config.Ridge, lane[0].Spec, rows), input)
            from networks in lane.Select(Training(bench, rows, Artifact.both(input, kernel))).InOrder()
            select Artifact.both(kernel, Artifact.all(networks));
    }

    private static Func<GridPoint, Func<FSharpResult<Artifact<GapNetwork>, PipelineError>>> Training(
        Bench bench, int rows, Artifact<Tuple<TrainInput, GapKernel>> input) =>
        point => () => bench.Runner.Run(GapModels.network(point, rows), input);
}
