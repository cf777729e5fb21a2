using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk solve: kernel ridge regression from inputs, at sizes whose kernel matrix no memory holds.</summary>
internal sealed class SolveCommand : NtkCommand
{
    private readonly KernelOptions _kernel = new();
    private readonly ClusterOptions _cluster = new();

    private readonly Option<string> _y = ArrayOptions.Y();
    private readonly Option<string?> _z = new("--z") { Description = "Rows to predict; without them, the rows of X.", HelpName = "B.npy" };

    private readonly Option<string> _ridge = new("--ridge", "--ridges")
    {
        Description = "The ridge, or several, comma-separated, which share every product with the kernel: 0.1 is λ itself, 0.1rel is 0.1 times the mean of the kernel's diagonal.",
        HelpName = "λ,λ",
        Required = true,
    };

    private readonly Option<string> _method = new Option<string>("--method")
    {
        Description = "exact: the whole matrix. cg: conjugate gradients on a kernel that is never held. nystrom: the kernel functions of "
            + "RANK rows only, approximate. auto: exact where it fits into memory, else cg.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "exact", "cg", "nystrom");

    private readonly Option<int> _rank = new("--rank")
    {
        Description = "Columns of the preconditioner, or landmarks.",
        DefaultValueFactory = _ => 1000,
    };

    private readonly Option<double> _tolerance = new("--tolerance")
    {
        Description = "‖(K + λ)α − y‖/‖y‖ to reach.",
        DefaultValueFactory = _ => 1e-6,
    };

    private readonly Option<int> _steps = new("--steps") { Description = "Steps of cg after which it gives up.", DefaultValueFactory = _ => 500 };
    private readonly MemoryOption _memory = new("also to keep kernel entries between products. Default: half of the machine's. With --workers the solve and each of them have equal parts of it; with --cluster each worker may use as much");
    private readonly Option<ulong> _seed = new("--seed") { Description = "Which random pivots.", DefaultValueFactory = _ => 1 };

    private readonly Option<string> _precision = new Option<string>("--precision")
    {
        Description = "What kernel entries are computed in. Everything else is float64.",
        DefaultValueFactory = _ => "float32",
    }.AcceptOnlyFromAmong("float32", "float64");

    private readonly Option<string> _out = new("--out")
    {
        Description = "Predictions: a row for each row asked, a column for each ridge and, within a ridge, each output.",
        HelpName = "pred.npy",
        Required = true,
    };

    private readonly Option<string?> _coefficients = new("--coefficients")
    {
        Description = "α as well: rows of X by the same columns.",
        HelpName = "alpha.npy",
    };

    public SolveCommand()
        : base(
            "solve", "Solves kernel ridge regression with a network's kernel, without holding the kernel where it is large.",
            "ntk solve --network \"repeat(3, dense 512 w=1.4142 | relu) | dense 1\" --x X.npy --y y.npy --z Z.npy --ridge 0.1rel --out pred.npy")
    {
        _kernel.AddTo(this);
        _cluster.AddTo(this);

        foreach (Option option in new Option[]
        {
            _y, _z, _ridge, _method, _rank, _tolerance, _steps, _seed, _precision, _out, _coefficients,
        })
            Options.Add(option);

        _memory.AddTo(this);

        Write(_out);
        Write(_coefficients);
        Belong("--method cg, nystrom and auto", parsed => parsed.GetRequiredValue(_method) is not "exact", _rank, _seed);
        Belong("--method cg and auto", parsed => parsed.GetRequiredValue(_method) is "cg" or "auto", _tolerance, _steps);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from place in _cluster.Read(parsed)
        from code in place is null
            ? Solve(parsed, terminal, null, null)
            : ClusterProgram.With(parsed, terminal, cluster => Solve(parsed, terminal, place, cluster))
        select code;

    /// <param name="place">Who makes the products; none where this process does.</param>
    private FSharpResult<int, Failure> Solve(ParseResult parsed, Terminal terminal, ClusterPlace? place, ICluster? cluster)
    {
        LibTorch.useThreads(0);
        var output = parsed.GetRequiredValue(_out);
        var watch = Stopwatch.StartNew();

        return from network in _kernel.Network(parsed)
               from asked in Settings(parsed)
               from x in SourceFile.readNpy64(_kernel.X(parsed)).OrRefused()
               from y in SourceFile.readNpy64(parsed.GetRequiredValue(_y)).OrRefused()
               from z in Asked(parsed).OrRefused()
               let problem = new SolveProblem(
                   _kernel.Kind(parsed), network, parsed.GetRequiredValue(_precision) == "float32", x, y, asked.Ridges, asked.IsRelative, z)
               let solve = (Func<IKernelLanes?, FSharpResult<Solved, Failure>>)(lanes => SolveRun.solveWith(
                   lanes is null ? FSharpOption<IKernelLanes>.None : FSharpOption<IKernelLanes>.Some(lanes), output, 30, asked.Settings,
                   SolveWords.Progress(terminal, OfLargeKernels(parsed)), warning => terminal.Warn(warning), problem).OrRefused())
               from solved in place is null || cluster is null
                   ? solve(null)
                   : cluster.Solve(
                       place, LaneProblem.Of(_kernel.X(parsed), problem), x.Rows, asked.Settings.Memory / (place.Workers + 1), terminal, solve)
               from written in Write(output, solved.Predictions).OrRefused()
               from kept in parsed.GetValue(_coefficients) is { } path ? Write(path, solved.Coefficients).OrRefused() : Results.Done
               select SolveWords.Tell(terminal, output, solved, watch.Elapsed.TotalSeconds);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => Of(Settings(parsed));

    /// <summary>The options that a person gave and that the exact method has no use for.</summary>
    private string[] OfLargeKernels(ParseResult parsed) =>
        [.. new Option[] { _rank, _tolerance, _steps, _seed }.Where(option => IsGiven(parsed, option)).Select(option => option.Name)];

    private FSharpResult<FSharpOption<Matrix<double>>, PipelineError> Asked(ParseResult parsed) =>
        parsed.GetValue(_z) is { } path
            ? SourceFile.readNpy64(path).Select(FSharpOption<Matrix<double>>.Some)
            : FSharpResult<FSharpOption<Matrix<double>>, PipelineError>.NewOk(FSharpOption<Matrix<double>>.None);

    private static (double[] Ridges, bool AreRelative) Ridges(string text, List<string> mistakes)
    {
        var read = text.Split(',').Select(part => RidgeOption.Read("--ridge", part, mayBeZero: false)).ToArray();
        mistakes.AddRange(read.SelectMany(ridge => Of(ridge)));
        var ridges = read.Where(ridge => ridge.IsOk).Select(ridge => ridge.ResultValue).ToArray();

        if (ridges.Select(ridge => ridge.IsRelative).Distinct().Count() > 1)
            mistakes.Add($"--ridge {text}: write all of them the same way, as λ itself or as multiples (rel)");

        return ([.. ridges.Select(ridge => RidgeValueModule.absolute(1, ridge))], ridges.Any(ridge => ridge.IsRelative));
    }

    private FSharpResult<(double[] Ridges, bool IsRelative, SolveSettings Settings), Failure> Settings(ParseResult parsed)
    {
        var mistakes = new List<string>();
        var (ridges, areRelative) = Ridges(parsed.GetRequiredValue(_ridge), mistakes);
        var rank = parsed.GetValue(_rank);
        var tolerance = parsed.GetValue(_tolerance);
        var steps = parsed.GetValue(_steps);
        var there = MachineMemory.all();
        var memory = _memory.Read(parsed);
        var most = memory is { IsOk: true, ResultValue: { Value: var bytes } } ? Math.Min(bytes, there) : there / 2;
        var (name, isElsewhere) = (parsed.GetRequiredValue(_method), _cluster.Read(parsed) is { IsOk: true, ResultValue: not null });
        var method = SolveMethodModule.parse(isElsewhere ? "cg" : name);

        if (isElsewhere && name is not ("auto" or "cg"))
            mistakes.Add($"--method {name}: workers make the products of cg, and of nothing else");
        if (rank < 1)
            mistakes.Add($"--rank {rank}: it is at least 1");
        if (!(tolerance > 0 && tolerance < 1))
            mistakes.Add($"--tolerance {tolerance}: it lies between 0 and 1");
        if (steps < 1)
            mistakes.Add($"--steps {steps}: at least 1");
        mistakes.AddRange(Of(memory));

        return mistakes.Count > 0
            ? Results.Fail<(double[], bool, SolveSettings)>(ExitCode.Usage, mistakes)
            : method.OrUsage().Select(chosen => (ridges, areRelative, new SolveSettings(
                chosen, rank, new GradientsSettings(tolerance, steps), (long)most, holdsEntries: true, SeedModule.root(parsed.GetValue(_seed)))));
    }

    /// <summary>One column as a plain vector.</summary>
    private static FSharpResult<Unit?, PipelineError> Write(string path, Matrix<double> columns) =>
        (columns.Columns == 1
            ? SourceFile.writeValue(path, Codec.vector, columns.Values)
            : SourceFile.writeValue(path, Codec.matrix64, columns)).Select(done => (Unit?)done);
}
