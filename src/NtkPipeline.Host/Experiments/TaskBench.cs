using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>The one way in which networks of three classes or more, and of numbers, are trained: on rows, or on texts as sequences of tokens.</summary>
/// <param name="Written">The analytic kernel of the written method's network, or, of texts, that of their only architecture.</param>
internal sealed record TaskBench(
    IRunner Runner, Config Config, Artifact<Labels> Labels, Artifact<Split> Split, Artifact<Features> Features, Kernel Written, bool AreTexts)
{
    public FSharpResult<Artifact<FSharpList<HeldOutNetwork>>, PipelineError> Train() =>
        Config.Train
            .Select(point => (Func<FSharpResult<Artifact<HeldOutNetwork>, PipelineError>>)(() =>
                from inputs in Inputs(point.Spec)
                from trained in Runner.Run(TrainTask.stage(point), inputs)
                select trained))
            .InOrder()
            .Select(Artifact.all);

    /// <summary>The epoch that each kind of network is judged at; none where none is to be chosen.</summary>
    public FSharpResult<Artifact<EpochChoice[]>, PipelineError> ChooseEpochs() =>
        Config.Choosing.Length == 0
            ? FSharpResult<Artifact<EpochChoice[]>, PipelineError>.NewOk(Core.ChooseEpochs.none)
            : from paths in Config.Choosing
                  .Select(network => (Func<FSharpResult<Artifact<HeldOutPath>, PipelineError>>)(() =>
                      from inputs in Inputs(network.Item1.Spec)
                      from path in Runner.Run(TaskFold.stage(network.Item1, network.Item2), Artifact.both(inputs, Split))
                      select path))
                  .InOrder()
              from choices in Runner.Run(
                  TaskFold.choose(Config.Choosing),
                  Artifact.both(TaskFold.targets(Labels, Split), Artifact.both(Split, Artifact.all(paths))))
              select choices;

    /// <summary>The networks once more, up to the epoch of their kind; none where no epochs are chosen.</summary>
    public FSharpResult<Artifact<FSharpList<FSharpOption<StoppedNetwork>>>, PipelineError> Stop(Artifact<EpochChoice[]> epochs) =>
        Config.Choosing.Length == 0
            ? FSharpResult<Artifact<FSharpList<FSharpOption<StoppedNetwork>>>, PipelineError>.NewOk(StopNetwork.none!)
            : Config.Train
                .Select(point => (Func<FSharpResult<Artifact<FSharpOption<StoppedNetwork>>, PipelineError>>)(() =>
                    from inputs in Inputs(point.Spec)
                    from stopped in Runner.Run(StopNetwork.task(SeedModule.root(Config.Seed), point), Artifact.both(inputs, epochs))
                    select stopped))
                .InOrder()
                .Select(Artifact.all);

    /// <summary>The kernels of some of the networks beside their limits, entry by entry.</summary>
    public FSharpResult<Artifact<FSharpList<ProbeKernels[]>>, PipelineError> Probes(Artifact<FSharpList<HeldOutNetwork>> trained) =>
        CompareProbes.all(Config.Compare.MainRate, Config.Train)
            .Select(asked => (Func<FSharpResult<Artifact<ProbeKernels[]>, PipelineError>>)(() =>
                from gram in Gram(asked.Item1)
                from probes in Runner.Run(
                    CompareProbes.taskStage(Config.Train, asked.Item2),
                    AreTexts
                        ? CompareProbes.taskInputsOfTexts(Labels, Split, Features, gram, trained)
                        : CompareProbes.taskInputs(Labels, Split, Features, gram, trained))
                select probes))
            .InOrder()
            .Select(Artifact.all);

    private bool IsShared(RunSpec spec) => AreTexts || NetworkGram.isShared(spec.Architecture);

    private FSharpResult<Artifact<Matrix<float>>, PipelineError> Gram(RunSpec spec) =>
        IsShared(spec)
            ? FSharpResult<Artifact<Matrix<float>>, PipelineError>.NewOk(Written.Gram)
            : Runner.Run(NetworkGram.stage(RunSpecModule.limit(spec), spec.InputScale), Features);

    private FSharpResult<Artifact<TrainTask.Input>, PipelineError> Inputs(RunSpec spec) =>
        from spectrum in Spectrum(spec)
        select AreTexts
            ? TrainTask.inputsOfTexts(Labels, Split, Features, spectrum)
            : TrainTask.inputs(Labels, Split, Features, spectrum);

    /// <summary>The spectrum of the kernel that a network's learning rate is in units of.</summary>
    private FSharpResult<Artifact<Spectrum>, PipelineError> Spectrum(RunSpec spec) =>
        IsShared(spec)
            ? FSharpResult<Artifact<Spectrum>, PipelineError>.NewOk(Written.Spectrum)
            : from gram in Gram(spec)
              from spectrum in Runner.Run(NetworkGram.spectrum(RunSpecModule.limit(spec), spec.InputScale), Artifact.both(gram, Split))
              select spectrum;
}
