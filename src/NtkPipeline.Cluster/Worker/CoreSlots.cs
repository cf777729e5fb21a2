namespace NtkPipeline.Cluster;

/// <summary>The cores that stages of this worker may take; whoever asks first is served first.</summary>
internal sealed class CoreSlots(int cores) : IDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _free = new(cores);
    private readonly SemaphoreSlim _turn = new(1);

    public int Cores => cores;

    /// <summary>How many of them a stage takes that would have so many threads; 0 stands for all.</summary>
    public int Wanted(int threads) => threads == 0 ? cores : Math.Clamp(threads, 1, cores);

    /// <summary>
    /// Waits for so many cores, and while others are at work for memory: a twentieth of the machine's has to be free. Gives them back when
    /// disposed of.
    /// </summary>
    public async Task<IDisposable> Take(int wanted, CancellationToken token)
    {
        var taken = new Taken(_free);
        await _turn.WaitAsync(token);

        try
        {
            for (; taken.Count < wanted; taken.Count++)
                await _free.WaitAsync(token);

            while (_free.CurrentCount + wanted < cores && MachineFacts.Memory() is var (free, all) && free < all / 20)
                await Task.Delay(_look, token);

            return taken;
        }
        catch (OperationCanceledException)
        {
            taken.Dispose();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _free.Dispose();
        _turn.Dispose();
    }

    private sealed class Taken(SemaphoreSlim free) : IDisposable
    {
        public int Count { get; set; }

        public void Dispose()
        {
            if (Count > 0)
                free.Release(Count);

            Count = 0;
        }
    }
}
