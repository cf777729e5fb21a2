using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>The paths of networks through function space beside those of their kernels, on a subset of the training rows.</summary>
internal sealed class FunctionSpaceQuestion : IQuestion
{
    public Experiment Experiment => FunctionSpace.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var values = bench.Config.Values;
        var scales = FunctionSpace.scales(values, bench.Basis);

        return from fewer in bench.OnRows(FunctionSpace.rows(values))
               from networks in fewer.Train(FunctionSpace.grid(values, bench.Basis))
               from kernels in scales
                   .Select(spec => (Func<FSharpResult<Artifact<KernelPath>, PipelineError>>)(
                       () => from input in fewer.Limits.Of(spec)
                             from path in bench.Runner.Run(FunctionSpace.kernelPath(values, spec), input)
                             select path))
                   .InOrder()
               let inputs = FunctionPaths.inputs(scales.Select(spec => spec.InputScale), Artifact.all(kernels), networks)
               from evidence in bench.Runner.Run(FunctionPaths.stage, inputs)
               select FunctionSpaceChapter.chapter(evidence);
    }
}
