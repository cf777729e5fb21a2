using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>One stage that this worker has: waiting for cores, being made, or over.</summary>
internal sealed class StageWork(string name, int cores, long memory, string worker, Terminal terminal, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _since = clock.GetTimestamp();
    private readonly CancellationTokenSource _cancel = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StageChild? _child;

    public StageReport Report { get; private set; } = StageReport.New(worker);

    public TimeSpan Age => clock.GetElapsedTime(_since);

    /// <summary>Ends when the stage is over; never refuses.</summary>
    public Task Over { get; private set; } = Task.CompletedTask;

    public void Begin(string key, Job job, CoreSlots slots, ChildPool pool) => Over = Task.Run(() => RunAsync(key, job, slots, pool));

    public void Cancel() => _cancel.Cancel();

    /// <summary>The report once it is newer than what was seen, or over, or after a while.</summary>
    public async Task<StageReport> After(int seen, TimeSpan wait)
    {
        Task changed;

        lock (_gate)
        {
            if (Report.Version > seen || Report.IsOver)
                return Report;

            changed = _changed.Task;
        }

        await Task.WhenAny(changed, Task.Delay(wait, clock));
        return Report;
    }

    public StageFacts Facts(string key) =>
        new(key, name, Report.State, Age.TotalSeconds, Report.Finished, Report.All, cores, _child?.Memory ?? 0, memory);

    private async Task RunAsync(string key, Job job, CoreSlots slots, ChildPool pool)
    {
        try
        {
            using var taken = await slots.Take(cores, memory, _cancel.Token);
            Tell(report => report with { State = StageState.Running });
            using var meter = Telemetry.Begin(name, worker);
            var ended = await MakeAsync(key, job, pool);
            meter.End(ended.State);
            Say(ended);
            Tell(_ => ended);
        }
        catch (OperationCanceledException)
        {
            Tell(report => report with { State = StageState.Cancelled, Sentence = "it was cancelled" });
        }
        catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            // Starting a process may fail: no memory, no more of them, a disk that is full.
            Tell(report => report with { State = StageState.Failed, Code = ExitCode.Refused, Sentence = $"{worker} cannot make it: {failure.Message}" });
        }
    }

    private async Task<StageReport> MakeAsync(string key, Job job, ChildPool pool)
    {
        var child = pool.Take(job);
        _child = child;

        try
        {
            var line = await child.Make(key, Hear, _cancel.Token);
            var report = Report;

            if (line is null)
            {
                var ending = child.Ending;
                child.Dispose();

                return report with
                {
                    State = StageState.Failed,
                    Code = ExitCode.Refused,
                    Sentence = $"the process that made it on {worker} {ending}",
                };
            }

            pool.Return(child);

            return line.Done is { } done
                ? report with
                {
                    State = StageState.Done,
                    Seconds = done.Seconds,
                    Bytes = done.Bytes,
                    IsMade = done.IsMade,
                    Peak = done.Peak,
                    IsPeakOfStage = done.IsPeakOfStage,
                    Sentence = null,
                }
                : report with
                {
                    State = line.Refused!.IsFinal ? StageState.Refused : StageState.Failed,
                    Code = line.Refused.Code,
                    Sentence = line.Refused.Sentence,
                };
        }
        catch (OperationCanceledException)
        {
            child.Dispose();
            throw;
        }
        finally
        {
            _child = null;
        }
    }

    /// <summary>Says what the run's own progress would say of it.</summary>
    private void Say(StageReport ended)
    {
        if (terminal.IsQuiet)
            return;

        terminal.Say(ended switch
        {
            { State: StageState.Done, IsMade: true } => $"{name}: {ended.Seconds:0.00} s, {StageProgress.Size(ended.Bytes)}",
            { State: StageState.Done } => $"{name}: cached",
            _ => $"{name}: {ended.Sentence}",
        });
    }

    private void Hear(StageLine line) =>
        Tell(report => line switch
        {
            { Advanced: { } progress } => report with { Finished = progress.Finished, All = progress.All },
            { Waiting: { } holder } => report with { Sentence = holder },
            { Started: not null } => report with { Sentence = null },
            { Warning: { } warning } => report with { Warnings = [.. report.Warnings, warning] },
            _ => report,
        });

    private void Tell(Func<StageReport, StageReport> change)
    {
        TaskCompletionSource before;

        lock (_gate)
        {
            Report = change(Report) with { Version = Report.Version + 1 };
            before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }
}
