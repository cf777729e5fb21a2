using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>A model of a person's own beside the run's analytic kernel.</summary>
internal sealed class OwnModelQuestion : IQuestion
{
    public Experiment Experiment => OwnQuestion.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) => bench.Made.Own!.Ask(bench.Made.Networks.Gram);
}
