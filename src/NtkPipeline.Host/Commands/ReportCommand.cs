using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk report: writes a run's results again, from the store alone.</summary>
internal sealed class ReportCommand : NtkCommand
{
    private readonly RunOptions _run = new();

    public ReportCommand()
        : base("report", "Writes the report of a finished run again, from the store; trains nothing.", "ntk report --out data/results/again") =>
        _run.AddTo(this);

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.Open(parsed, terminal)
        from plans in session.Plan()
        from ready in plans.AllButReport()
        from code in session.Run(StageProgress.For(terminal with { IsQuiet = true }), runner => Write(session, runner, terminal))
        select code;

    private static FSharpResult<int, Failure> Write(Session session, DiskRunner runner, Terminal terminal) =>
        from outputs in Flow.Run(runner, session).OrRefused()
        from account in outputs.Account().OrRefused()
        from written in session.Write(account, account.Summary(0.0, runner.Facts.Select(fact => fact.Json)), terminal)
        let page = Path.Combine(session.Out, "report.html")
        select terminal.Tell(new { report = page }, $"Report: {page}");
}
