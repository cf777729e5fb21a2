using System.CommandLine;
using System.Globalization;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>How many workers a run is simulated on, and what it costs beside its stages.</summary>
internal sealed record AskedSchedules(int[] Workers, ScheduleCosts Costs);

/// <summary>The options of `ntk plan`.</summary>
internal sealed class PlanOptions
{
    private readonly Option<string> _workers = new("--workers")
    {
        Description = "Numbers of workers, comma-separated.",
        HelpName = "N",
        DefaultValueFactory = _ => "1,4,16,64,256",
    };

    private readonly Option<double> _overhead = new("--overhead")
    {
        Description = "s around each stage: it is found, claimed, begun and recorded.",
        HelpName = "S",
        DefaultValueFactory = _ => ScheduleCostsModule.usual.PerStage,
    };

    private readonly Option<double> _start = new("--start")
    {
        Description = "s around the whole run: its start, and the writing of its report.",
        HelpName = "S",
        DefaultValueFactory = _ => ScheduleCostsModule.usual.PerRun,
    };

    private readonly Option<double> _worker = new("--per-worker")
    {
        Description = "s of a processor that each worker takes beside its stages: it starts, joins, and compiles what it runs.",
        HelpName = "S",
        DefaultValueFactory = _ => ScheduleCostsModule.usual.PerWorker,
    };

    private readonly Option<string> _read = new("--read-speed")
    {
        Description = "What a worker reads in a second of results that another has made.",
        HelpName = "BYTES",
        DefaultValueFactory = _ => ByteSize.print(ScheduleCostsModule.usual.ReadSpeed),
    };

    private readonly Option<int?> _shared = new("--shared-cores")
    {
        Description = "All workers stand on one machine and share so many processors. Without it each has a machine to itself, like the one that measured.",
        HelpName = "N",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _workers, _overhead, _start, _worker, _read, _shared })
            command.Options.Add(option);
    }

    /// <summary>All mistakes at once.</summary>
    public FSharpResult<AskedSchedules, Failure> Read(ParseResult parsed)
    {
        var mistakes = new List<string>();
        var workers = Workers(parsed.GetRequiredValue(_workers), mistakes);
        var (overhead, start, worker) = (parsed.GetValue(_overhead), parsed.GetValue(_start), parsed.GetValue(_worker));
        var speed = ByteSize.parse(parsed.GetRequiredValue(_read));
        var shared = parsed.GetValue(_shared);

        if (!(overhead >= 0 && double.IsFinite(overhead)))
            mistakes.Add($"--overhead {overhead}: a number of seconds, at least 0");
        if (!(start >= 0 && double.IsFinite(start)))
            mistakes.Add($"--start {start}: a number of seconds, at least 0");
        if (!(worker >= 0 && double.IsFinite(worker)))
            mistakes.Add($"--per-worker {worker}: a number of seconds, at least 0");
        if (speed.IsError)
            mistakes.Add($"--read-speed: {speed.ErrorValue}");
        if (shared is < 1)
            mistakes.Add($"--shared-cores {shared}: at least 1");

        return mistakes.Count > 0
            ? Results.Fail<AskedSchedules>(ExitCode.Usage, mistakes)
            : Results.Ok(new AskedSchedules(workers, new ScheduleCosts(
                overhead, start, worker, speed.ResultValue, shared is { } cores ? FSharpOption<double>.Some(cores) : FSharpOption<double>.None)));
    }

    private static int[] Workers(string text, List<string> mistakes)
    {
        const int most = 10_000;
        var workers = new List<int>();

        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count) || count is < 1 or > most)
                mistakes.Add($"--workers '{part.Trim()}': a number of workers lies between 1 and {most:N0}");

            workers.Add(count);
        }

        return [.. workers];
    }
}
