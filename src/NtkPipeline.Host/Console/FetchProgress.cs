using NtkPipeline.Runtime;
using Spectre.Console;

namespace NtkPipeline.Host;

/// <summary>Tells how a download goes on: a plain line for every tenth, or for a person who watches, a bar.</summary>
internal abstract class FetchProgress
{
    public abstract void Tell(FetchEvent happened);

    /// <summary>Runs the work and shows what is told meanwhile.</summary>
    public abstract T Watch<T>(Func<T> work);

    public static FetchProgress For(Terminal terminal) =>
        terminal.IsQuiet ? new Silence()
        : terminal.IsInteractive ? new Bar()
        : new Lines(terminal);

    private static string Again(FetchEvent.Retrying retrying) =>
        $"{retrying.file}: {retrying.reason}; trying again {(retrying.pause > TimeSpan.Zero ? $"in {retrying.pause.TotalSeconds:0.#} s" : "at once")}";

    private sealed class Silence : FetchProgress
    {
        public override void Tell(FetchEvent happened)
        {
        }

        public override T Watch<T>(Func<T> work) => work();
    }

    private sealed class Lines(Terminal terminal) : FetchProgress
    {
        /// <summary>A file below this size is told of once.</summary>
        private const long Large = 10_000_000;

        private long _bytes = 1;
        private long _tenths;

        public override void Tell(FetchEvent happened)
        {
            switch (happened)
            {
                case FetchEvent.Fetching fetching:
                    (_bytes, _tenths) = (fetching.bytes, 0);
                    terminal.Say($"{fetching.file}: {fetching.bytes / 1e6:0.0} MB");
                    break;
                case FetchEvent.Received received when _bytes >= Large && received.soFar * 10 / _bytes > _tenths:
                    _tenths = received.soFar * 10 / _bytes;
                    terminal.Say($"{received.file}: {10 * _tenths}%");
                    break;
                case FetchEvent.Retrying retrying:
                    terminal.Say(Again(retrying));
                    break;
            }
        }

        public override T Watch<T>(Func<T> work) => work();
    }

    private sealed class Bar : FetchProgress
    {
        private readonly IAnsiConsole _console =
            Terminal.Bars();

        private ProgressContext? _context;
        private ProgressTask? _task;

        public override void Tell(FetchEvent happened)
        {
            switch (happened)
            {
                case FetchEvent.Fetching fetching:
                    _task = _context?.AddTask(Terminal.Shown(fetching.file), maxValue: fetching.bytes);
                    break;
                case FetchEvent.Received received when _task is { } task:
                    task.Value = received.soFar;
                    break;
                case FetchEvent.Retrying retrying:
                    _console.MarkupLine($"[yellow]{Terminal.Shown(Again(retrying))}[/]");
                    break;
            }
        }

        public override T Watch<T>(Func<T> work) =>
            _console.Progress()
                .AutoClear(true)
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                    new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .Start(context =>
                {
                    _context = context;
                    return work();
                });
    }
}
