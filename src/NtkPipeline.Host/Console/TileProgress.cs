using System.Diagnostics;
using Spectre.Console;

namespace NtkPipeline.Host;

/// <summary>Tells how far a kernel has come: a bar with the time left, or for a log, a plain line every ten seconds.</summary>
internal sealed class TileProgress(Terminal terminal, string name)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private int _first = -1;
    private ProgressTask? _task;

    /// <summary>So many tiles are done. The first call says how many a former run has left.</summary>
    public void Tell(int done, int total)
    {
        if (_first < 0)
        {
            _first = done;

            if (done > 0)
                terminal.Say($"{name}: {done} of {total} tiles are there from before, the rest follows");
        }

        if (_task is { } task)
        {
            task.MaxValue = Math.Max(1, total - _first);
            task.Value = done - _first;
        }
        else if (!terminal.IsQuiet && done < total && _sinceLine.Elapsed >= _pause)
        {
            terminal.Say($"{name}: {done} of {total} tiles");
            _sinceLine.Restart();
        }
    }

    /// <summary>Runs the work and shows what is told meanwhile.</summary>
    public T Watch<T>(Func<T> work)
    {
        if (terminal.IsQuiet || !terminal.IsInteractive)
            return work();

        var console = Terminal.Bars();

        return console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                _task = context.AddTask(Terminal.Shown(name));
                return work();
            });
    }
}
