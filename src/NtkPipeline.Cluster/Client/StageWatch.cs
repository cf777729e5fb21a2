using NtkPipeline.Host;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace NtkPipeline.Cluster;

/// <summary>One stage as a run sees it that has sent it to a worker.</summary>
internal sealed class StageWatch(IStageGrain grain, Job job, string name, WorkerFacts worker)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(0.5);

    /// <summary>So often the stage may come to workers that are to be avoided; the others may be gone by then.</summary>
    private const int MostAvoided = 20;

    /// <summary>The worker that has it, as far as is known.</summary>
    public string Worker { get; private set; } = worker.Name;

    /// <summary>
    /// Asks for the stage until it is over, whatever becomes of the worker; tells what is new meanwhile. A stage that still waits is one that
    /// nobody has taken.
    /// </summary>
    public async Task<StageReport> Follow(Action<StageReport> hear, CancellationToken token)
    {
        PlaceAtWorker();
        var (seen, avoided) = (-1, 0);

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
            catch (ElsewhereException) when (++avoided < MostAvoided)
            {
                // Its grain is where the last try was, and about to leave.
                PlaceAtWorker();
                await Task.Delay(_pause, token);
            }
            catch (ElsewhereException)
            {
                return StageReport.New(Worker);
            }
            catch (Exception lost) when (Lost.Is(lost, token))
            {
                // The worker is dead, or out of reach: the next call finds the stage elsewhere, or begins it there.
                RequestContext.Clear();
                await Task.Delay(_pause, token);
            }
    }

    /// <summary>Where the stage is nowhere yet, it is begun at the worker that was chosen.</summary>
    private void PlaceAtWorker() => RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(worker.Address));

    public async Task Cancel()
    {
        try
        {
            await grain.Cancel().WaitAsync(TimeSpan.FromSeconds(2));
        }
        catch (Exception lost) when (Lost.Is(lost))
        {
            // Whoever cannot be told is dead, or will find its work wanted by nobody.
        }
    }
}
