using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk run: the whole pipeline; what is cached is not run again.</summary>
internal sealed class RunCommand : NtkCommand
{
    private readonly RunOptions _run = new();

    private readonly ClusterOptions _cluster = new();

    public RunCommand()
        : base("run", "Runs the whole pipeline; what is cached is not run again.", "ntk run --data data/kaggle --set train.epochs=20")
    {
        _run.AddTo(this);
        _cluster.AddTo(this);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        _cluster.Do(parsed, terminal, making =>
            from session in _run.Open(parsed, terminal)
            from need in session.Need()
            let told = terminal.Note(MemoryNeedModule.print(need))
            from code in Run(session, StageProgress.For(terminal), terminal, making)
            select code);

    /// <param name="making">Makes stages before the run comes to them; none where it makes them all.</param>
    private static FSharpResult<int, Failure> Run(Session session, StageProgress progress, Terminal terminal, StageMaking? making)
    {
        if (session.Data.FellBack)
            terminal.Say("ntk: no tweets were named and data/kaggle holds none, so this runs on the SYNTHETIC SAMPLE");

        var clock = Stopwatch.StartNew();
        using var log = new RunLog(Path.Combine(session.Out, ResultFiles.Log), terminal);

        return session.Run(progress, runner =>
               from device in making is null ? session.CheckDevice() : Results.Done
               from plan in session.Plan()
               from told in making is null ? RunEstimate.Tell(session, plan, terminal) : Results.Done
               from outputs in progress.Watch(plan.Length, () =>
                   from made in making?.Make(session.Stages, StageRequest.Of(session), runner, progress.Tell) ?? Results.Done
                   from outputs in Flow.Run(runner, session).OrRefused()
                   select outputs)
               from account in outputs.Account().OrRefused()
               let summary = account.Summary(Math.Round(clock.Elapsed.TotalSeconds, 2), runner.Facts.Select(fact => fact.Json))
               from written in session.Write(account, summary, terminal)
               select Print(session, account, summary, runner.Facts, clock.Elapsed, terminal), log.Add);
    }

    private static int Print(
        Session session, IAccount account, string summary, StageFact[] stages, TimeSpan elapsed, Terminal terminal)
    {
        var ran = stages.Count(stage => !stage.Cached);
        var what = ran == 0 ? "no stage ran, all are cached" : $"{ran} of {stages.Length} stages ran";
        var last = $"{what}; {elapsed.TotalSeconds:0.0} s. Report: {Path.Combine(session.Out, "report.html")}";
        return terminal.Tell(JsonSerializer.Deserialize<JsonElement>(summary), [.. account.Lines, last]);
    }
}
