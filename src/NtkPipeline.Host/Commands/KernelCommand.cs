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

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The matrix, rows of X by rows of Z. What a stopped command has left beside it, the same command goes on from.",
        HelpName = "K.npy",
    };

    private readonly Option<string> _precision = new Option<string>("--precision")
    {
        Description = "What the matrix is computed and stored in.",
        DefaultValueFactory = _ => "float64",
    }.AcceptOnlyFromAmong("float32", "float64");

    private readonly Option<string?> _memory = new("--memory")
    {
        Description = "The most memory to use, such as 2GB; without it, half of the machine's. The result may be larger.",
        HelpName = "SIZE",
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "Where tensors are computed with: cpu, cuda or cuda:1. NTK_LIBTORCH names a LibTorch for CUDA.",
        DefaultValueFactory = _ => "cpu",
    };

    private readonly Option<bool> _latex = new("--latex") { Description = "Print the closed form of K and Θ as LaTeX, and compute nothing." };

    private readonly Option<bool> _empirical = new("--empirical")
    {
        Description = "The kernel of one random network of the written widths, and how far it lies from the analytic one.",
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Which random network.", DefaultValueFactory = _ => 1 };

    private readonly Option<string> _method = new Option<string>("--method")
    {
        Description = "How the empirical kernel is computed; auto takes the cheapest that fits into memory.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "structured", "jacobian", "vector-product");

    private readonly Option<string> _outputs = new Option<string>("--outputs")
    {
        Description = "Of an empirical kernel with O outputs: their mean (N × M), each (N × M × O), or all pairs (N × M × O × O).",
        DefaultValueFactory = _ => "trace",
    }.AcceptOnlyFromAmong("trace", "diagonal", "full");

    private readonly Option<bool> _parts = new("--parts")
    {
        Description = "Each dense layer's own part of the empirical kernel, as the first axis; their sum is the kernel.",
    };

    public KernelCommand()
        : base(
            "kernel", "Computes a network's kernel matrix.",
            "ntk kernel --network \"dense 512 | relu | dense 1\" --kind ntk --x X.npy --out K.npy")
    {
        foreach (Option option in new Option[]
                 {
                     _network, _kind, _x, _z, _out, _precision, _memory, _device, _latex, _empirical, _seed, _method, _outputs, _parts,
                 })
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

    private FSharpResult<int, Failure> Compute(ParseResult parsed, Network network, Terminal terminal) =>
        from files in Paths(parsed)
        from request in Request(parsed, network)
        from memory in Memory(parsed)
        from device in DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage()
        from code in Compute(parsed, new KernelRun(files, request, terminal), memory, device)
        select code;

    private FSharpResult<int, Failure> Compute(ParseResult parsed, KernelRun run, FSharpOption<long> memory, Device device)
    {
        var isSingle = parsed.GetRequiredValue(_precision) == "float32";

        return from machine in LibTorch.machine(memory, 0, device).OrRefused()
               from code in isSingle
                   ? run.Compute(Precision.single, NpyRows.openSingle, (x, z) => KernelRequestModule.single(machine, run.Request, x, z))
                   : run.Compute(Precision.@double, NpyRows.openDouble, (x, z) => KernelRequestModule.@double(machine, run.Request, x, z))
               select code;
    }

    private FSharpResult<KernelPaths, Failure> Paths(ParseResult parsed)
    {
        if (parsed.GetValue(_x) is not { } x || parsed.GetValue(_out) is not { } output)
            return Results.Fail<KernelPaths>(ExitCode.Usage, "kernel needs --x and --out, or --latex");

        var z = parsed.GetValue(_z);
        var named = new (string Option, string? Path)[] { ("--x", x), ("--z", z), ("--out", output) };
        var empty = named.Where(file => file.Path is "").Select(file => $"{file.Option}: the name of a file is empty").ToList();

        if (empty.Count > 0)
            return Results.Fail<KernelPaths>(ExitCode.Usage, empty);

        var replaced = named.Take(2)
            .Where(file => file.Path is { } path && Path.GetFullPath(path) == Path.GetFullPath(output))
            .Select(file => $"--out: it is the file of {file.Option}, which the kernel would replace")
            .ToList();

        return replaced.Count > 0
            ? Results.Fail<KernelPaths>(ExitCode.Usage, replaced)
            : Results.Ok(new KernelPaths(x, z, output));
    }

    private FSharpResult<FSharpOption<long>, Failure> Memory(ParseResult parsed) =>
        parsed.GetValue(_memory) is { } text
            ? ByteSize.parse(text).OrUsage("--memory").Select(FSharpOption<long>.Some)
            : Results.Ok(FSharpOption<long>.None);

    private FSharpResult<KernelRequest, Failure> Request(ParseResult parsed, Network network)
    {
        var kind = parsed.GetRequiredValue(_kind) == "ntk" ? KernelKind.Ntk : KernelKind.Nngp;
        var isByLayer = parsed.GetValue(_parts);

        return from outputs in KernelFormModule.parseOutputs(parsed.GetRequiredValue(_outputs)).OrUsage()
               from method in EmpiricalMethodModule.parse(parsed.GetRequiredValue(_method)).OrUsage()
               from finite in parsed.GetValue(_empirical)
                   ? Results.Ok(FSharpOption<FiniteNetwork>.Some(
                       new FiniteNetwork(parsed.GetValue(_seed), method, new KernelForm(outputs, isByLayer))))
                   : Infinite(parsed)
               from request in KernelRequestModule.create(network, kind, finite).OrUsage()
               select request;
    }

    /// <summary>No finite network, if no option asks for one.</summary>
    private FSharpResult<FSharpOption<FiniteNetwork>, Failure> Infinite(ParseResult parsed)
    {
        var asked = new Option[] { _seed, _method, _outputs, _parts }
            .Where(option => parsed.GetResult(option) is { Implicit: false })
            .Select(option => option.Name)
            .ToList();

        return asked.Count == 0
            ? Results.Ok(FSharpOption<FiniteNetwork>.None)
            : Results.Fail<FSharpOption<FiniteNetwork>>(
                ExitCode.Usage, $"{string.Join(", ", asked)}: these are of a finite network: they need --empirical");
    }
}
