using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>What depth does: kernels of many depths and phases on few rows, and networks of one width trained on them.</summary>
internal sealed class DepthQuestion : IQuestion
{
    public Experiment Experiment => Depth.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var (runner, values) = (bench.Runner, bench.Config.Values);

        return from few in runner.Run(Depth.few(values), Artifact.both(bench.Made.Features, bench.Split))
               from kernels in Depth.kernels(values)
                   .Select(stage => (Func<FSharpResult<Artifact<DepthKernel>, PipelineError>>)(() => runner.Run(stage, few)))
                   .InOrder()
                   .Select(Artifact.all)
               from there in Standing(bench, few)
               from networks in there.Train(DepthGrid.networks(values, bench.Basis).ResultValue)
               let runs = TrainedNetworkModule.runs(networks)
               from evidence in runner.Run(DepthJudge.stage(DepthJudge.settings(bench.Config.Compare, values)), DepthJudge.inputs(few, kernels, runs))
               select DepthChapter.ofEvidence(runs, evidence);
    }

    /// <summary>The bench on the few rows, which knows nothing of the others.</summary>
    private static FSharpResult<Bench, PipelineError> Standing(Bench bench, Artifact<Tuple<Features, Split>> few)
    {
        var (features, split) = (FewRows.features(few), FewRows.split(few));
        var (network, scale) = (AnalyticGram.network, InputScale.SqrtD);

        return from gram in bench.Runner.Run(NetworkGram.stage(network, scale), features)
               from spectrum in bench.Runner.Run(NetworkGram.spectrum(network, scale), Artifact.both(gram, split))
               let kernel = bench.Made.Networks with { Gram = gram, Spectrum = spectrum }
               select bench with
               {
                   Made = bench.Made with { Features = features, Split = split, Networks = kernel },
                   Limits = new Limits(bench.Runner, split, features, kernel),
               };
    }
}
