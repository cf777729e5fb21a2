using System.Diagnostics;
using System.Text.Json;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>
/// Has stages made by workers: walks them for the stages that could run now, sends each to a worker that has room, and
/// walks again when one is done. All truth is in the store, so that a run that dies is gone on with by the next, which finds again what
/// workers are at.
/// </summary>
internal sealed class ClusterRun(SharedStages stages, StageRequest request, ClusterConnection cluster, DiskRunner runner, Action<StageEvent> tell)
{
    /// <summary>So often workers are asked for, and the store is looked at for what others have made.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(2);

    /// <summary>For so long there may be no worker at all.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>What fails on a machine is tried so often, elsewhere where there is an elsewhere.</summary>
    private const int MostTries = 3;

    private readonly Job _job = new(JsonSerializer.Serialize(request), Environment.CurrentDirectory, Build.Mine, stages.Threads, 0, []);

    private readonly Dictionary<string, (FrontierStage Stage, StageWatch Watch, Task<StageReport> Report)> _sent = [];
    private readonly Dictionary<string, List<string>> _failures = [];
    private readonly Dictionary<string, int> _untaken = [];
    private readonly HashSet<string> _ended = [];
    private readonly Lock _telling = new();
    private readonly Stopwatch _alone = Stopwatch.StartNew();

    public async Task<FSharpResult<Unit?, Failure>> RunAsync(CancellationToken token)
    {
        try
        {
            while (true)
            {
                var found = runner.Frontier();

                if (found.IsError)
                    return found.OrRefused().Select(_ => (Unit?)null);

                // All is in the store; what was sent has ended or is about to.
                if (found.ResultValue.Pending == 0 && _sent.Count == 0)
                    return Results.Done;

                if (found.ResultValue.Pending > 0 && await Send(found.ResultValue.Stages, token) is { } nobody)
                    return Results.Fail<Unit?>(ExitCode.Refused, nobody);

                if (await Hear(token) is { } failure)
                    return FSharpResult<Unit?, Failure>.NewError(failure);
            }
        }
        finally
        {
            // After a refusal, or Ctrl-C, nobody waits for the others.
            await Task.WhenAll(_sent.Values.Select(sent => sent.Watch.Cancel()));
        }
    }

    /// <summary>Sends what could run now to whoever has room; says why nobody ever will have.</summary>
    private async Task<string?> Send(FrontierStage[] ready, CancellationToken token)
    {
        var workers = await cluster.Workers();
        var able = workers.Where(worker => worker.Build == Build.Mine).ToArray();

        if (able.Length > 0 || _sent.Count > 0)
            _alone.Restart();
        else if (workers.Length > 0)
            return $"all workers have another version of the program: {workers[0].Name} has {workers[0].Build}, and this is {Build.Mine}";
        else if (cluster.Own?.Failure is { } dead)
            return dead;
        else if (_alone.Elapsed > _patience)
            return "no worker has come for a minute; start some with `ntk worker`";

        foreach (var stage in ready.Where(stage => !_sent.ContainsKey(stage.Key)))
        {
            var need = Need(stage.Name);
            var place = Place(able);

            if (able.Length > 0 && _sent.Count == 0 && need.Memory > place.MostMemory)
                return TooLarge(stage.Name, need.Memory, place.MostMemory);

            var failed = _failures.GetValueOrDefault(stage.Key) ?? [];

            if ((Holder(able, stage.Key) ?? place.Choose(need, failed)) is { } worker
                && cluster.Stage(StageKey.Of(stage.Key, stages.Store)) is { } grain)
            {
                var watch = new StageWatch(grain, _job with { Memory = need.Memory, Avoided = Avoided(failed, worker) }, stage.Name, worker);
                _sent[stage.Key] = (stage, watch, Task.Run(() => watch.Follow(new Told(stage, Tell).Hear, token), token));
            }
        }

        return null;
    }

    /// <summary>Where a stage has failed, unless it goes there again for want of another.</summary>
    private static string[] Avoided(List<string> failed, WorkerFacts chosen) => failed.Contains(chosen.Name) ? [] : [.. failed.Distinct()];

    private StageNeed Need(string name) => new(_job.Threads, (long)stages.Memory(name));

    private Placement Place(WorkerFacts[] workers) =>
        new([.. workers.Select(worker => cluster.Own is null ? worker : worker with { Memory = Math.Min(worker.Memory, stages.MostMemory) })],
            [.. _sent.Select(sent => new StagePlaced(sent.Key, sent.Value.Watch.Worker, Need(sent.Value.Stage.Name)))], _ended);

    private static string TooLarge(string stage, long need, long most) =>
        $"{stage} may need {ByteSize.about(need)} of memory, and no worker has more than {ByteSize.about(most)} for its stages; "
        + "a worker on a larger machine can make it, or --set data.sample=N runs on fewer rows";

    /// <summary>The worker that a run which has ended left the stage with.</summary>
    private WorkerFacts? Holder(WorkerFacts[] workers, string key) =>
        _failures.ContainsKey(key) ? null : Array.Find(workers, worker => worker.Stages.Any(stage => stage.Key == key));

    /// <summary>Waits for something to end, or for a while; gives what ends the run.</summary>
    private async Task<Failure?> Hear(CancellationToken token)
    {
        await Task.WhenAny([.. _sent.Values.Select(sent => sent.Report), Task.Delay(_sent.Count == 0 ? _look / 8 : _look, token)]);
        token.ThrowIfCancellationRequested();

        foreach (var (key, (stage, _, ended)) in _sent.Where(entry => entry.Value.Report.IsCompleted).ToArray())
        {
            _sent.Remove(key);
            _ended.Add(key);

            if (End(stage, await ended) is { } failure)
                return failure;
        }

        return null;
    }

    private Failure? End(FrontierStage stage, StageReport report)
    {
        switch (report.State)
        {
            case StageState.Done:
                if (report.IsMade)
                {
                    runner.Credit(stage.Key, Cost(stage, report));
                    Tell(StageEvent.NewFinished(stage.Name, report.Seconds, report.Bytes));
                }

                return null;
            case StageState.Refused:
                return new Failure(report.Code, [report.Sentence!]);
            case StageState.Waiting:
                return Untaken(stage);
            default:
                return Fail(stage, report);
        }
    }

    /// <summary>Nobody has taken it: it is sent anew, to whoever is there then, so often as a failure is.</summary>
    private Failure? Untaken(FrontierStage stage)
    {
        var times = _untaken[stage.Key] = _untaken.GetValueOrDefault(stage.Key) + 1;

        return times < MostTries
            ? null
            : new Failure(ExitCode.Refused, [$"{stage.Name} failed on {string.Join(", ", _failures.GetValueOrDefault(stage.Key) ?? [])}, and no other worker has taken it; start another with `ntk worker`, and run this again"]);
    }

    private static StageCost Cost(FrontierStage stage, StageReport report) => new(
        stage.Reasons, $"worker {report.Worker}", report.Seconds,
        report.Peak > 0 ? FSharpOption<PeakMemory>.Some(new PeakMemory(report.Peak, report.IsPeakOfStage)) : FSharpOption<PeakMemory>.None, report.Bytes);

    private Failure? Fail(FrontierStage stage, StageReport report)
    {
        if (!_failures.TryGetValue(stage.Key, out var failures))
            _failures[stage.Key] = failures = [];

        failures.Add(report.Worker);

        if (failures.Count >= MostTries)
            return new Failure(report.Code, [$"{stage.Name} failed {MostTries} times, on {string.Join(", ", failures.Distinct())}; the last time: {report.Sentence}"]);

        Tell(StageEvent.NewWarning($"{stage.Name}: {report.Sentence}; it is tried again"));
        return null;
    }

    private void Tell(StageEvent happened)
    {
        lock (_telling)
            tell(happened);
    }
}
