using System.CommandLine;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>A command: its options are fields, its work ends in an exit code or a failure that is told here.</summary>
internal abstract class NtkCommand : Command
{
    protected NtkCommand(string name, string description, string example)
        : base(name, $"{description}\n\nExample: {example}") =>
        SetAction(Execute);

    /// <summary>Does the work and gives the exit code.</summary>
    protected abstract FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal);

    private int Execute(ParseResult parsed)
    {
        var configuration = parsed.InvocationConfiguration;
        var terminal = new Terminal(configuration.Output, configuration.Error);
        var outcome = Work(parsed, terminal);
        return outcome.IsOk ? outcome.ResultValue : terminal.Report(outcome.ErrorValue);
    }
}
