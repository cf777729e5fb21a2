using System.CommandLine;
using NtkPipeline.Core;
using NtkPipeline.Host.Commands;

namespace NtkPipeline.Host.Help;

/// <summary>What a shell may offer behind a command's words.</summary>
/// <param name="Words">Those words, none of the program itself.</param>
/// <param name="Names">What may come next: commands below it, or words that its argument takes; each with one line about it.</param>
internal sealed record CompletedCommand(string Words, (string Name, string About)[] Names, CompletedOption[] Options)
{
    /// <summary>The program and every command that people call.</summary>
    public static CompletedCommand[] All(RootCommand root) => [.. Of(root)];

    private static IEnumerable<CompletedCommand> Of(Command command)
    {
        var below = command.Subcommands.Where(below => !below.Hidden).ToArray();
        var common = command is RootCommand ? [] : NtkCommand.Common();

        return
        [
            new CompletedCommand(
                string.Join(' ', CommandMistakes.Words(command)),
                [.. below.Select(named => (named.Name, About(named.Description))), .. Arguments(command)],
                [.. command.Options.Concat(common).Where(option => !option.Hidden).Select(CompletedOption.Of)]),
            .. below.SelectMany(Of),
        ];
    }

    /// <summary>Of `ntk help`, the commands and topics; of others, the few words that an argument takes.</summary>
    private static IEnumerable<(string, string)> Arguments(Command command) =>
        command is HelpCommand
            ? [.. command.Parents.OfType<RootCommand>().SelectMany(root => root.Subcommands).Where(named => !named.Hidden).Select(named => (named.Name, About(named.Description))),
               .. HelpPage.Topics.Keys.Select(topic => (topic, "a page about it"))]
            : command.Arguments.SelectMany(CommandMistakes.Choices).Select(value => (value, ""));

    /// <summary>The first sentence, on one line, without what a shell might take for its own.</summary>
    internal static string About(string? description)
    {
        var line = (description ?? "").Split('\n')[0];
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return PlainLine.ofText((end < 0 ? line : line[..end]).TrimEnd('.')).Replace('\'', '’').Replace('"', '”').Replace('`', '’').Replace("$", "", StringComparison.Ordinal).Replace('\\', '/');
    }
}

/// <summary>An option as a shell may offer it.</summary>
/// <param name="Values">The few values that it takes, or names with "=" that one begins with.</param>
/// <param name="IsPath">Whether names of files are offered.</param>
internal sealed record CompletedOption(string Name, string About, string[] Values, bool IsPath, bool IsFlag)
{
    public static CompletedOption Of(Option option) => new(
        option.Name, CompletedCommand.About(option.Description), ValuesOf(option), NtkCommand.IsName(option),
        option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0);

    private static string[] ValuesOf(Option option) => option.Name switch
    {
        "--set" => [.. ConfigModule.settings.Select(setting => $"{setting.Key}=")],
        "--experiment" => [.. Program.Questions.Distinct()],
        _ => CommandMistakes.Choices(option),
    };
}
