using Spectre.Console;

namespace NtkPipeline.Host;

/// <summary>Shows how many of many things are done, to a person who watches; to a file it says nothing.</summary>
internal class CountProgress
{
    /// <summary>Told by the work how many are done, and how many there are.</summary>
    public virtual void Tell(int finished, int all)
    {
    }

    /// <summary>Runs the work and shows what is told meanwhile.</summary>
    public virtual T Watch<T>(Func<T> work) => work();

    public static CountProgress For(Terminal terminal, string things) =>
        terminal.IsQuiet || !terminal.IsInteractive ? new CountProgress() : new Bar(things);

    private sealed class Bar(string things) : CountProgress
    {
        private ProgressTask? _task;

        public override void Tell(int finished, int all)
        {
            if (_task is { } task)
            {
                task.MaxValue = all;
                task.Value = finished;
                task.Description = Terminal.Shown($"{finished:N0} of {all:N0} {things}");
            }
        }

        public override T Watch<T>(Func<T> work) =>
            Terminal.Bars()
                .Progress()
                .AutoClear(true)
                .Columns(
                    new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
                    new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context =>
                {
                    _task = context.AddTask("starting");
                    return work();
                });
    }
}
