using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>What the output scale decides: a grid over α.</summary>
internal sealed class OutputScaleQuestion : IQuestion
{
    public Experiment Experiment => OutputScale.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from networks in bench.Train(OutputScale.grid(bench.Config.Values, bench.Basis))
        let runs = TrainedNetworkModule.runs(networks)
        from evidence in bench.Runner.Run(OutputScale.stage(bench.Config.Compare), Artifact.both(bench.Split, runs))
        select OutputScale.chapter(bench.Kernel, runs, evidence);
}
