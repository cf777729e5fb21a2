using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Host.Commands;

namespace NtkPipeline.Host.Help;

/// <summary>ntk help COMMAND: the same as COMMAND --help; and pages that are about no command.</summary>
internal sealed class HelpCommand : NtkCommand
{
    private readonly Argument<string[]> _words = new("command")
    {
        Description = "A command's name, or one of " + string.Join(", ", HelpPage.Topics.Keys) + ".",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _markdown = new("--markdown") { Description = "A page that is about no command as Markdown." };

    public HelpCommand()
        : base("help", "Shows how a command is called, or a page about something that several share.", "ntk help kernel")
    {
        Arguments.Add(_words);
        Options.Add(_markdown);
        Belong("pages that are about no command", parsed => parsed.GetValue(_words) is [var word] && HelpPage.Topics.ContainsKey(word), _markdown);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        HelpPage.Of(parsed.GetValue(_words) ?? [], parsed.GetValue(_markdown), parsed, terminal);
}
