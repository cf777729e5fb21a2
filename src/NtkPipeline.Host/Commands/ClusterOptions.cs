using System.CommandLine;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that say where a cluster is.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _cluster = new("--cluster")
    {
        Description = "The cluster: redis://[:PASSWORD@]HOST[:PORT], rediss:// over TLS, or tcp://ADDRESS:PORT, one member's gateway.",
        HelpName = "URL",
    };

    private readonly Option<int?> _workers = new("--workers")
    {
        Description = "Starts so many worker processes on this machine for this run, which share its cores; needs no server.",
        HelpName = "N",
    };

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "The certificate of the cluster's members, as `ntk cluster cert` made it; members without it are refused.",
        HelpName = "FILE",
    };

    /// <summary>The options of a command that may do its work elsewhere.</summary>
    public void AddTo(Command command)
    {
        AddAddressTo(command);
        command.Options.Add(_workers);
    }

    /// <summary>The options of a command that is about a cluster.</summary>
    public void AddAddressTo(Command command)
    {
        command.Options.Add(_cluster);
        command.Options.Add(_certificate);
    }

    /// <summary>For commands that have no stages in some of their forms.</summary>
    public IEnumerable<Option> All => [_cluster, _workers, _certificate];

    public string? Certificate(ParseResult parsed) => parsed.GetValue(_certificate);

    /// <summary>Whose work it is; none where it is this process's.</summary>
    public FSharpResult<ClusterPlace?, Failure> Read(ParseResult parsed)
    {
        var workers = parsed.GetValue(_workers) ?? 0;

        if (NtkCommand.IsGiven(parsed, _workers) && workers is < 1 or > 256)
            return Results.Fail<ClusterPlace?>(ExitCode.Usage, "--workers: between 1 and 256");

        if (parsed.GetValue(_cluster) is { } text)
            return workers > 0
                ? Results.Fail<ClusterPlace?>(ExitCode.Usage, "--workers: these are a run's own, and --cluster names others; give one of the two")
                : from address in ClusterAddress.Parse(text).OrUsage("--cluster")
                  select (ClusterPlace?)new ClusterPlace(address, 0, Certificate(parsed));

        return parsed.GetValue(_certificate) is null
            ? Results.Ok(workers > 0 ? new ClusterPlace(null, workers, null) : null)
            : Results.Fail<ClusterPlace?>(ExitCode.Usage, "--certificate: it is of a cluster, which --cluster names, and has no effect here");
    }

    /// <summary>Does work here, or with workers that make its stages.</summary>
    public FSharpResult<int, Failure> Do(ParseResult parsed, Terminal terminal, Func<StageMaking?, FSharpResult<int, Failure>> work) =>
        from place in Read(parsed)
        from code in place is null
            ? work(null)
            : ClusterProgram.With(
                parsed, terminal,
                cluster => work(new StageMaking(cluster, place, ((WrittenInvocation)parsed.InvocationConfiguration).Arguments, terminal)))
        select code;

    /// <summary>The cluster that a command is about.</summary>
    public FSharpResult<ClusterPlace, Failure> Wanted(ParseResult parsed) =>
        from place in Read(parsed)
        from named in place is null
            ? Results.Fail<ClusterPlace>(ExitCode.Usage, "--cluster: say which, as redis://HOST")
            : Results.Ok(place)
        select named;
}
