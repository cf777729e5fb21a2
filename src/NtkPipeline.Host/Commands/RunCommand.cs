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
    private readonly Option<bool> _json = new("--json") { Description = "Make the last line of stdout one JSON object with the results." };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Show no progress." };

    public RunCommand()
        : base("run", "Runs the whole pipeline; what is cached is not run again.", "ntk run --data data/kaggle --set train.epochs=20")
    {
        _run.AddTo(this);
        Options.Add(_json);
        Options.Add(_quiet);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.Open(parsed)
        from code in Run(session, StageProgress.For(terminal, parsed.GetValue(_quiet)), terminal, parsed.GetValue(_json))
        select code;

    private static FSharpResult<int, Failure> Run(Session session, StageProgress progress, Terminal terminal, bool asJson)
    {
        if (session.Data.FellBack)
            terminal.Error.WriteLine("ntk: no tweets were named and data/kaggle holds none, so this runs on the SYNTHETIC SAMPLE");

        var clock = Stopwatch.StartNew();
        var runner = session.Runner(progress);

        return from device in session.CheckDevice()
               from plan in session.Plan()
               from outputs in progress.Watch(plan.Length, () => Pipeline.Run(runner, session).OrRefused())
               from findings in outputs.Findings.Value.Value.OrRefused()
               let summary = SummaryJson.write(findings, Math.Round(clock.Elapsed.TotalSeconds, 2), runner.Facts)
               from written in session.Write(outputs, findings, summary)
               select Print(session, findings, summary, runner.Facts, clock.Elapsed, terminal, asJson);
    }

    private static int Print(
        Session session, Findings findings, string summary, StageFact[] stages, TimeSpan elapsed, Terminal terminal, bool asJson)
    {
        foreach (var line in ReportText.lines(findings))
            terminal.Output.WriteLine(line);

        var ran = stages.Count(stage => !stage.Cached);
        var what = ran == 0 ? "no stage ran, all are cached" : $"{ran} of {stages.Length} stages ran";
        terminal.Output.WriteLine($"{what}; {elapsed.TotalSeconds:0.0} s. Report: {Path.Combine(session.Out, "report.html")}");

        if (asJson)
            terminal.Output.WriteLine(OneLine(summary));

        return ExitCode.Done;
    }

    private static string OneLine(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document);
    }
}
