using NtkPipeline.Host;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>A window on a worker's lanes.</summary>
[Reentrant]
internal sealed class LaneGrain(LaneWorks works, WorkerPlace place, ILocalSiloDetails silo) : Grain, ILaneGrain
{
    /// <summary>Shorter than a caller waits for an answer, since a caller is not told that a worker has died.</summary>
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(3);

    public async Task<LaneAnswer> Make(LaneOrder order, byte[]? vectors)
    {
        // The worker that was meant is gone, and the grain has come to another, which makes other lanes.
        if (order.Worker != silo.SiloAddress.ToParsableString())
        {
            DeactivateOnIdle();
            return LaneAnswer.Of(LaneState.Failed, "a worker is gone");
        }

        if (order.Build != Build.Mine)
            throw new OtherBuildException($"{place.Name} has another version of the program: {Build.Mine}, and the solve's is {order.Build}");

        return await works.Of(this.GetPrimaryKeyString(), order).Ask(order, vectors, _poll);
    }

    public Task Forget()
    {
        works.Forget(this.GetPrimaryKeyString());
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
