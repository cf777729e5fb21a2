using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>What the input dimension does: features, kernel, regression and networks anew for each d, on a subset of the training rows.</summary>
internal sealed class DimensionQuestion : IQuestion
{
    public Experiment Experiment => Dimension.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from subset in bench.Runner.Run(SubsetRows.stage(Dimension.rows(bench.Config.Values)), bench.Split)
        from places in Dimension.dimensions(bench.Config.Values)
            .Select(d => (Func<FSharpResult<Artifact<DimensionPlace>, PipelineError>>)(() => Place(bench, subset, d)))
            .InOrder()
        from evidence in bench.Runner.Run(
            DimensionEvidenceModule.stage(bench.Config.Compare), Artifact.both(bench.Split, Artifact.all(places)))
        select Dimension.chapter(evidence);

    /// <summary>All that is made of d components. Components are found on all training rows; what follows sees the subset alone.</summary>
    private FSharpResult<Artifact<DimensionPlace>, PipelineError> Place(Bench bench, Artifact<Split> subset, int d)
    {
        var (runner, config) = (bench.Runner, bench.Config);

        return from all in runner.Run(ReduceDimension.leading(config.Reduce, d), Artifact.both(bench.Made.Embeddings, bench.Split))
               let rows = DimensionPlaceModule.rows(all, subset)
               let features = DimensionPlaceModule.features(rows)
               let split = DimensionPlaceModule.split(rows)
               from gram in runner.Run(AnalyticGram.named($"analytic-gram/d={d}"), features)
               from spectrum in runner.Run(DecomposeKernel.named($"decompose-kernel/d={d}"), Artifact.both(gram, split))
               from kernel in runner.Run(
                   FitRidge.named($"fit-ridge/d={d}", Dimension.ridge(config.Ridge), config.Targets),
                   FitRidge.withoutTest(split, spectrum, gram))
               let own = bench with
               {
                   Made = bench.Made with { Features = features, Split = split },
                   Limits = new Limits(runner, split, features, new Kernel(gram, gram, spectrum)),
               }
               from runs in own.Judge($"{Experiment.Name}/d={d}", Dimension.points(config.Values, bench.Basis, d))
               from place in runner.Run(
                   DimensionPlaceModule.stage(d), DimensionPlaceModule.inputs(rows, spectrum, kernel, runs))
               select place;
    }
}
