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

        if (parseResult.Tokens.All(token => token.Value != "--json"))
            return new HelpAction().Invoke(parseResult);

        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var page = new StringWriter();
        configuration.Output = page;
        var code = new HelpAction().Invoke(parseResult);
        configuration.Output = output;
        new Terminal(output, configuration.Error, AsJson: true).PrintPage(page.ToString());
        return code;
    }
}
