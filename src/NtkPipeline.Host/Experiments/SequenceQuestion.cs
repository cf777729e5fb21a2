using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Experiments;

/// <summary>Texts as sequences of tokens: kernels that know their order beside kernels that do not.</summary>
internal sealed class SequenceQuestion : IQuestion
{
    public Experiment Experiment => Sequence.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from split in bench.Runner.Run(SubsetRows.stage(Sequence.whole(bench.Config.Values, "rows")), bench.Split)
        from vectors in Tokens.Of(bench.Runner, bench.Config, bench.Sources, bench.Made.Labelled, bench.Made.Unlabelled, isOfAll: false)
        from tokens in bench.Runner.Run(SequenceTokens.stage(Sequence.columns(bench.Config.Values)), Artifact.both(vectors, split))
        from models in SequenceModelModule.all.Select(model => Fit(bench, split, tokens, model)).InOrder()
        from members in Sequence.specs(bench.Config.Values, bench.Basis)
            .Select(one => Train(bench, split, tokens, models.Single(model => model.Of.Equals(one.Item1)), one.Item2))
            .InOrder()
        from evidence in bench.Runner.Run(
            SequenceJudge.stage(
                bench.Config.Compare,
                FuncConvert.FromFunc((SequenceModel model) => Sequence.limit(bench.Config.Values, model)),
                FuncConvert.FromFunc((SequenceModel model) => ArchitectureModule.print(Sequence.architecture(bench.Config.Values, model)))),
            SequenceJudge.inputs(tokens, split, bench.Split, models.Select(model => Tuple.Create(model.Of, model.Fit)), members))
        select SequenceChapter.ofEvidence(evidence);

    private static Func<FSharpResult<Regressed, PipelineError>> Fit(
        Bench bench, Artifact<Split> split, Artifact<TokenVectors> tokens, SequenceModel model) => () =>
        from gram in bench.Runner.Run(
            SequenceGrams.stage(model, Sequence.limit(bench.Config.Values, model), Tell(bench)), Artifact.both(tokens, split))
        from fit in bench.Runner.Run(SequenceFitModule.stage(model, bench.Config.Ridge), Artifact.both(gram, split))
        select new Regressed(model, gram, fit);

    /// <summary>One network, trained to choose its epoch and trained to be judged.</summary>
    private static Func<FSharpResult<Artifact<SequenceMember>, PipelineError>> Train(
        Bench bench, Artifact<Split> split, Artifact<TokenVectors> tokens, Regressed model, RunSpec spec) => () =>
    {
        var input = Artifact.both(tokens, Artifact.both(split, Artifact.both(model.Gram, model.Fit)));

        return from choosing in bench.Runner.Run(SequenceNetworks.stage(model.Of, spec, SequenceRows.Choosing), input)
               from judged in bench.Runner.Run(SequenceNetworks.stage(model.Of, spec, SequenceRows.Judged), input)
               select SequenceContests.gathered(model.Of, spec, choosing, judged);
    };

    private static Action<int, int> Tell(Bench bench) => Tokens.Tell(bench.Runner);

    /// <summary>A model's kernel, and regression with it.</summary>
    private sealed record Regressed(SequenceModel Of, Artifact<Matrix<float>> Gram, Artifact<SequenceFit> Fit);
}
