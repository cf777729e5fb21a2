using System.Net;
using Orleans.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>A stage that waits for a place.</summary>
/// <param name="Threads">How many processors it takes; 0 for all of a worker's.</param>
/// <param name="Memory">Bytes that it declares.</param>
internal readonly record struct StageNeed(int Threads, long Memory)
{
    public int Cores(WorkerFacts worker) => Threads == 0 ? worker.Cores : Math.Min(Threads, worker.Cores);
}

/// <summary>A stage of this run that is under way.</summary>
internal readonly record struct StagePlaced(string Key, string Worker, StageNeed Need);

/// <summary>Where a stage goes: workers as they last told of themselves, what this run has sent since, and what it has heard the end of.</summary>
internal sealed class Placement(WorkerFacts[] workers, StagePlaced[] sent, IReadOnlySet<string> ended)
{
    /// <summary>
    /// Of the workers with room the one that has most cores free; one where the stage has failed only where there is no other. Nobody
    /// where none has room now.
    /// </summary>
    public WorkerFacts? Choose(StageNeed need, IReadOnlyCollection<string> failed) =>
        workers
            .Where(worker => FreeCores(worker) >= need.Cores(worker) && HasMemory(worker, need.Memory))
            .Where(worker => !failed.Contains(worker.Name) || workers.All(other => failed.Contains(other.Name)))
            .OrderByDescending(FreeCores)
            .ThenBy(worker => worker.Load)
            .FirstOrDefault();

    /// <summary>The most that a stage may declare to find a place at all.</summary>
    public long MostMemory => workers.Select(worker => worker.Memory).DefaultIfEmpty(0).Max();

    /// <summary>Cores that neither this run nor, as far as it was told, another one has taken.</summary>
    private int FreeCores(WorkerFacts worker) =>
        worker.Cores
        - Mine(worker).Sum(stage => stage.Need.Cores(worker))
        - Others(worker).Sum(stage => stage.Cores);

    /// <summary>Workers at one address share their machine's memory: a stage fits where all that is declared there does.</summary>
    private bool HasMemory(WorkerFacts worker, long memory)
    {
        var machine = Machine(worker);
        var beside = workers.Where(other => Machine(other).Equals(machine)).Sum(Declared);
        return Declared(worker) + memory <= worker.Memory && beside + memory <= workers.Where(other => Machine(other).Equals(machine)).Max(other => other.Memory);
    }

    private long Declared(WorkerFacts worker) => Mine(worker).Sum(stage => stage.Need.Memory) + Others(worker).Sum(stage => stage.Declared);

    private IEnumerable<StagePlaced> Mine(WorkerFacts worker) => sent.Where(stage => stage.Worker == worker.Name);

    /// <summary>A worker tells of itself every 2 s: what this run knows to be over may still stand in what it said last.</summary>
    private IEnumerable<StageFacts> Others(WorkerFacts worker) =>
        worker.Stages.Where(stage => !ended.Contains(stage.Key) && !sent.Any(own => own.Key == stage.Key));

    private static IPAddress Machine(WorkerFacts worker) => SiloAddress.FromParsableString(worker.Address).Endpoint.Address;
}
