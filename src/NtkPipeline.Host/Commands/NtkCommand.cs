using System.CommandLine;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>A command: its options are fields, its work ends in an exit code or a failure that is told here.</summary>
internal abstract class NtkCommand : Command
{
    /// <summary>The options that every command has.</summary>
    public static IEnumerable<Option> Common() =>
    [
        new Option<bool>("--json") { Description = "Make the last line of stdout one JSON object with the results.", Recursive = true },
        new Option<bool>("--quiet") { Description = "Show no progress.", Recursive = true },
    ];

    protected NtkCommand(string name, string description, string example)
        : base(name, $"{description}\n\nExample: {example}") =>
        SetAction(Execute);

    /// <summary>Does the work and gives the exit code.</summary>
    protected abstract FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal);

    private int Execute(ParseResult parsed)
    {
        var configuration = parsed.InvocationConfiguration;
        var terminal = new Terminal(
            configuration.Output, configuration.Error, parsed.GetValue<bool>("--quiet"), parsed.GetValue<bool>("--json"));
        var outcome = Work(parsed, terminal);
        return outcome.IsOk ? outcome.ResultValue : terminal.Report(outcome.ErrorValue);
    }
}
