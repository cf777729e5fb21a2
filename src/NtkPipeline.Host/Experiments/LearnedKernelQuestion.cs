using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Kernels learned by gradient, each by itself, against the base kernel on every set of rows kept aside.</summary>
internal sealed class LearnedKernelQuestion : IQuestion
{
    public Experiment Experiment => LearnedKernels.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var values = bench.Config.Values;
        var input = LearnedTrials.inputs(bench.Made.Labelled, bench.Made.Features, bench.Split);
        var trials =
            from family in LearnedKernels.families(values)
            from aside in LearnedKernels.asides(values)
            select LearnedTrials.trial(values, bench.Config.Ridge, family, aside);

        return from learned in trials
                   .Select(trial => (Func<FSharpResult<Artifact<LearnedTrial>, PipelineError>>)(() => bench.Runner.Run(trial, input)))
                   .InOrder()
               from evidence in bench.Runner.Run(
                   LearnedVerdicts.stage(bench.Config.Compare, LearnedKernels.criterion(values)), Artifact.both(bench.Split, Artifact.all(learned)))
               select LearnedChapter.ofEvidence(evidence);
    }
}
