using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>What `ntk plan` says.</summary>
internal static class PlanWords
{
    /// <summary>One number of workers.</summary>
    private sealed record Row(Schedule Schedule, string Limit, double Alone)
    {
        public double SpeedUp => Schedule.Makespan > 0 ? Alone / Schedule.Makespan : 1;

        /// <summary>The share of the run in which workers work, on average.</summary>
        public double Busy => Schedule.Makespan > 0
            ? Schedule.Placements.Sum(stage => stage.End - stage.Start) / (Schedule.Workers * Schedule.Makespan)
            : 0;
    }

    private static Row[] Rows(RunGraph graph, AskedSchedules asked)
    {
        var alone = ScheduleModule.simulate(asked.Costs, 1, graph.Stages).Makespan;

        return
        [
            .. from workers in asked.Workers
               let schedule = ScheduleModule.simulate(asked.Costs, workers, graph.Stages)
               let limit = ScheduleLimitModule.find(asked.Costs, graph.Stages, schedule)
               select new Row(schedule, limit is { Value: var found } ? ScheduleLimitModule.print(found) : "nothing", alone),
        ];
    }

    public static object Json(RunGraph graph, AskedSchedules asked)
    {
        var (path, seconds) = StageGraph.criticalPath(asked.Costs.PerStage, graph.Stages);

        return new
        {
            stages = graph.Stages.Length,
            estimated = graph.Estimated.Select(place => graph.Stages[place].Name),
            seconds = Round(graph.Stages.Sum(stage => stage.Seconds)),
            processorSeconds = Round(graph.Stages.Sum(stage => stage.Seconds * stage.Cores)),
            costs = new
            {
                perStage = asked.Costs.PerStage,
                perRun = asked.Costs.PerRun,
                perWorker = asked.Costs.PerWorker,
                readSpeed = asked.Costs.ReadSpeed,
                sharedCores = asked.Costs.SharedCores?.Value,
            },
            criticalPath = new
            {
                seconds = Round(seconds),
                stages = path.Select(place => new { name = graph.Stages[place].Name, seconds = graph.Stages[place].Seconds }),
            },
            plans = Rows(graph, asked).Select(row => new
            {
                workers = row.Schedule.Workers,
                makespan = Round(row.Schedule.Makespan),
                speedUp = Round(row.SpeedUp),
                busy = Round(row.Busy),
                bytesRead = row.Schedule.BytesRead,
                limit = row.Limit,
            }),
        };
    }

    private static double Round(double value) => Math.Round(value, 3);

    public static IEnumerable<string> Lines(RunGraph graph, AskedSchedules asked)
    {
        var (path, seconds) = StageGraph.criticalPath(asked.Costs.PerStage, graph.Stages);
        var costs = asked.Costs;

        yield return $"{graph.Stages.Length} stages take {graph.Stages.Sum(stage => stage.Seconds):0.0} s one after another: "
            + $"{graph.Stages.Length - graph.Estimated.Length} as measured when they ran, {graph.Estimated.Length} as `ntk status` estimates them";

        yield return $"critical path: {seconds:0.0} s through {path.Length} stages";

        foreach (var place in path)
            yield return $"{graph.Stages[place].Seconds,10:0.00} s  {graph.Stages[place].Name}";

        yield return "workers       time  speed-up  busy       read  limited by";

        foreach (var row in Rows(graph, asked))
            yield return $"{row.Schedule.Workers,7}  {row.Schedule.Makespan,7:0.0} s  {row.SpeedUp,8:0.00}  {row.Busy,4:0%}  "
                + $"{ByteSize.print(row.Schedule.BytesRead),9}  {row.Limit}";

        yield return $"counted with {costs.PerStage:0.###} s around each stage (--overhead), {costs.PerRun:0.###} s around the run (--start), {costs.PerWorker:0.###} s of a processor for each worker's own start (--per-worker) and "
            + $"{ByteSize.print(costs.ReadSpeed)} read in a second of what another worker has made (--read-speed); "
            + "a free worker takes the first stage of the pipeline whose inputs are there";

        yield return costs.SharedCores is { Value: var cores }
            ? $"all workers share {cores} processors: each has its part of them, and they slow down alike where their stages want more"
            : "each worker has a machine to itself, like the one that measured; workers on one machine share its processors, so a stage that "
              + $"uses them all is slower beside another: --shared-cores {Environment.ProcessorCount} counts with that";
    }
}
