using System.Diagnostics;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Tells how far a training has come: a bar with the time left, or for a log a line an epoch, and one every half a minute.</summary>
internal sealed class TuningProgress(Terminal terminal)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(30);

    private readonly CountProgress _bar = CountProgress.For(terminal, "steps");
    private readonly StageProgress _stages = StageProgress.For(terminal.IsInteractive ? terminal with { IsQuiet = true } : terminal);
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private readonly Stopwatch _sinceFirst = new();
    private int _first;

    public T Watch<T>(Func<T> work) => _bar.Watch(work);

    public void Tell(StageEvent happened) => _stages.Tell(happened);

    /// <summary>So many steps of all epochs are done.</summary>
    public void Advance(int finished, int all)
    {
        _bar.Tell(finished, all);

        if (!_sinceFirst.IsRunning)
        {
            _sinceFirst.Start();
            _first = finished;
        }

        if (terminal.IsQuiet || terminal.IsInteractive || _sinceLine.Elapsed < _pause || finished == _first)
            return;

        var left = _sinceFirst.Elapsed * (all - finished) / (finished - _first);
        terminal.Say($"step {finished} of {all}, {RunTime.About(left.TotalSeconds)} left");
        _sinceLine.Restart();
    }
}
