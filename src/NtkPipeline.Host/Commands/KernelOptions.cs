using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that say which kernel on which inputs.</summary>
internal sealed class KernelOptions
{
    private readonly Option<string> _network = ArrayOptions.Network();

    private readonly Option<string> _kind = new Option<string>("--kind")
    {
        Description = "The tangent kernel, or the kernel of the network's Gaussian process.",
        DefaultValueFactory = _ => "ntk",
    }.AcceptOnlyFromAmong("ntk", "nngp");

    private readonly Option<string> _x = ArrayOptions.X();

    public void AddTo(Command command)
    {
        command.Options.Add(_network);
        command.Options.Add(_kind);
        command.Options.Add(_x);
    }

    public FSharpResult<Network, Failure> Network(ParseResult parsed) => NetworkWords.Read(parsed.GetRequiredValue(_network));

    public KernelKind Kind(ParseResult parsed) => parsed.GetRequiredValue(_kind) == "ntk" ? KernelKind.Ntk : KernelKind.Nngp;

    public string X(ParseResult parsed) => parsed.GetRequiredValue(_x);
}
