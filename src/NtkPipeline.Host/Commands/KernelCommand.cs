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

    private readonly FiniteOptions _finite = new();

    public KernelCommand()
        : base(
            "kernel", "Computes a network's kernel matrix.",
            "ntk kernel --network \"dense 512 | relu | dense 1\" --kind ntk --x X.npy --out K.npy")
    {
        foreach (Option option in new Option[]
                 {
                     _network, _kind, _x, _z, _out, _precision, _memory, _device, _latex,
                 })
            Options.Add(option);

        _finite.AddTo(this);
        Write(_out);
        Belong("a kernel that is computed, without --latex", parsed => !parsed.GetValue(_latex), _kind, _x, _z, _out, _precision, _memory, _device);
        Belong("--empirical, --monte-carlo and --spectrum", parsed => parsed.GetValue(_latex) || _finite.IsFinite(parsed), _device);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) =>
    [
        .. Of(_finite.Mode(parsed, parsed.GetValue(_latex), parsed.GetRequiredValue(_precision))),
        .. Of(DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage()),
    ];

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from network in NetworkText.parse(parsed.GetRequiredValue(_network)).OrUsage()
        from mode in _finite.Mode(parsed, parsed.GetValue(_latex), parsed.GetRequiredValue(_precision))
        from code in mode switch
        {
            KernelMode.Closed => Print(network, terminal),
            KernelMode.MonteCarlo => Sample(parsed, network, terminal),
            KernelMode.Spectrum => Spectrum(parsed, network, terminal),
            _ => Compute(parsed, network, terminal),
        }
        select code;

    private static FSharpResult<int, Failure> Print(Network network, Terminal terminal)
    {
        var latex = KernelLatex.print(network);
        return Results.Ok(terminal.Tell(new { latex }, latex));
    }

    private FSharpResult<int, Failure> Compute(ParseResult parsed, Network network, Terminal terminal) =>
        from files in Paths(parsed)
        from request in _finite.Request(parsed, network, Kind(parsed))
        from machine in Machine(parsed)
        let run = new KernelRun(files, request, terminal)
        from code in parsed.GetRequiredValue(_precision) == "float32"
            ? run.Compute(Precision.single, NpyRows.openSingle, (x, z) => KernelRequestModule.single(machine, request, x, z))
            : run.Compute(Precision.@double, NpyRows.openDouble, (x, z) => KernelRequestModule.@double(machine, request, x, z))
        select code;

    private FSharpResult<int, Failure> Sample(ParseResult parsed, Network network, Terminal terminal) =>
        from files in Paths(parsed)
        from errorFile in _finite.ErrorFile(parsed, files)
        from machine in Machine(parsed)
        from code in new MonteCarloRun(files, errorFile, _finite.Sampled(parsed, network, Kind(parsed)), terminal).Compute(machine)
        select code;

    private FSharpResult<int, Failure> Spectrum(ParseResult parsed, Network network, Terminal terminal) =>
        from kind in parsed.GetRequiredValue(_kind) == "ntk" && parsed.GetValue(_z) is null
            ? Results.Done
            : Results.Fail<Unit?>(ExitCode.Usage, "--spectrum is of the tangent kernel of the rows of X with themselves: it goes with neither --kind nngp nor --z")
        from x in parsed.GetValue(_x) is { } path
            ? Results.Ok(path)
            : Results.Fail<string>(ExitCode.Usage, "kernel --spectrum needs --x")
        from machine in Machine(parsed)
        from code in new SpectrumRun(x, parsed.GetValue(_out), terminal).Compute(machine, network, _finite.Seed(parsed), _finite.Eigenvalues(parsed))
        select code;

    private FSharpResult<KernelMachine, Failure> Machine(ParseResult parsed) =>
        from memory in Memory(parsed)
        from device in DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage()
        from machine in LibTorch.machine(memory, 0, device).OrRefused()
        select machine;

    private FSharpResult<KernelPaths, Failure> Paths(ParseResult parsed) =>
        parsed.GetValue(_x) is { } x && parsed.GetValue(_out) is { } output
            ? Results.Ok(new KernelPaths(x, parsed.GetValue(_z), output))
            : Results.Fail<KernelPaths>(ExitCode.Usage, "kernel needs --x and --out, or --latex");

    private FSharpResult<FSharpOption<long>, Failure> Memory(ParseResult parsed) =>
        parsed.GetValue(_memory) is { } text
            ? ByteSize.parse(text).OrUsage("--memory").Select(FSharpOption<long>.Some)
            : Results.Ok(FSharpOption<long>.None);

    private KernelKind Kind(ParseResult parsed) => parsed.GetRequiredValue(_kind) == "ntk" ? KernelKind.Ntk : KernelKind.Nngp;
}
