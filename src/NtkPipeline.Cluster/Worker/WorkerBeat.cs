using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NtkPipeline.Host;
using Orleans.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>Tells the cluster every 2 s that this worker is there, and what it is at.</summary>
internal sealed class WorkerBeat(
    WorkerPlace place, StageWorks works, LaneWorks lanes, CoreSlots slots, ChildPool pool, ILocalSiloDetails silo, IGrainFactory grains, TimeProvider clock,
    ILogger<WorkerBeat> log) : BackgroundService
{
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private IWorkersGrain Workers => grains.GetGrain<IWorkersGrain>(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, clock);

        do
            await Try(() => Workers.Beat(Facts()), stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await Try(() => Workers.Leave(place.Name), cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    private WorkerFacts Facts()
    {
        pool.Tidy();
        lanes.Tidy();
        var free = MachineFacts.Memory().Free;
        return new WorkerFacts(
            place.Name, silo.SiloAddress.ToParsableString(), slots.Cores, [.. works.Facts(), .. lanes.Facts()], free, place.Memory, MachineFacts.Load(), Build.Mine);
    }

    /// <summary>A beat that is lost is told of in the next; the grain may have died with its worker.</summary>
    private async Task Try(Func<Task> tell, CancellationToken token)
    {
        try
        {
            await tell().WaitAsync(token);
        }
        catch (Exception lost) when (Lost.Is(lost, token))
        {
            log.LogDebug(lost, "a beat was lost");
        }
    }
}
