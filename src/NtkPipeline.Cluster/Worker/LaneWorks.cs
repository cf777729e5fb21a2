using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>The kernels whose lanes this worker makes. One that nobody asks for gives back its memory.</summary>
internal sealed class LaneWorks(CoreSlots slots, TimeProvider clock)
{
    /// <summary>Longer than a solve is at anything else between two products.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, LaneWork> _works = [];

    public LaneWork Of(string grain, LaneOrder order)
    {
        lock (_works)
        {
            if (!_works.TryGetValue(grain, out var work))
                _works[grain] = work = new LaneWork(order, slots, clock);

            return work;
        }
    }

    public void Forget(string grain)
    {
        lock (_works)
            if (_works.Remove(grain, out var work))
                work.Stop();
    }

    /// <summary>Lets go of what nobody has asked for lately.</summary>
    public void Tidy()
    {
        string[] old;

        lock (_works)
            old = [.. _works.Where(entry => entry.Value.Unasked > _patience).Select(entry => entry.Key)];

        foreach (var grain in old)
            Forget(grain);
    }

    public StageFacts[] Facts()
    {
        lock (_works)
            return [.. _works.Select(entry => entry.Value.Facts(entry.Key))];
    }
}
