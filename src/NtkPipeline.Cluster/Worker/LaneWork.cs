using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>One solve's kernel on this worker: its rows are read once, its tiles held as far as memory allows, its products made one by one.</summary>
internal sealed class LaneWork(LaneOrder first, CoreSlots slots, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _since = clock.GetTimestamp();
    private readonly Lazy<FSharpResult<LaneMaker, PipelineError>> _maker = new(() => Load(first, slots.Cores));
    private long _asked = clock.GetTimestamp();
    private LaneProduct? _product;

    /// <summary>Products follow one another: two threads must not make one tile.</summary>
    private Task _last = Task.CompletedTask;

    public TimeSpan Unasked => clock.GetElapsedTime(_asked);

    /// <summary>Begins what is not begun, and waits for a while for something that the caller lacks.</summary>
    public async Task<LaneAnswer> Ask(LaneOrder order, byte[]? vectors, TimeSpan wait)
    {
        LaneProduct product;

        lock (_gate)
        {
            _asked = clock.GetTimestamp();

            if (_product?.Number != order.Product)
            {
                if (vectors is null)
                    return LaneAnswer.Of(LaneState.WantsVectors);

                _product?.Stop();
                _product = new LaneProduct(order.Product, Numbers.Read(vectors, order.Vectors));
            }

            product = _product;

            if (product.Begin(order.Lanes) is { Length: > 0 } lanes)
                _last = Follow(_last, product, lanes);
        }

        return await product.Answer(order.Lanes, wait, clock);
    }

    public void Stop()
    {
        lock (_gate)
            _product?.Stop();
    }

    /// <summary>What `ntk cluster status` says of it.</summary>
    public StageFacts Facts(string grain)
    {
        lock (_gate)
            return new StageFacts(
                grain, $"{_product?.Count ?? 0} lanes of a kernel", StageState.Running,
                clock.GetElapsedTime(_since).TotalSeconds, _product?.Made ?? 0, _product?.Count ?? 0, _last.IsCompleted ? 0 : Cores(_product!.Count), 0, 0);
    }

    private int Cores(int lanes) => Math.Clamp(lanes, 1, slots.Cores);

    private Task Follow(Task before, LaneProduct product, int[] lanes) => Task.Run(async () =>
    {
        await before;

        try
        {
            using var taken = await slots.Take(Cores(lanes.Length), 0, product.Stopped);
            product.End(await Task.Factory.StartNew(
                () => Make(product, lanes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }
        catch (OperationCanceledException)
        {
            // Nobody wants the product any more.
        }
        catch (Exception bug)
        {
            // Whoever waits for the product is told, and the next one is made all the same.
            product.End(FSharpResult<Unit, PipelineError>.NewError(PipelineError.NewNumbersRefused(BugLog.Write(bug))));
        }
    });

    private FSharpResult<Unit, PipelineError> Make(LaneProduct product, int[] lanes) =>
        MachineLack.guard(FuncConvert.FromFunc(() =>
            from maker in _maker.Value
            from made in maker.Make(lanes, product.Vectors, Cores(lanes.Length), product.Tell, product.Stopped)
            select made));

    /// <summary>No more than this worker's share of what its machine has free, and than the solve allows.</summary>
    private static FSharpResult<LaneMaker, PipelineError> Load(LaneOrder order, int cores)
    {
        const double share = 0.7;
        var free = MachineFacts.Memory().Free * share * cores / Math.Max(cores, Environment.ProcessorCount);
        return LaneMaker.Load(order.Problem, Math.Min(order.Memory, (long)free));
    }
}
