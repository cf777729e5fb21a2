using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Where networks are lazy: a grid over width, output scale and rate on few rows, and three scalings with the width.</summary>
internal sealed class RegimeQuestion : IQuestion
{
    public Experiment Experiment => Regime.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from few in bench.OnRows(SettingModule.whole(bench.Config.Values, "regime.rows"))
        from runs in few.Judge(Experiment.Name, RegimeGrid.points(bench.Config.Values, bench.Basis).ResultValue)
        let settings = Regime.settings(bench.Config.Compare, bench.Config.Values, bench.Basis)
        from evidence in bench.Runner.Run(Regime.stage(settings), Artifact.both(few.Split, runs))
        select Regime.chapter(runs, evidence);
}
