using NtkPipeline.Runtime;
using Spectre.Console;

namespace NtkPipeline.Host;

/// <summary>Tells how a run goes on: one plain line a stage, or for a person who watches, a bar with the time left.</summary>
internal abstract class StageProgress
{
    /// <summary>Told by the runner what happens.</summary>
    public abstract void Tell(StageEvent happened);

    /// <summary>Runs the work and shows what is told meanwhile. <paramref name="stages"/> is how many stages there are.</summary>
    public abstract T Watch<T>(int stages, Func<T> work);

    public static StageProgress For(Terminal terminal) =>
        terminal.IsQuiet ? new Silence(terminal)
        : terminal.IsInteractive ? new Bar()
        : new Lines(terminal);

    public static string Size(long bytes) =>
        bytes < 1_000_000 ? $"{bytes / 1e3:0.#} kB" : $"{bytes / 1e6:0.#} MB";

    /// <summary>Only what a person must know.</summary>
    private class Silence(Terminal terminal) : StageProgress
    {
        protected Terminal Terminal => terminal;

        public override void Tell(StageEvent happened)
        {
            if (happened is StageEvent.Warning warning)
                terminal.Warn(warning.sentence);
        }

        public override T Watch<T>(int stages, Func<T> work) => work();
    }

    private sealed class Lines(Terminal terminal) : Silence(terminal)
    {
        public override void Tell(StageEvent happened)
        {
            switch (happened)
            {
                case StageEvent.Cached cached:
                    Terminal.Say($"{cached.stage}: cached");
                    break;
                case StageEvent.Waiting waiting:
                    Terminal.Say($"{waiting.stage}: made by {waiting.holder}, which is waited for");
                    break;
                case StageEvent.Finished finished:
                    Terminal.Say($"{finished.stage}: {finished.seconds:0.00} s, {Size(finished.bytes)}");
                    break;
                default:
                    base.Tell(happened);
                    break;
            }
        }
    }

    private sealed class Bar : StageProgress
    {
        private readonly IAnsiConsole _console =
            Terminal.Bars();

        private ProgressTask? _task;

        public override void Tell(StageEvent happened)
        {
            switch (happened)
            {
                case StageEvent.Started started when _task is { } task:
                    task.Description = Terminal.Shown($"{started.stage}: running");
                    break;
                case StageEvent.Advanced advanced when _task is { } task:
                    task.Description = Terminal.Shown($"{advanced.stage}: {advanced.finished:N0} of {advanced.all:N0}");
                    break;
                case StageEvent.Waiting waiting when _task is { } task:
                    task.Description = Terminal.Shown($"{waiting.stage}: made by {waiting.holder}");
                    break;
                case StageEvent.Cached cached when _task is { } task:
                    task.Description = Terminal.Shown($"{cached.stage}: cached");
                    task.Increment(1);
                    break;
                case StageEvent.Finished when _task is { } task:
                    task.Increment(1);
                    break;
                case StageEvent.Warning warning:
                    _console.MarkupLine($"[yellow]warning:[/] {Terminal.Shown(warning.sentence)}");
                    break;
            }
        }

        public override T Watch<T>(int stages, Func<T> work) =>
            _console.Progress()
                .AutoClear(true)
                .Columns(
                    new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(),
                    new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context =>
                {
                    _task = context.AddTask("starting", maxValue: stages);
                    return work();
                });
    }
}
