using System.CommandLine;
using System.Net;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk worker: makes the stages of every run of its cluster until it is told to stop.</summary>
internal sealed class WorkerCommand : NtkCommand
{
    private readonly ClusterOptions _cluster = new();

    private readonly Option<string> _ip = new("--ip")
    {
        Description = "This machine's address for the others. Default: 127.0.0.1, which none but this machine reaches.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<bool> _insecure = new("--insecure")
    {
        Description = "Listen to other machines without a certificate: whoever reaches the port can have the worker do anything.",
    };

    private readonly Option<int> _cores = new("--cores")
    {
        Description = "How many processors its stages may take; a stage takes as many as the run's setting threads. Default: all.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly MemoryOption _memory = new("stages that declare more in all wait for one another. Default: all of the machine's");

    private readonly Option<string?> _name = new("--name")
    {
        Description = "What it is called in `ntk cluster status`. Default: the machine's name and the process's id.",
        HelpName = "NAME",
    };

    private readonly Option<int> _dashboard = new("--dashboard")
    {
        Description = "Shows Orleans' own page on this port of 127.0.0.1, to whoever asks there. Default: 0, not at all.",
        HelpName = "PORT",
    };

    private readonly Option<string?> _telemetry = new("--otlp")
    {
        Description = "Sends metrics and traces to this OpenTelemetry collector (OTLP over gRPC). Default: nowhere.",
        HelpName = "URL",
    };

    private readonly Option<int?> _join = new("--join") { Hidden = true };

    private readonly Option<bool> _ready = new("--ready") { Hidden = true };

    public WorkerCommand()
        : base("worker", "Makes stages for the runs of a cluster until it is stopped.", "ntk worker --cluster redis://:SECRET@head --ip 10.0.0.7 --certificate cluster.pem")
    {
        _cluster.AddAddressTo(this);

        foreach (Option option in new Option[] { _ip, _insecure, _cores, _memory.Option, _name, _dashboard, _telemetry, _join, _ready })
            Options.Add(option);

        Belong("an --ip that other machines reach, without --certificate", IsOpen, _insecure);
    }

    /// <summary>Whether other machines could reach the worker and nothing says who they are.</summary>
    private bool IsOpen(ParseResult parsed) =>
        _cluster.Certificate(parsed) is null
        && !(IPAddress.TryParse(parsed.GetRequiredValue(_ip), out var ip) && IPAddress.IsLoopback(ip));

    protected override IEnumerable<string> Mistakes(ParseResult parsed)
    {
        if (parsed.GetValue(_name)?.Trim() == "")
            yield return "--name: the name is empty";

        if (parsed.GetValue(_cores) is < 1 or > 4096)
            yield return "--cores: between 1 and 4096";

        if (parsed.GetValue(_dashboard) is < 0 or > 65535)
            yield return "--dashboard: a port, below 65536";
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from place in Place(parsed)
        from code in ClusterProgram.With(parsed, terminal, cluster => cluster.Work(place, terminal))
        select code;

    private FSharpResult<WorkerPlace, Failure> Place(ParseResult parsed)
    {
        var certificate = _cluster.Certificate(parsed);
        var name = parsed.GetValue(_name) ?? $"{Environment.MachineName}-{Environment.ProcessId}";
        var collector = parsed.GetValue(_telemetry);
        Uri? telemetry = null;

        if (!IPAddress.TryParse(parsed.GetRequiredValue(_ip), out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            return Results.Fail<WorkerPlace>(ExitCode.Usage, "--ip: one address of this machine, which the others reach it by");

        if (collector is not null && !Uri.TryCreate(collector, UriKind.Absolute, out telemetry))
            return Results.Fail<WorkerPlace>(ExitCode.Usage, "--otlp: the address of a collector, as http://127.0.0.1:4317");

        if (!IPAddress.IsLoopback(ip) && certificate is null && !parsed.GetValue(_insecure))
            return Results.Fail<WorkerPlace>(
                ExitCode.Usage,
                $"--ip: whoever reaches {ip} could have this worker do anything; give the --certificate that `ntk cluster cert` makes, or say --insecure");

        WorkerPlace Of(ClusterAddress? address, int? join, MemoryLimit memory) =>
            new(address, join, certificate, ip, name, parsed.GetValue(_cores), (long)MemoryLimitModule.bytes(memory), parsed.GetValue(_dashboard), telemetry, parsed.GetValue(_ready));

        return from allowed in _memory.Read(parsed)
               let memory = MachineMemory.limit(allowed)
               from found in parsed.GetValue(_join) is { } port
                   ? Results.Ok(Of(null, port, memory))
                   : from place in _cluster.Wanted(parsed)
                     from redis in place.Address is ClusterAddress.Redis
                         ? Results.Done
                         : Results.Fail<Unit?>(ExitCode.Usage, "--cluster: a worker joins by redis://HOST; tcp:// is for `ntk run` and `ntk cluster`")
                     select Of(place.Address, null, memory)
               select found;
    }
}
