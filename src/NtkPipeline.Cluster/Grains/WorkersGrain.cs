using Orleans.Concurrency;
using Orleans.Placement;

namespace NtkPipeline.Cluster;

/// <summary>What workers have told of themselves lately.</summary>
[Reentrant, PreferLocalPlacement]
internal sealed class WorkersGrain(TimeProvider clock) : Grain, IWorkersGrain
{
    /// <summary>Three beats: whoever was silent for so long is left out.</summary>
    private static readonly TimeSpan _silence = 3 * WorkerBeat.Beat;

    private readonly Dictionary<string, (WorkerFacts Facts, long At)> _heard = [];

    public Task Beat(WorkerFacts facts)
    {
        _heard[facts.Name] = (facts, clock.GetTimestamp());
        return Task.CompletedTask;
    }

    public Task Leave(string name)
    {
        _heard.Remove(name);
        return Task.CompletedTask;
    }

    public Task<WorkerFacts[]> List()
    {
        foreach (var silent in _heard.Where(entry => clock.GetElapsedTime(entry.Value.At) > _silence).Select(entry => entry.Key).ToArray())
            _heard.Remove(silent);

        return Task.FromResult(_heard.Values.Select(entry => entry.Facts).OrderBy(facts => facts.Name, StringComparer.Ordinal).ToArray());
    }
}
