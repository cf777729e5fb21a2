using System.CommandLine;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk learn: a network's σ_w and σ_b, the weights of a sum of kernels and the ridge, by gradient.</summary>
internal sealed class LearnCommand : NtkCommand
{
    private readonly Option<string[]> _networks = new("--network")
    {
        Description = "The network to start from, input first; several make a weighted sum of kernels. A layer's bias is learned where it has one.",
        HelpName = "TEXT",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string> _kind = new Option<string>("--kind")
    {
        Description = "The tangent kernel, or the kernel of the network's Gaussian process.",
        DefaultValueFactory = _ => "ntk",
    }.AcceptOnlyFromAmong("ntk", "nngp");

    private readonly Option<string> _x = new("--x") { Description = "Inputs, a row each.", HelpName = "A.npy", Required = true };
    private readonly Option<string> _y = new("--y") { Description = "Targets, a row for each row of X.", HelpName = "y.npy", Required = true };

    private readonly Option<string> _by = new Option<string>("--by")
    {
        Description = "Marginal likelihood, or the exact leave-one-out error.",
        DefaultValueFactory = _ => "likelihood",
    }.AcceptOnlyFromAmong("likelihood", "loo");

    private readonly Option<double> _ridge = new("--ridge")
    {
        Description = "The ridge to start from, relative to the mean diagonal.",
        DefaultValueFactory = _ => 0.1,
    };

    private readonly Option<int> _steps = new("--steps") { Description = "Steps at most.", DefaultValueFactory = _ => 100 };
    private readonly Option<double> _tolerance = new("--tolerance") { Description = "Where the gradient is small enough.", DefaultValueFactory = _ => 1e-5 };
    private readonly Option<int> _rows = new("--rows") { Description = "Rows to learn on at most, drawn at random.", DefaultValueFactory = _ => 1000 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Which random rows.", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _out = new("--out") { Description = "What was learned.", HelpName = "learned.json", Required = true };

    private readonly MemoryOption _memory = new();

    public LearnCommand()
        : base(
            "learn", "Learns a kernel's hyperparameters by gradient.",
            "ntk learn --network \"dense 512 w=1.4 b=0.1 | relu | dense 1 b=0.1\" --x X.npy --y y.npy --by likelihood --out learned.json")
    {
        foreach (Option option in new Option[] { _networks, _kind, _x, _y, _by, _ridge, _steps, _tolerance, _rows, _seed, _out })
            Options.Add(option);

        _memory.AddTo(this);
        Write(_out, LearnedReportModule.beginning);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        LibTorch.useThreads(0);

        return from networks in SelectCommand.Networks(parsed.GetRequiredValue(_networks))
               from kind in KernelKindModule.parse(parsed.GetRequiredValue(_kind)).OrUsage()
               from criterion in LearnByModule.parse(parsed.GetRequiredValue(_by)).OrUsage()
               from settings in Settings(parsed)
               from x in SourceFile.readNpy64(parsed.GetRequiredValue(_x)).OrRefused()
               from y in SourceFile.readNpy64(parsed.GetRequiredValue(_y)).OrRefused()
               from rows in LearningRows.Take(x, y, parsed.GetValue(_rows), parsed.GetValue(_seed), terminal, IsGiven(parsed, _seed))
               from fits in _memory.Check(parsed, terminal, new MemoryNeed(
                   $"learn: {rows.X.Rows} rows", KernelMemory.learn(networks.Length, rows.X.Rows, rows.X.Columns), "fewer --rows need less"))
               from learned in LearnKernel.learn(
                   settings, Progress(terminal, criterion),
                   new LearnProblem(kind, networks, rows.X, FSharpList<Matrix<double>>.Empty, rows.Y, criterion, parsed.GetValue(_ridge))).OrRefused()
               let report = LearnedReportModule.create(kind, criterion, rows.X.Rows, learned)
               from written in SourceFile.writeValue(parsed.GetRequiredValue(_out), LearnedReportModule.codec, report).OrRefused()
               select Tell(terminal, parsed.GetRequiredValue(_out), report);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => [.. Of(Settings(parsed)), .. Of(_memory.Read(parsed))];

    private FSharpResult<LearnSettings, Failure> Settings(ParseResult parsed)
    {
        var mistakes = new List<string>();
        var ridge = parsed.GetValue(_ridge);
        var steps = parsed.GetValue(_steps);
        var tolerance = parsed.GetValue(_tolerance);

        if (!(ridge > 0 && double.IsFinite(ridge)))
            mistakes.Add($"--ridge {ridge}: a ridge is a positive number");
        if (steps < 1)
            mistakes.Add($"--steps {steps}: at least 1");
        if (!(tolerance > 0))
            mistakes.Add($"--tolerance {tolerance}: above 0");

        return mistakes.Count > 0
            ? Results.Fail<LearnSettings>(ExitCode.Usage, mistakes)
            : Results.Ok(new LearnSettings(tolerance, steps));
    }

    private static FSharpFunc<int, FSharpFunc<double, Unit>> Progress(Terminal terminal, LearnBy by) =>
        FuncConvert.FromAction<int, double>((step, value) =>
        {
            if (!terminal.IsQuiet)
                terminal.Say($"step {step}: {LearnByModule.print(by)} {value:g8}");
        });

    private static int Tell(Terminal terminal, string output, LearnedReport report) =>
        terminal.Tell(
            report,
            [
                $"{output}: {report.Steps} steps on {report.Rows} rows, {report.Evaluations} evaluations, stopped by {report.StoppedBy}",
                $"{report.Objective}: {report.Start:g8} before, {report.End:g8} after",
                .. report.Parameters.Select(parameter =>
                    $"{parameter.Name}: {parameter.Start:g6} → {parameter.End:g6}{(parameter.IsHeld ? " (the end of its range: the data do not tell it)" : "")}"),
                .. report.Networks.Select(network => $"{network.Weight:g6} × {network.Network}"),
                $"ridge {report.Ridge:g6}",
            ]);
}
