using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk kernel: a network's kernel matrix from and to NumPy files: at infinite width, of random networks, or of a trained model.</summary>
internal sealed class KernelCommand : NtkCommand, IStageCommand
{
    private readonly ClusterOptions _cluster = new();

    private readonly Option<string?> _network = new("--network")
    {
        Description = "The network, input first; or --model.",
        HelpName = "TEXT",
    };

    private readonly Option<string> _kind = new Option<string>("--kind")
    {
        Description = "The tangent kernel, or the kernel of the network's Gaussian process.",
        DefaultValueFactory = _ => "ntk",
    }.AcceptOnlyFromAmong("ntk", "nngp");

    private readonly Option<string?> _x = new("--x") { Description = "Inputs, a row each; or texts × places × features, for a network over tokens.", HelpName = "A.npy" };
    private readonly Option<string?> _z = new("--z") { Description = "Other inputs; without them, X against itself.", HelpName = "B.npy" };

    private readonly Option<string?> _xMask = new("--x-mask")
    {
        Description = "Of texts: texts × places, 1 where a place holds a token and 0 where none; without it all do.",
        HelpName = "M.npy",
    };

    private readonly Option<string?> _zMask = new("--z-mask") { Description = "The same of Z.", HelpName = "N.npy" };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The matrix, rows of X by rows of Z. What a stopped command has left beside it, the same command goes on from.",
        HelpName = "K.npy",
    };

    private readonly Option<string> _precision = new Option<string>("--precision")
    {
        Description = "What the matrix is computed and stored in; of --model, without it, what that is of.",
        DefaultValueFactory = _ => "float64",
    }.AcceptOnlyFromAmong("float32", "float64");

    private readonly MemoryOption _memory = new("without it, half of the machine's. The result may be larger");

    private readonly Option<string> _device = ArrayOptions.Device();

    private readonly Option<bool> _latex = new("--latex") { Description = "Print the closed form of K and Θ as LaTeX, and compute nothing." };

    private readonly Option<string?> _store = new("--store") { Description = "Where tiles that workers make come in. Default: data/store.", HelpName = "DIR" };

    private readonly FiniteOptions _finite = new();
    private readonly ModelOptions _model = new();

    public KernelCommand()
        : base(
            "kernel", "Computes a network's kernel matrix: of the infinitely wide one, of random ones, or of a trained model's file.",
            "ntk kernel --network \"dense 512 | relu | dense 1\" --kind ntk --x X.npy --out K.npy")
    {
        foreach (Option option in new Option[]
                 {
                     _network, _kind, _x, _z, _xMask, _zMask, _out, _precision, _memory.Option, _device, _latex, _store,
                 })
            Options.Add(option);

        _finite.AddTo(this);
        _model.AddTo(this);
        _cluster.AddTo(this);
        Write(_out);
        Belong("--z", parsed => parsed.GetValue(_z) is not null, _zMask);
        Belong("a network of --network", parsed => !_model.IsAsked(parsed), [_kind, _device, _latex, _xMask, _zMask, .. _finite.OfNetworks, .. _cluster.All]);
        Belong("a matrix that is computed in tiles", HasTiles, _cluster.All);
        Belong("--workers and --cluster", parsed => _cluster.All.Any(option => IsGiven(parsed, option)), _store);
        Belong("a kernel that is computed, without --latex", parsed => !parsed.GetValue(_latex), _kind, _x, _z, _xMask, _out, _precision, _memory.Option, _device);
        Belong("--empirical, --monte-carlo and --spectrum", parsed => parsed.GetValue(_latex) || _model.IsAsked(parsed) || _finite.IsFinite(parsed), _device);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => _model.IsAsked(parsed) ? _model.Mistakes(parsed, _network) :
    [
        .. parsed.GetValue(_network) is null ? ["kernel needs --network, or --model"] : Array.Empty<string>(),
        .. Of(_finite.Mode(parsed, parsed.GetValue(_latex), parsed.GetRequiredValue(_precision))),
        .. Of(DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage()),
    ];

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        _model.IsAsked(parsed) ? OfModel(parsed, terminal) : OfNetwork(parsed, terminal);

    private FSharpResult<int, Failure> OfModel(ParseResult parsed, Terminal terminal) =>
        from files in Paths(parsed)
        from outputs in _finite.Outputs(parsed)
        from machine in Machine(parsed)
        from code in _model.Compute(parsed, files, outputs, machine, IsGiven(parsed, _precision) ? parsed.GetRequiredValue(_precision) : null, terminal)
        select code;

    private FSharpResult<Network, Failure> Network(ParseResult parsed) => NetworkWords.ReadAny(parsed.GetValue(_network)!);

    private FSharpResult<int, Failure> OfNetwork(ParseResult parsed, Terminal terminal) =>
        from network in Network(parsed)
        from mode in _finite.Mode(parsed, parsed.GetValue(_latex), parsed.GetRequiredValue(_precision))
        from code in mode switch
        {
            KernelMode.Closed => Print(network, terminal),
            KernelMode.MonteCarlo => Sample(parsed, network, terminal),
            KernelMode.Spectrum => Spectrum(parsed, network, terminal),
            _ => _cluster.Do(parsed, terminal, making => Compute(parsed, network, terminal, making)),
        }
        select code;

    private static FSharpResult<int, Failure> Print(Network network, Terminal terminal)
    {
        if (SequenceNtk.check(network) is { IsError: true, ErrorValue: var reason })
            terminal.Say($"note: {reason}; K is left as an expectation, and Θ is not given");

        var latex = KernelLatex.print(network);
        return Results.Ok(terminal.Tell(new { latex }, latex.Split('\n')));
    }

    private bool HasTiles(ParseResult parsed) =>
        _model.IsAsked(parsed) || _finite.Mode(parsed, parsed.GetValue(_latex), parsed.GetRequiredValue(_precision)) is { IsOk: true, ResultValue: KernelMode.Matrix };

    private bool IsSingle(ParseResult parsed) => parsed.GetRequiredValue(_precision) == "float32";

    private FSharpResult<int, Failure> Compute(ParseResult parsed, Network network, Terminal terminal, StageMaking? making) =>
        from run in Run(parsed, network, terminal, null, making?.Sharing ?? 1)
        from code in IsSingle(parsed)
            ? run.Compute(KernelNumbers.Single, making, () => Store(parsed))
            : run.Compute(KernelNumbers.Double, making, () => Store(parsed))
        select code;

    public FSharpResult<SharedStages, Failure> Stages(ParseResult parsed, MachineShare? share, Terminal terminal) =>
        from network in Network(parsed)
        from run in Run(parsed, network, terminal, share, 1)
        from store in Store(parsed)
        let threads = share?.Threads ?? 0
        from stages in IsSingle(parsed)
            ? run.Plan(KernelNumbers.Single).Select(planned => planned.Stages(store, threads))
            : run.Plan(KernelNumbers.Double).Select(planned => planned.Stages(store, threads))
        select stages;

    private FSharpResult<Store, Failure> Store(ParseResult parsed) => StoreModule.openAt(parsed.GetValue(_store) ?? Home.Store).OrRefused();

    /// <param name="share">What another process counts on of this machine; none for what there is.</param>
    /// <param name="sharing">How many processes work at once on this machine.</param>
    private FSharpResult<KernelRun, Failure> Run(ParseResult parsed, Network network, Terminal terminal, MachineShare? share, int sharing) =>
        from rows in Paths(parsed)
        from files in Texts(parsed, network, rows)
        from request in _finite.Request(parsed, network, Kind(parsed))
        from machine in Machine(parsed, share, sharing)
        select new KernelRun(files, request, machine, terminal);

    private FSharpResult<int, Failure> Sample(ParseResult parsed, Network network, Terminal terminal) =>
        from rows in Paths(parsed)
        from files in Texts(parsed, network, rows)
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
        from files in Texts(parsed, network, new KernelPaths(x, null, ""))
        from machine in Machine(parsed)
        from code in new SpectrumRun(files, parsed.GetValue(_out), terminal).Compute(machine, network, _finite.Seed(parsed), _finite.Eigenvalues(parsed))
        select code;

    private FSharpResult<KernelMachine, Failure> Machine(ParseResult parsed, MachineShare? share = null, int sharing = 1) =>
        from memory in _memory.Read(parsed)
        from device in DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage()
        from machine in MachineShare.Machine(share, memory, sharing, device).OrRefused()
        select machine;

    private FSharpResult<KernelPaths, Failure> Paths(ParseResult parsed) =>
        parsed.GetValue(_x) is { } x && parsed.GetValue(_out) is { } output
            ? Results.Ok(new KernelPaths(x, parsed.GetValue(_z), output))
            : Results.Fail<KernelPaths>(ExitCode.Usage, "kernel needs --x and --out, or --latex");

    /// <summary>The same files as texts, where the network, an array of three dimensions or a mask says that they are.</summary>
    private FSharpResult<KernelPaths, Failure> Texts(ParseResult parsed, Network network, KernelPaths files) =>
        from isArray in NpyTexts.isTexts(files.X).OrRefused()
        let masks = new TextMasks(parsed.GetValue(_xMask), parsed.GetValue(_zMask))
        select isArray || masks is not { X: null, Z: null } || NetworkModule.ofRows(network).IsError ? files with { Masks = masks } : files;

    private KernelKind Kind(ParseResult parsed) => parsed.GetRequiredValue(_kind) == "ntk" ? KernelKind.Ntk : KernelKind.Nngp;
}
