using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>
/// How fast networks become their kernel: laws in the width, over a grid on a part of the rows and over the run's own networks, and
/// networks that are not centred beside theory's band.
/// </summary>
internal sealed class ConvergenceQuestion : IQuestion
{
    public Experiment Experiment => Convergence.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench)
    {
        var (runner, values) = (bench.Runner, bench.Config.Values);

        return from some in bench.OnRows(Convergence.rows(values))
               from networks in some.Train(Convergence.grid(values, bench.Basis))
               from own in bench.Train(bench.Config.Train)
               let runs = TrainedNetworkModule.runs(networks)
               from laws in runner.Run(
                   ConvergenceStages.laws(values, bench.Config.Compare), Artifact.both(runs, TrainedNetworkModule.runs(own)))
               from few in bench.OnRows(Convergence.ensembleRows(values))
               from ensemble in few.Train(Convergence.ensemble(values, bench.Basis))
               from band in runner.Run(
                   ConvergenceStages.band, ConvergenceStages.bandInputs(bench.Made.Features, few.Split, bench.Made.Labelled, ensemble))
               select ConvergenceChapter.chapter(values, runs, laws, band);
    }
}
