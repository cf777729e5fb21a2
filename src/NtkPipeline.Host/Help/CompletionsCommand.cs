using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Host.Commands;

namespace NtkPipeline.Host.Help;

/// <summary>ntk completions SHELL: the script by which a shell completes this program's commands, options and values.</summary>
internal sealed class CompletionsCommand : NtkCommand
{
    private readonly Argument<string> _shell =
        new Argument<string>("shell") { Description = "Which shell." }.AcceptOnlyFromAmong([.. CompletionScripts.Shells.Keys]);

    public CompletionsCommand()
        : base("completions", "Prints the script that makes a shell complete commands, options, values and settings.", "source <(ntk completions bash)") =>
        Arguments.Add(_shell);

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var shell = parsed.GetRequiredValue(_shell);
        var commands = CompletedCommand.All((RootCommand)parsed.RootCommandResult.Command);
        terminal.PrintPage(CompletionScripts.Use(shell) + CompletionScripts.Shells[shell](commands).TrimEnd('\n'));
        return Results.Ok(ExitCode.Done);
    }
}
