using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>What an experiment works with: the run's artifacts, and the one way in which networks are trained.</summary>
internal sealed record Bench(IRunner Runner, Config Config, Materials Made, Limits Limits, Sources Sources)
{
    public Artifact<Split> Split => Made.Split;

    public Artifact<KernelRegression> Kernel => Made.Kernel;

    /// <summary>What the run's networks have in common, at the first of each setting's values.</summary>
    public RunSpec Basis => Widths.basis(Config.Values, Config.Device);

    /// <summary>All networks of a grid, trained in its order. A grid that cannot be has been refused with the settings.</summary>
    public FSharpResult<Artifact<FSharpList<TrainedNetwork>>, PipelineError> Train(Grid grid)
    {
        var points = GridModule.points(grid);
        return points.IsOk
            ? Train(points.ResultValue)
            : throw new InvalidOperationException(points.ErrorValue);
    }

    public FSharpResult<Artifact<FSharpList<TrainedNetwork>>, PipelineError> Train(IEnumerable<GridPoint> points) =>
        points.Select(Training).InOrder().Select(Artifact.all);

    /// <summary>What networks say of the fold of the training rows that each is not trained on.</summary>
    public FSharpResult<Artifact<FSharpList<HeldOutPath>>, PipelineError> HoldOut(IEnumerable<Tuple<GridPoint, int>> networks) =>
        networks
            .Select(network => (Func<FSharpResult<Artifact<HeldOutPath>, PipelineError>>)(() =>
                from input in Limits.Of(network.Item1.Spec)
                from path in Runner.Run(TrainFold.stage(network.Item1, network.Item2), Artifact.both(input, Split))
                select path))
            .InOrder()
            .Select(Artifact.all);

    /// <summary>The epoch that each kind of the run's own networks is judged at; none where none is to be chosen.</summary>
    public FSharpResult<Artifact<EpochChoice[]>, PipelineError> ChooseEpochs() =>
        Config.Choosing.Length == 0
            ? FSharpResult<Artifact<EpochChoice[]>, PipelineError>.NewOk(Core.ChooseEpochs.none)
            : from paths in HoldOut(Config.Choosing)
              from choices in Runner.Run(Core.ChooseEpochs.stage(Config.Choosing), Artifact.both(Split, paths))
              select choices;

    /// <summary>The epochs that a question's own networks are judged at, by the same rule on its own rows.</summary>
    public FSharpResult<Artifact<EpochChoice[]>, PipelineError> ChooseEpochs(string question, GridPoint[] points)
    {
        var networks = Core.ChooseEpochs.networks(SettingModule.whole(Config.Values, "train.stop-folds"), points);

        return networks.Length == 0
            ? FSharpResult<Artifact<EpochChoice[]>, PipelineError>.NewOk(Core.ChooseEpochs.none)
            : from paths in HoldOut(networks)
              from choices in Runner.Run(
                  Core.ChooseEpochs.named($"{Core.ChooseEpochs.name}/{question}", networks), Artifact.both(Split, paths))
              select choices;
    }

    /// <summary>A question's own networks, trained to their last epoch, as they are judged.</summary>
    public FSharpResult<Artifact<JudgedRuns>, PipelineError> Judge(string question, GridPoint[] points) =>
        from networks in Train(points)
        from epochs in ChooseEpochs(question, points)
        select Core.ChooseEpochs.judged(networks, epochs);

    /// <summary>The run's own networks once more, up to the epoch of their kind, in their order; none where no epochs are chosen.</summary>
    public FSharpResult<Artifact<FSharpList<FSharpOption<StoppedNetwork>>>, PipelineError> Stop(Artifact<EpochChoice[]> epochs) =>
        Config.Choosing.Length == 0
            ? FSharpResult<Artifact<FSharpList<FSharpOption<StoppedNetwork>>>, PipelineError>.NewOk(StopNetwork.none!)
            : Config.Train
                .Select(point => (Func<FSharpResult<Artifact<FSharpOption<StoppedNetwork>>, PipelineError>>)(() =>
                    from input in Limits.Of(point.Spec)
                    from stopped in Runner.Run(StopNetwork.stage(SeedModule.root(Config.Seed), point), Artifact.both(input, epochs))
                    select stopped))
                .InOrder()
                .Select(Artifact.all);

    /// <summary>
    /// The same bench on a subset of the training rows, evenly spaced: its networks train on these, its spectrum and its regression (which
    /// knows no test rows) are those of these. The kernel of all labelled rows stays as it is, and so do the validation rows.
    /// </summary>
    public FSharpResult<Bench, PipelineError> OnRows(int count) =>
        from split in Runner.Run(SubsetRows.stage(count), Split)
        from spectrum in Runner.Run(SubsetRows.spectrum(count), Artifact.both(Made.Networks.Gram, split))
        from kernel in Runner.Run(
            FitRidge.named($"fit-ridge/subset-{count}", Config.Ridge, Config.Targets),
            FitRidge.withoutTest(split, spectrum, Made.Networks.Gram))
        let networks = Made.Networks with { Spectrum = spectrum }
        select this with
        {
            Made = Made with { Split = split, Networks = networks, Kernel = kernel },
            Limits = new Limits(Runner, split, Made.Features, networks),
        };

    /// <summary>The kernels of some of the run's own networks beside their limits, entry by entry.</summary>
    public FSharpResult<Artifact<FSharpList<ProbeKernels[]>>, PipelineError> Probes(Artifact<FSharpList<TrainedNetwork>> trained) =>
        CompareProbes.all(Config.Compare.MainRate, Config.Train)
            .Select(asked => (Func<FSharpResult<Artifact<ProbeKernels[]>, PipelineError>>)(
                () => from input in Limits.Of(asked.Item1)
                      from probes in Runner.Run(CompareProbes.stage(asked.Item2), Artifact.both(input, trained))
                      select probes))
            .InOrder()
            .Select(Artifact.all);

    private Func<FSharpResult<Artifact<TrainedNetwork>, PipelineError>> Training(GridPoint point) =>
        () => from input in Limits.Of(point.Spec)
              from trained in Runner.Run(TrainNetwork.stage(point), input)
              select trained;
}

/// <summary>What a run has made by the time that experiments are asked.</summary>
/// <param name="Labelled">The labelled tweets as they were written.</param>
/// <param name="Unlabelled">The others, likewise.</param>
/// <param name="Embeddings">Every encoder's columns, put together, before they are reduced.</param>
/// <param name="Features">Unit rows, N × d: what networks are given.</param>
/// <param name="Networks">The analytic kernel of these rows, all labelled ones, and the spectrum of its training rows.</param>
/// <param name="Kernel">Regression with the kernel that the run regresses with.</param>
/// <param name="Own">A model of a person's own, where one is asked.</param>
internal sealed record Materials(
    Artifact<Tweet[]> Labelled, Artifact<Tweet[]> Unlabelled, Artifact<Split> Split, Artifact<Embeddings> Embeddings, Artifact<Features> Features, Kernel Networks,
    Artifact<KernelRegression> Kernel, OwnModelWork? Own);
