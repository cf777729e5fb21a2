using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Help;

/// <summary>What `ntk`, `ntk help` and `ntk help WORDS` show.</summary>
internal static class HelpPage
{
    private const string Beginning =
        """
        To start with:
          ntk run                        the whole pipeline: on the shipped sample, or on your own data with --data
          ntk predict --text "A text"    what the models of the last run make of a text, and why: of the shipped sample, of your own
                                         data with --data FOLDER, or of a folder of results with --out RESULTS
          ntk kernel --network "dense 512 | relu | dense 1" --x X.npy --out K.npy
                                         arrays of your own: the tangent kernel of a network

        `ntk help COMMAND` says how a command is called, with an example; `ntk help network` has the language of
        networks, `ntk help targets` what targets, ridges and times mean; `ntk completions SHELL` makes a shell complete all of it.
        """;

    /// <summary>Pages that are about no command.</summary>
    public static IReadOnlyDictionary<string, (Func<string> Page, Func<string> Markdown)> Topics { get; } = new Dictionary<string, (Func<string>, Func<string>)>
    {
        ["network"] = (() => NetworkGuide.page, () => NetworkGuide.markdown),
        ["targets"] = (() => TargetGuide.page, () => $"```\n{TargetGuide.page}\n```"),
    };

    /// <summary>The commands, and those to start with.</summary>
    public static int First(ParseResult parsed, Terminal terminal)
    {
        if (terminal.AsJson)
        {
            terminal.PrintPage(Text([]) + Beginning);
            return ExitCode.Done;
        }

        var code = Of(parsed, []);
        terminal.PrintPage(Beginning);
        return code;
    }

    /// <summary>The page of a command, or of a topic.</summary>
    /// <param name="asMarkdown">Of a topic, as the documentation has it.</param>
    public static FSharpResult<int, Failure> Of(string[] words, bool asMarkdown, ParseResult parsed, Terminal terminal)
    {
        if (words.Length == 0)
            return Results.Ok(First(parsed, terminal));

        if (words is [var topic] && Topics.TryGetValue(topic, out var page))
        {
            terminal.PrintPage(asMarkdown ? page.Markdown() : page.Page());
            return Results.Ok(ExitCode.Done);
        }

        var command = (Command)parsed.RootCommandResult.Command;

        foreach (var word in words)
        {
            if (command.Subcommands.FirstOrDefault(below => below.Name == word) is { } below)
                command = below;
            else
                return Results.Fail<int>(ExitCode.Usage, CommandMistakes.NoCommand(command, word));
        }

        if (!terminal.AsJson)
            return Results.Ok(Of(parsed, words));

        terminal.PrintPage(Text(words));
        return Results.Ok(ExitCode.Done);
    }

    /// <summary>What <see cref="Of(ParseResult, string[])"/> shows.</summary>
    private static string Text(string[] words)
    {
        using var page = new StringWriter();
        Program.Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = page });
        return page.ToString();
    }

    /// <summary>What `--help` behind these words shows.</summary>
    private static int Of(ParseResult parsed, string[] words) =>
        Program.Parse([.. words, "--help"]).Invoke(parsed.InvocationConfiguration);
}
