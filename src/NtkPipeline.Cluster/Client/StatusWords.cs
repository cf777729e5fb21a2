using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>A cluster's state in words.</summary>
internal static class StatusWords
{
    public static int Tell(WorkerFacts[] workers, Terminal terminal) =>
        terminal.Tell(
            new
            {
                workers = workers.Select(worker => new
                {
                    name = worker.Name,
                    address = worker.Address,
                    cores = worker.Cores,
                    coresTaken = worker.CoresTaken,
                    freeMemory = worker.FreeMemory,
                    memory = worker.Memory,
                    load = Math.Round(worker.Load, 2),
                    build = worker.Build,
                    stages = worker.Stages.Select(stage => new
                    {
                        name = stage.Name,
                        key = stage.Key,
                        state = stage.State == StageState.Running ? "running" : "waiting",
                        seconds = Math.Round(stage.Since, 1),
                        finished = stage.Finished,
                        all = stage.All,
                        cores = stage.Cores,
                        memory = stage.Memory,
                        declared = stage.Declared,
                    }),
                }),
            },
            Lines(workers));

    private static IEnumerable<string> Lines(WorkerFacts[] workers)
    {
        foreach (var worker in workers)
        {
            yield return $"{worker.Name}  {worker.CoresTaken} of {worker.Cores} cores, {Size(worker.Declared)} of {Size(worker.Memory)} declared, {Size(worker.FreeMemory)} free, load {worker.Load:0.0} a core";

            foreach (var stage in worker.Stages.OrderByDescending(stage => stage.Since))
                yield return $"  {(stage.State == StageState.Running ? "makes" : "queues")}  {stage.Name}  for {stage.Since:0} s{Progress(stage)}, {Size(stage.Memory)}";
        }

        var stages = workers.SelectMany(worker => worker.Stages).ToArray();
        var running = stages.Count(stage => stage.State == StageState.Running);
        yield return $"{workers.Length} workers, {running} stages under way, {stages.Length - running} in the queue.";
    }

    private static string Progress(StageFacts stage) => stage.All > 0 ? $" ({stage.Finished:N0} of {stage.All:N0})" : "";

    private static string Size(long bytes) => bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):0.0} GB" : $"{bytes / (double)(1L << 20):0} MB";
}
