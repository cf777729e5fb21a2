using NtkPipeline.Host;
using Orleans.Concurrency;

namespace NtkPipeline.Cluster;

/// <summary>A window on a worker's work: the work itself goes on whether or not anybody looks.</summary>
[Reentrant]
internal sealed class StageGrain(StageWorks works, WorkerPlace place) : Grain, IStageGrain
{
    /// <summary>Half of what a caller waits for an answer, since a caller is not told that a worker has died.</summary>
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(2);

    public async Task<StageReport> Watch(Job job, string name, int seen)
    {
        if (job.Avoided.Contains(place.Name) && !works.IsUnderWay(this.GetPrimaryKeyString()))
        {
            // To where the caller's hint says: a request that finds it gone would have it begin here again.
            MigrateOnIdle();
            throw new ElsewhereException($"{name} has failed on {place.Name} before");
        }

        var work = works.Of(this.GetPrimaryKeyString(), job, name, seen);
        DelayDeactivation(TimeSpan.FromHours(24));
        var report = await work.After(seen, _poll);

        // Another try may have its place on another worker.
        if (report.IsOver)
            DeactivateOnIdle();

        return report;
    }

    public Task Cancel()
    {
        works.Cancel(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }
}
