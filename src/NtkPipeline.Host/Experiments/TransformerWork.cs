using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Experiments;

/// <summary>The kernels of the transformer and their regressions.</summary>
internal sealed record TransformerWork(
    Bench Bench, Artifact<EncoderWeights> Weights, Artifact<TweetTokens> Tokens, Artifact<PooledTweets> Pooled, Artifact<TransformerHeads> Heads)
{
    public IRunner Runner => Bench.Runner;

    public FSharpMap<string, string> Values => Bench.Config.Values;

    public Device Device => Bench.Config.Device;

    public Seed Root => SeedModule.root(Bench.Config.Seed);

    public Action<int, int> Tell => (finished, all) => (Runner as IAdvancing)?.Advance(finished, all);

    /// <summary>The encoder's weights, the tweets' tokens, their pooled vectors and the heads on these.</summary>
    public static FSharpResult<TransformerWork, PipelineError> Begin(Bench bench)
    {
        var (runner, config, encoder) = (bench.Runner, bench.Config, bench.Sources.Transformer!);
        var tell = (Action<int, int>)((finished, all) => (runner as IAdvancing)?.Advance(finished, all));

        return from labelled in runner.Run(CleanTweets.stage("natural-train", CleanText.natural), bench.Made.Labelled)
               from unlabelled in runner.Run(CleanTweets.stage("natural-test", CleanText.natural), bench.Made.Unlabelled)
               from tokens in runner.Run(
                   TokeniseTweets.stage(encoder.Identity, Transformer.whole(config.Values, "most-tokens"), encoder.WordPiece),
                   Artifact.both(labelled, unlabelled))
               from pooled in runner.Run(PoolTweets.stage(config.Device, tell), Artifact.both(encoder.Weights, tokens))
               from heads in runner.Run(TransformerHeadsModule.stage, Artifact.both(pooled, bench.Split))
               select new TransformerWork(bench, encoder.Weights, tokens, pooled, heads);
    }

    public FSharpResult<Artifact<TransformerEvidence>, PipelineError> Judge()
    {
        var probe = Transformer.whole(Values, "error-rows");

        return from kernels in Kernels()
               from random in Random()
               from error in Error(probe)
               from tuned in new TransformerTrainings(this).Run()
               let fits = kernels.Fits.Append(random).Concat(tuned.Fits)
               let inputs = TransformerJudge.inputs(
                   Bench.Split, tuned.Stop, tuned.Start, fits.Select(fit => fit.ToTuple()), tuned.Members, kernels.Leaked, error, probe,
                   tuned.Drift, tuned.FirstOrder, kernels.Layers)
               from evidence in Runner.Run(TransformerJudge.stage(Bench.Config.Compare), inputs)
               select evidence;
    }

    /// <summary>All that is made of the frozen kernels and the tangent kernel, which are let go with the end of it.</summary>
    private FSharpResult<TangentKernels, PipelineError> Kernels() =>
        from frozen in Frozen()
        from tangent in OfTangent(frozen.Ntk)
        select tangent with { Fits = [.. frozen.Fits, .. tangent.Fits] };

    /// <summary>By all parameters of the encoder.</summary>
    public TileGradients Sketched => TileGradients.NewSketched(Transformer.sketch(Values), SeedModule.derive("tangent-sketch", Root));

    /// <summary>Gradients with a head, tile by tile.</summary>
    public FSharpResult<Artifact<FSharpList<TangentRows>>, PipelineError> Features(
        string what, TileGradients gradients, TileRows rows, int tiles, Artifact<EncoderWeights> weights, Artifact<Matrix<float>> head) =>
        Enumerable.Range(0, tiles)
            .Select(number => (Func<FSharpResult<Artifact<TangentRows>, PipelineError>>)(() => Runner.Run(
                TransformerTiles.stage(Device, gradients, what, rows, tiles, number, Tell),
                Artifact.both(weights, Artifact.both(head, Artifact.both(Tokens, Bench.Split))))))
            .InOrder()
            .Select(Artifact.all);

    /// <summary>A model of the kernel of all rows, whose encoder and head have seen labels or none; `pooled` is that encoder's.</summary>
    public FSharpResult<(TransformerModel Model, Artifact<TransformerFit> Fit), PipelineError> Regress(
        TransformerModel model, TileGradients gradients, Artifact<EncoderWeights> weights, Artifact<Matrix<float>> head,
        Artifact<PooledTweets> pooled)
    {
        var name = TransformerModelModule.id(model);

        return from gram in Gram(name, gradients, weights, head, pooled)
               from fit in Runner.Run(TransformerFitModule.tuned(name), Artifact.both(gram, Bench.Split))
               select (model, fit);
    }

    /// <summary>The kernel of all rows. Its gradients, which take more memory than it, are let go.</summary>
    private FSharpResult<Artifact<TransformerGram>, PipelineError> Gram(
        string name, TileGradients gradients, Artifact<EncoderWeights> weights, Artifact<Matrix<float>> head, Artifact<PooledTweets> pooled) =>
        from features in Features(name, gradients, TileRows.All, Tiles, weights, head)
        from gram in Runner.Run(TransformerGrams.tangent(name), Artifact.both(features, pooled))
        select gram;

    private int Tiles => Transformer.whole(Values, "tiles");

    private Artifact<Matrix<float>> Head =>
        Artifact.map(FuncConvert.FromFunc((TransformerHeads heads) => TransformerHeadsModule.row(heads.All.Head)), Heads);

    private FSharpResult<FrozenKernels, PipelineError> Frozen() =>
        from linear in Still(TransformerModel.FrozenLinear, TransformerGrams.linear)
        from nngp in Still(TransformerModel.FrozenNngp, TransformerGrams.frozen(KernelKind.Nngp))
        from gram in Runner.Run(TransformerGrams.frozen(KernelKind.Ntk), Pooled)
        from ntk in Runner.Run(TransformerFitModule.tuned(TransformerModelModule.id(TransformerModel.FrozenNtk)), Artifact.both(gram, Bench.Split))
        select new FrozenKernels(gram, [linear, nngp, (TransformerModel.FrozenNtk, ntk)]);

    private FSharpResult<(TransformerModel, Artifact<TransformerFit>), PipelineError> Still(
        TransformerModel model, Stage<PooledTweets, TransformerGram> kernel) =>
        from gram in Runner.Run(kernel, Pooled)
        from fit in Runner.Run(TransformerFitModule.tuned(TransformerModelModule.id(model)), Artifact.both(gram, Bench.Split))
        select (model, fit);

    private FSharpResult<TangentKernels, PipelineError> OfTangent(Artifact<TransformerGram> frozen) =>
        from folds in Enumerable.Range(0, Bench.Config.Split.Folds).Select(fold => Fold(fold, frozen)).InOrder()
        let chosen = Artifact.both(Bench.Split, Artifact.all(folds))
        from made in Whole()
        let gram = made.Gram
        from tangent in Runner.Run(
            TransformerFitModule.tangent(TransformerModelModule.id(TransformerModel.Tangent)), Artifact.both(gram, chosen))
        from leaked in Runner.Run(TransformerFitModule.leak, Artifact.both(gram, Artifact.both(Bench.Split, tangent)))
        from blend in Runner.Run(
            TransformerFitModule.blended(TransformerModelModule.id(TransformerModel.Blend)), Artifact.both(Artifact.both(gram, frozen), chosen))
        select new TangentKernels([(TransformerModel.Tangent, tangent), (TransformerModel.Blend, blend)], leaked, made.Layers);

    private FSharpResult<(Artifact<TransformerGram> Gram, Artifact<LayerTable> Layers), PipelineError> Whole() =>
        from features in Features("fitted-head", Sketched, TileRows.All, Tiles, Weights, Head)
        from layers in Runner.Run(TransformerLayers.stage(Transformer.whole(Values, "layer-rows")), Artifact.both(features, Bench.Split))
        from gram in Runner.Run(TransformerGrams.tangent("fitted-head"), Artifact.both(features, Pooled))
        select (gram, layers);

    private Func<FSharpResult<Artifact<FoldTrial>, PipelineError>> Fold(int fold, Artifact<TransformerGram> frozen) => () =>
        from gram in FoldGram(fold)
        from trial in Runner.Run(TransformerFolds.stage(fold), Artifact.both(gram, Artifact.both(Bench.Split, frozen)))
        select trial;

    private FSharpResult<Artifact<Matrix<float>>, PipelineError> FoldGram(int fold)
    {
        var name = $"without-fold-{fold}";
        var head = Artifact.map(FuncConvert.FromFunc((TransformerHeads heads) => TransformerHeadsModule.row(heads.Folds[fold].Head)), Heads);

        return from features in Features(name, Sketched, TileRows.Fitted, Tiles, Weights, head)
               from gram in Runner.Run(TransformerGrams.fitted(name), Artifact.both(features, Artifact.both(Pooled, Bench.Split)))
               select gram;
    }

    /// <summary>The mean kernel of heads that have seen no label.</summary>
    private FSharpResult<(TransformerModel, Artifact<TransformerFit>), PipelineError> Random()
    {
        var gram = Drawn(0);

        for (var number = 1; number < Transformer.whole(Values, "random-heads"); number++)
        {
            var (before, count) = (gram, number + 1);
            gram = from sum in before
                   from next in Drawn(count - 1)
                   from mean in Runner.Run(TransformerGrams.mean(count), Artifact.both(sum, next))
                   select mean;
        }

        return from mean in gram
               from fit in Runner.Run(
                   TransformerFitModule.tuned(TransformerModelModule.id(TransformerModel.TangentRandom)), Artifact.both(mean, Bench.Split))
               select (TransformerModel.TangentRandom, fit);
    }

    private FSharpResult<Artifact<TransformerGram>, PipelineError> Drawn(int number)
    {
        var name = $"random-head-{number}";
        var head = Artifact.map(
            FuncConvert.FromFunc((EncoderWeights weights) =>
                TransformerHeadsModule.random(SeedModule.derive("random-heads", Root), number, weights.Shape.Width)), Weights);

        return Gram(name, Sketched, Weights, head, Pooled);
    }

    private FSharpResult<Artifact<SketchError>, PipelineError> Error(int probe) =>
        from features in Features("fitted-head", Sketched, TileRows.NewProbe(probe), 1, Weights, Head)
        from error in Runner.Run(
            TransformerTiles.error(Device, probe, Tell),
            Artifact.both(
                Weights,
                Artifact.both(
                    Artifact.both(Head, Artifact.both(Tokens, Bench.Split)),
                    Artifact.map(FuncConvert.FromFunc((FSharpList<TangentRows> tiles) => tiles.Head), features))))
        select error;

    private sealed record FrozenKernels(Artifact<TransformerGram> Ntk, List<(TransformerModel, Artifact<TransformerFit>)> Fits);

    private sealed record TangentKernels(
        List<(TransformerModel, Artifact<TransformerFit>)> Fits, Artifact<double[]> Leaked, Artifact<LayerTable> Layers);
}
