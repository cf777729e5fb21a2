using System.CommandLine;
using System.CommandLine.Parsing;
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

    /// <summary>Options of files and folders that were given an empty name, as a script's unset variable makes it.</summary>
    private static string[] Unnamed(ParseResult parsed) =>
    [
        .. parsed.CommandResult.Children.OfType<OptionResult>()
            .Where(given => IsName(given.Option) && given.Tokens.Any(token => token.Value.Trim() == ""))
            .Select(given => $"{given.Option.Name}: the name of a {(given.Option.HelpName is "DIR" ? "folder" : "file")} is empty"),
    ];

    private static bool IsName(Option option) =>
        option.HelpName is { } name && (name is "DIR" or "FILE" || name.Contains('.', StringComparison.Ordinal));

    private int Execute(ParseResult parsed)
    {
        var configuration = parsed.InvocationConfiguration;
        var terminal = new Terminal(
            configuration.Output, configuration.Error, parsed.GetValue<bool>("--quiet"), parsed.GetValue<bool>("--json"));
        var unnamed = Unnamed(parsed);
        var outcome = unnamed.Length > 0 ? Results.Fail<int>(ExitCode.Usage, unnamed) : Work(parsed, terminal);
        return outcome.IsOk ? outcome.ResultValue : terminal.Report(outcome.ErrorValue);
    }
}
