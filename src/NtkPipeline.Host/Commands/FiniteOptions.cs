using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>What ntk kernel is to do.</summary>
internal enum KernelMode
{
    Matrix,
    Closed,
    MonteCarlo,
    Spectrum,
}

/// <summary>The options of ntk kernel that are about random networks of finite width.</summary>
internal sealed class FiniteOptions
{
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
        Description = "Of an empirical kernel, or --model's, with O outputs: their mean (N × M), each (N × M × O), or all pairs (N × M × O × O). Of texts a --network has their mean alone.",
        DefaultValueFactory = _ => "trace",
    }.AcceptOnlyFromAmong("trace", "diagonal", "full");

    private readonly Option<bool> _parts = new("--parts")
    {
        Description = "Each dense layer's own part of the empirical kernel, as the first axis; their sum is the kernel. Of rows, not of texts.",
    };

    private readonly Option<int?> _monteCarlo = new("--monte-carlo")
    {
        Description = "The mean of so many random networks' kernels, in float64, an estimate of the infinitely wide network's (for nngp, of f(x)·f(z)), and its standard error. Both are held in memory.",
        HelpName = "SEEDS",
    };

    private readonly Option<string?> _errorOut = new("--error-out")
    {
        Description = "The standard error of --monte-carlo, entry by entry; without it, K.error.npy beside K.npy.",
        HelpName = "E.npy",
    };

    private readonly Option<int?> _spectrum = new("--spectrum")
    {
        Description = "The so many largest eigenvalues of one random network's tangent kernel, in float64, without forming it; --out is optional.",
        HelpName = "COUNT",
    };

    public void AddTo(NtkCommand command)
    {
        foreach (Option option in new Option[] { _empirical, _seed, _method, _outputs, _parts, _monteCarlo, _errorOut, _spectrum })
            command.Options.Add(option);

        command.Write(_errorOut);
    }

    /// <summary>Those that a trained model's file has no use for.</summary>
    public IEnumerable<Option> OfNetworks => [_empirical, _seed, _method, _parts, _monteCarlo, _errorOut, _spectrum];

    public FSharpResult<Outputs, Failure> Outputs(ParseResult parsed) => KernelFormModule.parseOutputs(parsed.GetRequiredValue(_outputs)).OrUsage();

    /// <summary>Whether random networks are drawn.</summary>
    public bool IsFinite(ParseResult parsed) =>
        parsed.GetValue(_empirical) || parsed.GetValue(_monteCarlo) is not null || parsed.GetValue(_spectrum) is not null;

    /// <summary>What is asked for, or why its parts do not go together.</summary>
    public FSharpResult<KernelMode, Failure> Mode(ParseResult parsed, bool isClosed, string precision)
    {
        var (samples, count, isEmpirical) = (parsed.GetValue(_monteCarlo), parsed.GetValue(_spectrum), parsed.GetValue(_empirical));
        var mistakes = new List<string>();

        if (parsed.GetValue(_errorOut) is not null && samples is null)
            mistakes.Add("--error-out belongs to --monte-carlo");

        if (samples is { } networks && MonteCarlo.check(networks) is { IsError: true, ErrorValue: var few })
            mistakes.Add($"--monte-carlo: {few}");

        if (count is { } wanted && KernelSpectrumModule.checkCount(wanted) is { IsError: true, ErrorValue: var none })
            mistakes.Add($"--spectrum: {none}");

        if ((samples is null ? count is null ? null : "--spectrum" : "--monte-carlo") is { } name)
        {
            var others = Asked(parsed, _method, _outputs, _parts)
                .Concat(isClosed ? ["--latex"] : [])
                .Concat(isEmpirical && samples is not null ? ["--empirical"] : [])
                .Concat(samples is not null && count is not null ? ["--spectrum"] : [])
                .Concat(precision == "float64" ? [] : ["--precision float32"])
                .ToList();

            if (others.Count > 0)
                mistakes.Add($"{string.Join(", ", others)}: {(others.Count == 1 ? "this does" : "these do")} not go with {name}");
        }
        else if (isClosed && Asked(parsed, _empirical, _seed, _method, _outputs, _parts) is { Count: > 0 } idle)
            mistakes.Add($"{string.Join(", ", idle)}: --latex computes nothing");
        else if (!isEmpirical && !isClosed && Asked(parsed, _seed, _method, _outputs, _parts) is { Count: > 0 } asked)
            mistakes.Add(
                asked is ["--seed"]
                    ? "--seed: this is of a finite network: it needs --empirical, --monte-carlo or --spectrum"
                    : $"{string.Join(", ", asked)}: these are of a finite network: they need --empirical");

        return mistakes.Count > 0
            ? Results.Fail<KernelMode>(ExitCode.Usage, mistakes)
            : Results.Ok(
                isClosed ? KernelMode.Closed : samples is not null ? KernelMode.MonteCarlo : count is not null ? KernelMode.Spectrum : KernelMode.Matrix);
    }

    /// <summary>The kernel that is asked for, of a finite network or of the infinitely wide one.</summary>
    public FSharpResult<KernelRequest, Failure> Request(ParseResult parsed, Network network, KernelKind kind) =>
        from outputs in Outputs(parsed)
        from method in EmpiricalMethodModule.parse(parsed.GetRequiredValue(_method)).OrUsage()
        let finite = parsed.GetValue(_empirical)
            ? FSharpOption<FiniteNetwork>.Some(new FiniteNetwork(Seed(parsed), method, new KernelForm(outputs, parsed.GetValue(_parts))))
            : FSharpOption<FiniteNetwork>.None
        from request in KernelRequestModule.create(network, kind, finite).OrUsage()
        select request;

    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    public int Eigenvalues(ParseResult parsed) => parsed.GetValue(_spectrum)!.Value;

    public MonteCarloRequest Sampled(ParseResult parsed, Network network, KernelKind kind) =>
        new(network, kind, parsed.GetValue(_monteCarlo)!.Value, Seed(parsed));

    /// <summary>Where the standard error goes: nowhere where an input or the mean is.</summary>
    public FSharpResult<string, Failure> ErrorFile(ParseResult parsed, KernelPaths files)
    {
        var path = parsed.GetValue(_errorOut) ?? Path.ChangeExtension(files.Out, ".error.npy");
        var inputs = new[] { files.X, files.Z }.OfType<string>().Select(input => new NamedFile("--x or --z", input));
        var mistakes = FileNames.Mistakes([.. inputs, new NamedFile("--out", files.Out)], [new NamedFile("--error-out", path)], _ => FileNames.Beginnings("E.npy")).ToArray();
        return mistakes.Length > 0 ? Results.Fail<string>(ExitCode.Usage, mistakes) : Results.Ok(path);
    }

    private static List<string> Asked(ParseResult parsed, params Option[] options) =>
        [.. options.Where(option => NtkCommand.IsGiven(parsed, option)).Select(option => option.Name)];
}
