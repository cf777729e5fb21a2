using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Which task helps with which: keyword groups, the kernel's word on them, and networks that learn one after the other.</summary>
internal sealed class TransferQuestion : IQuestion
{
    public Experiment Experiment => Transfer.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var (runner, config) = (bench.Runner, bench.Config);
        var (values, spec) = (config.Values, Transfer.spec(config.Values, bench.Basis));
        var parts = Transfer.parts(values);

        return from input in bench.Limits.Of(spec)
               from tasks in runner.Run(TransferTasks.stage(Transfer.tasks(values)), Artifact.both(bench.Made.Labelled, bench.Split))
               let material = Artifact.both(tasks, input)
               from kernel in runner.Run(TransferKernel.stage(config.Ridge), material)
               from networks in parts
                   .Select(part => (Func<FSharpResult<Artifact<FoldTransfers>, PipelineError>>)(
                       () => runner.Run(TransferNetworks.stage(values, spec, part.Item1, part.Item2), material)))
                   .InOrder()
               let judged = TransferEvidenceModule.inputs(tasks, kernel, parts.Select(part => part.Item2), Artifact.all(networks))
               from evidence in runner.Run(TransferEvidenceModule.stage(config.Compare), judged)
               select TransferChapter.chapter(values, evidence);
    }
}
