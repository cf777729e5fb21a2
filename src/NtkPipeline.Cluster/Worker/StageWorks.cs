using Microsoft.Extensions.Hosting;
using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>All stages that this worker has. Grains come and go; what is here goes on to its end.</summary>
internal sealed class StageWorks(WorkerPlace place, CoreSlots slots, ChildPool pool, Terminal terminal, TimeProvider clock) : IHostedService
{
    /// <summary>For so long one that is over is remembered, so that whoever asked for it hears how it ended.</summary>
    private static readonly TimeSpan _memory = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, StageWork> _works = [];

    /// <summary>The work on a stage, begun where it has not been, or where the caller knows that it has ended in nothing.</summary>
    public StageWork Of(string grain, Job job, string name, int seen)
    {
        lock (_works)
        {
            Forget();

            if (_works.TryGetValue(grain, out var work) && !(work.Report is { IsOver: true, Version: var version } && (seen < 0 || seen == version)))
                return work;

            if (job.Build != Build.Mine)
                throw new OtherBuildException($"{place.Name} has another version of the program: {Build.Mine}, and the run's is {job.Build}");

            work = new StageWork(name, slots.Wanted(job.Threads), job.Memory, place.Name, terminal, clock);
            _works[grain] = work;
            work.Begin(StageKey.Recipe(grain), job.OfRun, slots, pool);
            return work;
        }
    }

    public bool IsUnderWay(string grain)
    {
        lock (_works)
            return _works.TryGetValue(grain, out var work) && !work.Report.IsOver;
    }

    public void Cancel(string grain)
    {
        lock (_works)
            if (_works.TryGetValue(grain, out var work))
                work.Cancel();
    }

    public StageFacts[] Facts()
    {
        lock (_works)
            return [.. _works.Where(entry => !entry.Value.Report.IsOver).Select(entry => entry.Value.Facts(StageKey.Recipe(entry.Key)))];
    }

    /// <summary>Waits until nothing is under way.</summary>
    public async Task Drain()
    {
        while (Running() is { Length: > 0 } running)
            await Task.WhenAll(running);
    }

    private Task[] Running()
    {
        lock (_works)
            return [.. _works.Values.Where(work => !work.Over.IsCompleted).Select(work => work.Over)];
    }

    private void Forget()
    {
        foreach (var old in _works.Where(entry => entry.Value.Report.IsOver && entry.Value.Age > _memory).Select(entry => entry.Key).ToArray())
            _works.Remove(old);
    }

    public Task StartAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>A worker that is told to stop gives up its stages; others take them up.</summary>
    public async Task StopAsync(CancellationToken token)
    {
        Task[] running;

        lock (_works)
        {
            foreach (var work in _works.Values)
                work.Cancel();

            running = Running();
        }

        await Task.WhenAll(running).WaitAsync(token);
    }
}
