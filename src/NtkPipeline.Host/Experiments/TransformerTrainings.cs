using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>Fine-tuning in its ways, and what it makes of the tangent kernel.</summary>
internal sealed class TransformerTrainings(TransformerWork work)
{
    private IRunner Runner => work.Runner;

    private FSharpMap<string, string> Values => work.Values;

    private Device Device => work.Device;

    public FSharpResult<Trainings, PipelineError> Run() =>
        from stop in Runner.Run(
            StopRowsModule.stage(Transformer.real(Values, "stop-share")),
            Artifact.both(work.Bench.Made.Labelled, Artifact.both(work.Bench.Split, work.Pooled)))
        let ground = TransformerTuning.ground(Transformer.head(Values), work.Weights, work.Tokens, work.Bench.Split, stop)
        from start in Runner.Run(TransformerTuning.start(Device, Transformer.text(Values, "head")), ground)
        from first in Probe("start", work.Weights, Head(ground))
        from each in Transformer.trainings(Values).Select(one => Train(ground, first, one.Item1, one.Item2)).InOrder()
        from after in After(ground, each)
        from lora in Lora(ground)
        select new Trainings(
            stop, start, Artifact.all(each.Select(one => one.Member)), Artifact.all(each.SelectMany(one => one.Drift)),
            Artifact.all(after.Select(one => one.FirstOrder)), [.. after.Select(one => (TransformerModel.AfterKernel, one.Fit)), .. lora]);

    /// <summary>Sketched gradients of the probe rows, and φ.</summary>
    private FSharpResult<Artifact<Tuple<TangentRows, Matrix<float>>>, PipelineError> Probe(
        string what, Artifact<EncoderWeights> weights, Artifact<Matrix<float>> head)
    {
        var rows = Transformer.whole(Values, "probe-rows");

        return from tiles in work.Features(what, work.Sketched, TileRows.NewProbe(rows), 1, weights, head)
               from pooled in Runner.Run(
                   TransformerTiles.pooled(Device, what, rows), Artifact.both(weights, Artifact.both(work.Tokens, work.Bench.Split)))
               select Artifact.both(Artifact.map(FuncConvert.FromFunc((FSharpList<TangentRows> all) => all.Head), tiles), pooled);
    }

    private Func<FSharpResult<Training, PipelineError>> Train(
        Artifact<TuningGround> ground, Artifact<Tuple<TangentRows, Matrix<float>>> first, TuningMethod method, int seed) => () =>
    {
        var name = $"{TuningMethodModule.print(method)}/seed={seed}";
        var settings = Transformer.tuning(Values, method);

        return from states in FineTuneEpoch.all(
                   Runner, Device, FuncConvert.FromAction<int, int>(work.Tell), settings, $"{seed}", FineTuneEpoch.seed(work.Root, seed),
                   TransformerTuning.input(ground))
               from outputs in states
                   .Select((state, place) => (Func<FSharpResult<Artifact<TunedOutputs>, PipelineError>>)(() => Runner.Run(
                       TransformerTuning.outputs(Device, $"{name}/epoch={place + 1}"), Artifact.both(ground, state))))
                   .InOrder()
               let said = Artifact.all(outputs)
               from best in Runner.Run(
                   TransformerTuning.best(name), Artifact.both(ground, Artifact.both(said, Artifact.all(states))))
               from test in Runner.Run(TransformerTuning.test(Device, name), Artifact.both(ground, best))
               from drift in method.IsFull ? Drift(first, states, seed) : FSharpResult<List<Artifact<TransformerDrift>>, PipelineError>.NewOk([])
               let member = TransformerTuning.gathered(method, seed, said, best, test)
               // What has been looked at no longer holds the state that it was read off; whether there is anything yet, its reader is told.
               let isThere = member.Value.Value.IsOk
               select new Training(member, IsFollowed(method, seed) ? best : null, drift);
    };

    /// <summary>Whether the kernel at its weights is asked for: of the others the weights are let go.</summary>
    private static bool IsFollowed(TuningMethod method, int seed) => method.IsFull && seed == 0;

    private FSharpResult<List<Artifact<TransformerDrift>>, PipelineError> Drift(
        Artifact<Tuple<TangentRows, Matrix<float>>> first, IEnumerable<Artifact<TuningState>> states, int seed) =>
        states
            .Select((state, place) => (Func<FSharpResult<Artifact<TransformerDrift>, PipelineError>>)(() =>
            {
                var (weights, head) = TransformerTuning.tuned(work.Weights, state);

                return from last in Probe($"full/seed={seed}/epoch={place + 1}", weights, head)
                       from drift in Runner.Run(
                           TransformerDrifts.stage(seed, place + 1),
                           Artifact.both(Artifact.both(first, last), Artifact.both(work.Weights, weights)))
                       select drift;
            }))
            .InOrder();

    /// <summary>The kernel at the fine-tuned weights of the first seed, and what was to be expected of its outputs.</summary>
    private FSharpResult<List<AfterTuning>, PipelineError> After(Artifact<TuningGround> ground, List<Training> trainings) =>
        trainings
            .Select(one => one.Best)
            .OfType<Artifact<TuningState>>()
            .Select(best => (Func<FSharpResult<AfterTuning, PipelineError>>)(() =>
            {
                var (weights, head) = TransformerTuning.tuned(work.Weights, best);

                return from pooled in Runner.Run(PoolTweets.tuned(Device, work.Tell), Artifact.both(weights, work.Tokens))
                       from fit in work.Regress(TransformerModel.AfterKernel, work.Sketched, weights, head, pooled)
                       from firstOrder in Runner.Run(TransformerTuning.firstOrder(Device), Artifact.both(ground, best))
                       select new AfterTuning(fit.Fit, firstOrder);
            }))
            .InOrder();

    /// <summary>The kernel of LoRA's parameters where its training begins, with the head that it begins with.</summary>
    private FSharpResult<List<(TransformerModel, Artifact<TransformerFit>)>, PipelineError> Lora(Artifact<TuningGround> ground) =>
        Transformer.methods(Values)
            .OfType<TuningMethod.Lora>()
            .Select(method => (Func<FSharpResult<(TransformerModel, Artifact<TransformerFit>), PipelineError>>)(() => work.Regress(
                TransformerModel.NewLoraTangent(method.rank), TileGradients.NewLora(method.rank, FineTuneEpoch.seed(work.Root, 0)),
                work.Weights, Head(ground), work.Pooled)))
            .InOrder();

    private static Artifact<Matrix<float>> Head(Artifact<TuningGround> ground) =>
        Artifact.map(FuncConvert.FromFunc((TuningGround made) => new Matrix<float>(1, made.Head.Weights.Length, made.Head.Weights)), ground);

    /// <summary>All that trainings leave for the judgement.</summary>
    public sealed record Trainings(
        Artifact<StopRows> Stop, Artifact<TunedOutputs> Start, Artifact<FSharpList<TunedMember>> Members,
        Artifact<FSharpList<TransformerDrift>> Drift, Artifact<FSharpList<double[]>> FirstOrder,
        List<(TransformerModel, Artifact<TransformerFit>)> Fits);

    private sealed record Training(Artifact<TunedMember> Member, Artifact<TuningState>? Best, List<Artifact<TransformerDrift>> Drift);

    private sealed record AfterTuning(Artifact<TransformerFit> Fit, Artifact<double[]> FirstOrder);
}
