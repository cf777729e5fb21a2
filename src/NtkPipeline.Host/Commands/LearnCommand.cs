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

    private readonly Option<string> _x = ArrayOptions.X();
    private readonly Option<string> _y = ArrayOptions.Y();

    private readonly Option<string> _by = new Option<string>("--by")
    {
        Description = "Marginal likelihood, or the exact leave-one-out error.",
        DefaultValueFactory = _ => "likelihood",
    }.AcceptOnlyFromAmong("likelihood", "loo");

    private readonly RidgeOption _ridge = new("The ridge to start from", "0.1rel", mayBeZero: false);

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
        foreach (Option option in new Option[] { _networks, _kind, _x, _y, _by, _ridge.Option, _steps, _tolerance, _rows, _seed, _out })
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
                   settings, Progress(terminal, criterion, rows.Y.Values.Length),
                   new LearnProblem(kind, networks, rows.X, FSharpList<Matrix<double>>.Empty, rows.Y, criterion, _ridge.Read(parsed).ResultValue!)).OrRefused()
               let report = LearnedReportModule.create(kind, criterion, rows.X.Rows, learned)
               from written in SourceFile.writeValue(parsed.GetRequiredValue(_out), LearnedReportModule.codec, report).OrRefused()
               select Tell(terminal, parsed.GetRequiredValue(_out), report, criterion, rows.Y.Values.Length);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => [.. Of(Settings(parsed)), .. Of(_memory.Read(parsed))];

    private FSharpResult<LearnSettings, Failure> Settings(ParseResult parsed)
    {
        var mistakes = Of(_ridge.Read(parsed)).ToList();
        var steps = parsed.GetValue(_steps);
        var tolerance = parsed.GetValue(_tolerance);

        if (steps < 1)
            mistakes.Add($"--steps {steps}: at least 1");
        if (!(tolerance > 0))
            mistakes.Add($"--tolerance {tolerance}: above 0");

        return mistakes.Count > 0
            ? Results.Fail<LearnSettings>(ExitCode.Usage, mistakes)
            : Results.Ok(new LearnSettings(tolerance, steps));
    }

    private static FSharpFunc<int, FSharpFunc<double, Unit>> Progress(Terminal terminal, LearnBy by, int targets) =>
        FuncConvert.FromAction<int, double>((step, value) => terminal.Note($"step {step}: {Score(by, targets, value)}"));

    /// <summary>What is minimised, as people know it: the log likelihood of all targets, which rises, or the leave-one-out error, which falls.</summary>
    private static string Score(LearnBy by, int targets, double value) =>
        by.IsLikelihood ? $"log likelihood {-value * targets:g8}" : $"leave-one-out error {value:g8}";

    private static int Tell(Terminal terminal, string output, LearnedReport report, LearnBy by, int targets) =>
        terminal.Tell(
            report,
            [
                $"{output}: {report.Steps} steps on {report.Rows} rows, {report.Evaluations} evaluations, stopped by {report.StoppedBy}",
                $"{Score(by, targets, report.Start)} before, {Score(by, targets, report.End)} after",
                .. report.Parameters.Select(parameter =>
                    $"{parameter.Name}: {parameter.Start:g6} → {parameter.End:g6}{(parameter.IsHeld ? " (the end of its range: the data do not tell it)" : "")}"),
                .. report.Networks.Select(network => $"{network.Weight:g6} × {network.Network}"),
                $"ridge {report.Ridge:g6}",
            ]);
}
