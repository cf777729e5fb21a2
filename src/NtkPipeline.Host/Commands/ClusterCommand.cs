using System.CommandLine;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk cluster status, cert: looking after several machines.</summary>
internal sealed class ClusterCommand : Command
{
    public ClusterCommand()
        : base("cluster", "Looks after a cluster of workers.\n\nExample: ntk cluster status --cluster redis://localhost")
    {
        Subcommands.Add(new Status());
        Subcommands.Add(new Cert());
    }

    private sealed class Status : NtkCommand
    {
        private readonly ClusterOptions _cluster = new();

        public Status()
            : base("status", "Says who works on what, since when, and what waits.", "ntk cluster status --cluster redis://:SECRET@head") =>
            _cluster.AddAddressTo(this);

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
            from place in _cluster.Wanted(parsed)
            from code in ClusterProgram.With(parsed, terminal, cluster => cluster.Status(place, terminal))
            select code;
    }

    private sealed class Cert : NtkCommand
    {
        private readonly Option<string> _out = new("--out")
        {
            Description = "The file, which is the cluster's key: give it to its members and to nobody else. Default: cluster.pem.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "cluster.pem",
        };

        private readonly Option<int> _days = new("--days")
        {
            Description = "How long it holds.",
            HelpName = "N",
            DefaultValueFactory = _ => 365,
        };

        public Cert()
            : base("cert", "Makes the certificate by which the members of one cluster know one another.", "ntk cluster cert --out cluster.pem")
        {
            Options.Add(_out);
            Options.Add(_days);
            Write(_out, "-----BEGIN");
        }

        protected override IEnumerable<string> Mistakes(ParseResult parsed)
        {
            if (parsed.GetValue(_days) is < 1 or > 3650)
                yield return "--days: between 1 and 3650";
        }

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
        {
            var path = parsed.GetRequiredValue(_out);

            return from made in ClusterCertificate.Write(path, parsed.GetValue(_days))
                   select terminal.Tell(
                       new { certificate = path },
                       $"{path}: for --certificate of `ntk worker`, `ntk run` and `ntk cluster status`, for {parsed.GetValue(_days)} days; keep it as you keep a password");
        }
    }
}
