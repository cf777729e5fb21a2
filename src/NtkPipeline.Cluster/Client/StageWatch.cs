using NtkPipeline.Host;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace NtkPipeline.Cluster;

/// <summary>One stage as a run sees it that has sent it to a worker.</summary>
internal sealed class StageWatch(IStageGrain grain, Job job, string name, WorkerFacts worker)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(0.5);

    /// <summary>The worker that has it, as far as is known.</summary>
    public string Worker { get; private set; } = worker.Name;

    /// <summary>Asks for the stage until it is over, whatever becomes of the worker; tells what is new meanwhile.</summary>
    public async Task<StageReport> Follow(Action<StageReport> hear, CancellationToken token)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(worker.Address));
        var seen = -1;

        while (true)
            try
            {
                var report = await grain.Watch(job, name, seen).WaitAsync(token);
                (seen, Worker) = (report.Version, report.Worker);

                if (report.IsOver)
                    return report;

                hear(report);
            }
            catch (OtherBuildException other)
            {
                return StageReport.New(Worker) with { State = StageState.Failed, Code = ExitCode.Refused, Sentence = other.Message };
            }
            catch (Exception lost) when (lost is TimeoutException or OrleansException)
            {
                // The worker is dead, or out of reach: the next call finds the stage elsewhere, or begins it there.
                RequestContext.Clear();
                await Task.Delay(_pause, token);
            }
    }

    public async Task Cancel()
    {
        try
        {
            await grain.Cancel().WaitAsync(TimeSpan.FromSeconds(2));
        }
        catch (Exception lost) when (lost is TimeoutException or OrleansException)
        {
            // Whoever cannot be told is dead, or will find its work wanted by nobody.
        }
    }
}
