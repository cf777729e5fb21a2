using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Help;

/// <summary>What is wrong with a command line, in sentences that name what would be right: the nearest command, option or value.</summary>
internal static class CommandMistakes
{
    /// <summary>Every mistake that the parser found; none where it found none.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
            return [];

        var command = parsed.CommandResult.Command;

        if (command.Subcommands.Any(below => !below.Hidden))
            return [OfGroup(command, parsed)];

        var unknown = Unknown(parsed);
        var meant = unknown.Select(name => Meant(command, name)).OfType<string>().ToHashSet();

        string[] told =
        [
            .. unknown.Select(name => OfOption(command, name)),
            .. Stray(parsed).Select(word => $"`{Called(command)}` takes no '{PlainLine.ofWords(word)}'; `{HelpOf(command)}` says what it takes"),
            .. parsed.Errors.Where(error => error.SymbolResult is OptionResult or ArgumentResult && !IsMeant(error, meant)).Select(OfValue),
        ];

        return told.Length > 0 ? told : [.. parsed.Errors.Select(error => error.Message)];
    }

    /// <summary>The sentence about a word where a command's name was wanted.</summary>
    /// <param name="words">The words before it.</param>
    public static string NoCommand(Command group, string word) =>
        $"there is no command '{PlainLine.ofWords(Join(group, word))}'{Then(Nearest.hint(Named(group), word), Known(group))}";

    /// <summary>The commands below one that people call.</summary>
    public static IEnumerable<string> Named(Command group) => group.Subcommands.Where(below => !below.Hidden).Select(below => below.Name);

    /// <summary>A command as it is called: `ntk store size`.</summary>
    public static string Called(Command command) => string.Join(' ', Words(command).Prepend("ntk"));

    /// <summary>The words that call a command, from the root's first below.</summary>
    public static IEnumerable<string> Words(Command command) =>
        command is RootCommand ? [] : [.. command.Parents.OfType<Command>().Take(1).SelectMany(Words), command.Name];

    /// <summary>A question, or nothing, and what stands behind it.</summary>
    private static string Then(string hint, string rest) => hint == "" ? $"; {rest}" : $"{hint} {rest}";

    private static string HelpOf(Command command) => string.Join(' ', ["ntk", "help", .. Words(command)]);

    private static string Join(Command group, string word) => string.Join(' ', [.. Words(group), word]);

    private static string Known(Command group) =>
        group is RootCommand ? "`ntk help` lists them all"
        : !Named(group).Any() ? $"`{HelpOf(group)}` says how `{Called(group)}` is called"
        : $"there are {string.Join(", ", Named(group).Select(name => Join(group, name)))}";

    /// <summary>Of a command that others stand below, and that does nothing alone.</summary>
    private static string OfGroup(Command group, ParseResult parsed) =>
        parsed.UnmatchedTokens.FirstOrDefault() is not { } word ? $"`{Called(group)}` alone does nothing; {Known(group)}"
        : word.StartsWith('-') ? OfOption(group, word)
        : NoCommand(group, word);

    private static string OfOption(Command command, string name) =>
        $"`{Called(command)}` has no option {PlainLine.ofWords(name)}{Then(Nearest.hint(Options(command), name), $"`{HelpOf(command)}` lists what it has")}";

    private static string? Meant(Command command, string name) => Nearest.find(Options(command), name) is { Value: var meant } ? meant : null;

    private static IEnumerable<string> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(above => above.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .Where(name => name.StartsWith("--", StringComparison.Ordinal));

    /// <summary>Words that look like options and are none, without the values that are joined to them.</summary>
    private static string[] Unknown(ParseResult parsed) =>
        [.. parsed.UnmatchedTokens.Where(IsOption).Select(token => token.Split('=', ':')[0]).Distinct()];

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1 && !char.IsAsciiDigit(token[1]);

    /// <summary>Words that belong to nothing, but those that stand behind an unknown option, whose values they were meant to be.</summary>
    private static IEnumerable<string> Stray(ParseResult parsed)
    {
        var left = new Queue<string>(parsed.UnmatchedTokens);
        var isValue = false;

        foreach (var token in parsed.Tokens)
        {
            if (left.Count == 0 || token.Value != left.Peek())
            {
                isValue = false;
                continue;
            }

            var word = left.Dequeue();

            if (IsOption(word))
                isValue = true;
            else if (!isValue)
                yield return word;
        }
    }

    /// <summary>Whether an option is only missing because its name was mistyped.</summary>
    private static bool IsMeant(ParseError error, HashSet<string> meant) =>
        error.SymbolResult is OptionResult { Implicit: true, Option.Name: var name } && meant.Contains(name);

    /// <summary>Of a value that is none of the few that there are, which and what was meant; else what the parser says.</summary>
    private static string OfValue(ParseError error)
    {
        var (name, symbol, tokens) = error.SymbolResult switch
        {
            OptionResult of => (of.Option.Name, (Symbol?)of.Option, of.Tokens),
            ArgumentResult { Parent: OptionResult of } => (of.Option.Name, of.Option, of.Tokens),
            ArgumentResult of => (of.Argument.Name, of.Argument, of.Tokens),
            _ => ("", null, []),
        };

        var choices = symbol is null ? [] : Choices(symbol);
        var wrong = tokens.Select(token => token.Value).FirstOrDefault(value => !choices.Contains(value, StringComparer.Ordinal));

        return wrong is null || choices.Length == 0
            ? error.Message
            : $"{name} '{PlainLine.ofWords(wrong)}': it is not one of {string.Join(", ", choices)}{Nearest.hint(choices, wrong)}";
    }

    /// <summary>The few values that an option or an argument takes; none where there are more than can be listed.</summary>
    internal static string[] Choices(Symbol symbol) =>
        symbol is Option { ValueType: var type } && type == typeof(bool)
            ? []
            : [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
}
