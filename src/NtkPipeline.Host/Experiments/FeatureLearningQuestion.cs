using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Whether feature learning helps: a kernel and a network, each chosen on inner folds, and the kernel that the network learned.</summary>
internal sealed class FeatureLearningQuestion : IQuestion
{
    public Experiment Experiment => FeatureLearning.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from kernels in TryKernels(bench)
        from kernel in bench.Runner.Run(
            TunedKernels.fit(FeatureLearning.folds(bench.Config.Values)),
            Artifact.both(bench.Made.Features, Artifact.both(bench.Split, kernels)))
        from choice in Choose(bench)
        from networks in Train(bench, choice)
        from tangents in bench.Runner.Run(
            AfterKernel.stage(FeatureLearning.whole(bench.Config.Values, "tangent-rows"), FeatureLearning.ridges(bench.Config.Values)),
            Artifact.both(bench.Made.Features, Artifact.both(bench.Split, networks)))
        let runs = TrainedNetworkModule.runs(networks)
        from evidence in bench.Runner.Run(
            KernelAgainstNetworks.stage(bench.Config.Compare),
            KernelAgainstNetworks.inputs(bench.Split, kernels, kernel, choice, runs, tangents))
        select FeatureChapter.ofEvidence(runs, evidence);

    private static FSharpResult<Artifact<FSharpList<KernelTrial>>, PipelineError> TryKernels(Bench bench)
    {
        var input = Artifact.both(bench.Made.Features, bench.Split);
        var rows = FeatureLearning.whole(bench.Config.Values, "kernel-rows");

        return FeatureLearning.kernels(bench.Config.Values)
            .Select(kernel => (Func<FSharpResult<Artifact<KernelTrial>, PipelineError>>)(() =>
                bench.Runner.Run(KernelTrials.trial(rows, FeatureLearning.ridges(bench.Config.Values), kernel.Item1, kernel.Item2), input)))
            .InOrder()
            .Select(Artifact.all);
    }

    private static FSharpResult<Artifact<NetworkChoice>, PipelineError> Choose(Bench bench)
    {
        var networks = FeatureLearning.networks(bench.Config.Values, bench.Basis);

        return from paths in bench.HoldOut(networks)
               from choice in bench.Runner.Run(TunedNetworks.choose(networks), Artifact.both(bench.Split, paths))
               select choice;
    }

    /// <summary>What was chosen is known only when it was; so the stage is given what networks of every input scale are trained on.</summary>
    private static FSharpResult<Artifact<FSharpList<TrainedNetwork>>, PipelineError> Train(Bench bench, Artifact<NetworkChoice> choice)
    {
        var scales = FeatureLearning.scales(bench.Config.Values);

        return from inputs in scales
                   .Select(scale => (Func<FSharpResult<Artifact<TrainInput>, PipelineError>>)(() =>
                       bench.Limits.Of(FeatureLearning.atScale(scale, bench.Basis))))
                   .InOrder()
               let input = Artifact.both(Artifact.all(inputs), choice)
               from networks in Enumerable.Range(0, FeatureLearning.whole(bench.Config.Values, "members"))
                   .Select(number => (Func<FSharpResult<Artifact<TrainedNetwork>, PipelineError>>)(() =>
                       bench.Runner.Run(TunedNetworks.train(scales, number), input)))
                   .InOrder()
               select Artifact.all(networks);
    }
}
