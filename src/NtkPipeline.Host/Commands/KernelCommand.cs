using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk kernel: a network's kernel matrix from and to NumPy files, at infinite width or of one random network.</summary>
internal sealed class KernelCommand : NtkCommand
{
    private readonly Option<string> _network = new("--network")
    {
        Description = "The network, input first.",
        HelpName = "TEXT",
        Required = true,
    };

    private readonly Option<string> _kind = new Option<string>("--kind")
    {
        Description = "The tangent kernel, or the kernel of the network's Gaussian process.",
        DefaultValueFactory = _ => "ntk",
    }.AcceptOnlyFromAmong("ntk", "nngp");

    private readonly Option<string?> _x = new("--x") { Description = "Inputs, a row each.", HelpName = "A.npy" };
    private readonly Option<string?> _z = new("--z") { Description = "Other inputs; without them, X against itself.", HelpName = "B.npy" };
    private readonly Option<string?> _out = new("--out") { Description = "The matrix, rows of X by rows of Z.", HelpName = "K.npy" };

    private readonly Option<string> _precision = new Option<string>("--precision")
    {
        Description = "What the matrix is computed and stored in.",
        DefaultValueFactory = _ => "float64",
    }.AcceptOnlyFromAmong("float32", "float64");

    private readonly Option<bool> _latex = new("--latex") { Description = "Print the closed form of K and Θ as LaTeX, and compute nothing." };
    private readonly Option<bool> _empirical = new("--empirical") { Description = "The tangent kernel of one random network of the written widths." };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Which random network.", DefaultValueFactory = _ => 1 };

    private readonly Option<string> _method = new Option<string>("--method")
    {
        Description = "How the empirical kernel is computed; auto takes the cheapest that fits into memory.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "structured", "jacobian", "vector-product");

    public KernelCommand()
        : base(
            "kernel", "Computes a network's kernel matrix.",
            "ntk kernel --network \"dense 512 | relu | dense 1\" --kind ntk --x X.npy --out K.npy")
    {
        foreach (Option option in new Option[] { _network, _kind, _x, _z, _out, _precision, _latex, _empirical, _seed, _method })
            Options.Add(option);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from network in NetworkText.parse(parsed.GetRequiredValue(_network)).OrUsage()
        from code in parsed.GetValue(_latex) ? Print(network, terminal) : Compute(parsed, network, terminal)
        select code;

    private static FSharpResult<int, Failure> Print(Network network, Terminal terminal)
    {
        var latex = KernelLatex.print(network);
        return Results.Ok(terminal.Tell(new { latex }, latex));
    }

    private FSharpResult<int, Failure> Compute(ParseResult parsed, Network network, Terminal terminal)
    {
        if (parsed.GetValue(_x) is not { } x || parsed.GetValue(_out) is not { } output)
            return Results.Fail<int>(ExitCode.Usage, "kernel needs --x and --out, or --latex");

        var isNtk = parsed.GetRequiredValue(_kind) == "ntk";
        var isEmpirical = parsed.GetValue(_empirical);

        if (isEmpirical && !isNtk)
            return Results.Fail<int>(ExitCode.Usage, "--kind nngp: an empirical kernel is a tangent kernel");

        LibTorch.useThreads(0);
        var files = new Files(x, parsed.GetValue(_z), output);

        return parsed.GetRequiredValue(_precision) == "float32"
            ? Compute(files, terminal, SourceFile.readNpy32, Codec.matrix32, (x, z) =>
                isEmpirical
                    ? Plan(parsed, terminal, network, x, z).SelectMany(plan => EmpiricalKernel.single(plan, network, Seed(parsed), x, z), Second)
                    : isNtk ? Gram.ntk(network, x, z) : Gram.nngp(network, x, z))
            : Compute(files, terminal, SourceFile.readNpy64, Codec.matrix64, (x, z) =>
                isEmpirical
                    ? Plan(parsed, terminal, network, x, z).SelectMany(plan => EmpiricalKernel.@double(plan, network, Seed(parsed), x, z), Second)
                    : isNtk ? Gram.ntk64(network, x, z) : Gram.nngp64(network, x, z));
    }

    private static TB Second<TA, TB>(TA first, TB second) => second;

    private Seed Seed(ParseResult parsed) => SeedModule.root(parsed.GetValue(_seed));

    /// <summary>Says what it will cost before it starts.</summary>
    private FSharpResult<EmpiricalPlan, PipelineError> Plan<T>(
        ParseResult parsed, Terminal terminal, Network network, Matrix<T> x, FSharpOption<Matrix<T>> z) =>
        from plan in EmpiricalKernel.plan(
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, parsed.GetRequiredValue(_method), network, x, z)
        select Say(terminal, plan);

    private static EmpiricalPlan Say(Terminal terminal, EmpiricalPlan plan)
    {
        terminal.Error.WriteLine(EmpiricalMethodModule.printPlan(plan));
        return plan;
    }

    private static FSharpResult<int, Failure> Compute<T>(
        Files files, Terminal terminal, Func<string, FSharpResult<Matrix<T>, PipelineError>> read, Codec<Matrix<T>> codec,
        Func<Matrix<T>, FSharpOption<Matrix<T>>, FSharpResult<Matrix<T>, PipelineError>> gram) =>
        (from x in read(files.X)
         from z in files.Z is { } other
             ? read(other).Select(FSharpOption<Matrix<T>>.Some)
             : FSharpResult<FSharpOption<Matrix<T>>, PipelineError>.NewOk(FSharpOption<Matrix<T>>.None)
         from kernel in gram(x, z)
         from written in SourceFile.writeValue(files.Out, codec, kernel)
         select Done(terminal, files.Out, kernel)).OrRefused();

    private static int Done<T>(Terminal terminal, string output, Matrix<T> kernel)
    {
        var precision = typeof(T) == typeof(float) ? "float32" : "float64";

        return terminal.Tell(
            new { @out = output, rows = kernel.Rows, columns = kernel.Columns, precision },
            $"{output}: {kernel.Rows} × {kernel.Columns}, {precision}");
    }

    private sealed record Files(string X, string? Z, string Out);
}
