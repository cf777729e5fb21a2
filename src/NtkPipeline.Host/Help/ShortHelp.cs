using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace NtkPipeline.Host.Help;

/// <summary>The page of a command; in its list of the commands below it, each has one line, without its example.</summary>
internal sealed class ShortHelp : SynchronousCommandLineAction
{
    /// <summary>Help is shown whatever else stands in the line.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        foreach (var below in parseResult.CommandResult.Command.Subcommands)
            below.Description = (below.Description ?? "").Split('\n')[0];

        return new HelpAction().Invoke(parseResult);
    }
}
