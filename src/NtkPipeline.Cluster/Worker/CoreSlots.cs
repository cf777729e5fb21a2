namespace NtkPipeline.Cluster;

/// <summary>The cores and the memory that stages of this worker may take; whoever asks first is served first.</summary>
/// <param name="memory">Bytes that stages under way may have declared in all.</param>
internal sealed class CoreSlots(int cores, long memory) : IDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _free = new(cores);
    private readonly SemaphoreSlim _turn = new(1);
    private long _declared;

    public int Cores => cores;

    /// <summary>How many of them a stage takes that would have so many threads; 0 stands for all.</summary>
    public int Wanted(int threads) => threads == 0 ? cores : Math.Clamp(threads, 1, cores);

    /// <summary>
    /// Waits for so many cores, and while others are at work for memory: what all of them declare has to fit, and a twentieth of the
    /// machine's has to be free. Gives them back when disposed of.
    /// </summary>
    public async Task<IDisposable> Take(int wanted, long declared, CancellationToken token)
    {
        var taken = new Taken(this);
        await _turn.WaitAsync(token);

        try
        {
            for (; taken.Count < wanted; taken.Count++)
                await _free.WaitAsync(token);

            while (_free.CurrentCount + wanted < cores && !HasRoom(declared))
                await Task.Delay(_look, token);

            taken.Declare(declared);
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

    private bool HasRoom(long declared) =>
        Interlocked.Read(ref _declared) + declared <= memory && MachineFacts.Memory() is var (free, all) && free >= all / 20;

    public void Dispose()
    {
        _free.Dispose();
        _turn.Dispose();
    }

    private sealed class Taken(CoreSlots slots) : IDisposable
    {
        private long _declared;

        public int Count { get; set; }

        public void Declare(long bytes)
        {
            _declared = bytes;
            Interlocked.Add(ref slots._declared, bytes);
        }

        public void Dispose()
        {
            Interlocked.Add(ref slots._declared, -_declared);
            _declared = 0;

            if (Count > 0)
                slots._free.Release(Count);

            Count = 0;
        }
    }
}
