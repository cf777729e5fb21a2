using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>What the output scale decides: a grid over α.</summary>
internal sealed class OutputScaleQuestion : IQuestion
{
    public Experiment Experiment => OutputScale.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from runs in bench.Judge(Experiment.Name, GridModule.points(OutputScale.grid(bench.Config.Values, bench.Basis)).ResultValue)
        from evidence in bench.Runner.Run(OutputScale.stage(bench.Config.Compare), Artifact.both(bench.Split, runs))
        select OutputScale.chapter(bench.Kernel, runs, evidence);
}
