using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.FSharp.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>A command: its options are fields, its work ends in an exit code or a failure that is told here.</summary>
internal abstract class NtkCommand : Command
{
    private readonly List<(Option Option, string To, Func<ParseResult, bool> Holds)> _conditions = [];
    private readonly Dictionary<string, byte[][]> _outputs = [];
    private readonly List<(Option Option, string Why, Func<ParseResult, bool> Holds)> _idle = [];

    /// <summary>The options that every command has.</summary>
    public static IEnumerable<Option> Common() =>
    [
        new Option<bool>("--json") { Description = "Write one JSON object with the results, or with what went wrong, and nothing else, to standard output.", Recursive = true },
        new Option<bool>("--quiet") { Description = "Show no progress.", Recursive = true },
    ];

    protected NtkCommand(string name, string description, string example)
        : base(name, $"{description}\n\nExample: {example}") =>
        SetAction(Execute);

    /// <summary>
    /// Says where options have an effect, as the end of "--seed belongs to …". Given elsewhere, even with its default, one is refused: what
    /// a person writes is never ignored in silence.
    /// </summary>
    internal void Belong(string to, Func<ParseResult, bool> holds, params IEnumerable<Option> options) =>
        _conditions.AddRange(options.Select(option => (option, to, holds)));

    /// <summary>
    /// Says where options that people carry along from command to command have an effect, and why not elsewhere: there a note says so.
    /// </summary>
    internal void Carry(string why, Func<ParseResult, bool> holds, params IEnumerable<Option> options) =>
        _idle.AddRange(options.Select(option => (option, why, holds)));

    /// <summary>
    /// Says which options name files that are written, and how such files begin: <c>FileNames</c> protects a person's own. Without
    /// beginnings they are those of the ending that the option shows.
    /// </summary>
    internal void Write(Option option, params string[] beginnings) =>
        _outputs[option.Name] = FileNames.Beginnings(option.HelpName ?? "", beginnings);

    /// <summary>What an option is of: nothing, a file that is read, or one that is written.</summary>
    internal FileRole RoleOf(Option option) =>
        _outputs.ContainsKey(option.Name) ? FileRole.Output : IsName(option) && option.HelpName is not "DIR" ? FileRole.Input : FileRole.None;

    /// <summary>Whether a person wrote this option, be it with its default.</summary>
    internal static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Does the work and gives the exit code.</summary>
    protected abstract FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal);

    private static IEnumerable<OptionResult> Given(ParseResult parsed) => parsed.CommandResult.Children.OfType<OptionResult>();

    /// <summary>Options of files and folders that were given an empty name, as a script's unset variable makes it.</summary>
    private static IEnumerable<string> Unnamed(ParseResult parsed) =>
        Given(parsed)
            .Where(given => IsName(given.Option) && given.Tokens.Any(token => token.Value.Trim() == ""))
            .Select(given => $"{given.Option.Name}: the name of a {(given.Option.HelpName is "DIR" ? "folder" : "file")} is empty");

    /// <summary>What is wrong with options' values, as far as it can be told before any file is read.</summary>
    protected virtual IEnumerable<string> Mistakes(ParseResult parsed) => [];

    /// <summary>The sentences of a failure, for <c>Mistakes</c>.</summary>
    protected static IEnumerable<string> Of<T>(FSharpResult<T, Failure> result) => result.IsError ? result.ErrorValue.Sentences : [];

    private IEnumerable<string> Idle(ParseResult parsed) =>
        _conditions
            .Where(condition => IsGiven(parsed, condition.Option) && !condition.Holds(parsed))
            .Select(condition => $"{condition.Option.Name} belongs to {condition.To}, and has no effect here");

    private IEnumerable<string> Notes(ParseResult parsed) =>
        _idle
            .Where(condition => IsGiven(parsed, condition.Option) && !condition.Holds(parsed))
            .Select(condition => $"{condition.Option.Name} has no effect here: {condition.Why}");

    private IEnumerable<string> Lost(ParseResult parsed)
    {
        NamedFile[] Of(FileRole role) =>
            [.. Given(parsed).Where(given => RoleOf(given.Option) == role)
                .SelectMany(given => given.Tokens.Select(token => new NamedFile(given.Option.Name, token.Value)))];

        var inputs = Of(FileRole.Input).Select(input => input with { Path = ArrayFile.fileOf(input.Path) });
        return FileNames.Mistakes([.. inputs], Of(FileRole.Output), name => _outputs[name]);
    }

    /// <summary>Arrays that would be written under a name by which they are read as something else.</summary>
    private IEnumerable<string> Misnamed(ParseResult parsed) =>
        from given in Given(parsed)
        where RoleOf(given.Option) == FileRole.Output && given.Option.HelpName?.EndsWith(".npy", StringComparison.Ordinal) == true
        from token in given.Tokens
        where !ArrayFile.isPlain(token.Value)
        select $"{given.Option.Name}: {token.Value} is read as an archive or a table by its name, and a .npy would be written; end the name in .npy";

    /// <summary>Results that could not be written, before they are made.</summary>
    private IEnumerable<string> Unwritable(ParseResult parsed) =>
        from given in Given(parsed)
        where RoleOf(given.Option) == FileRole.Output
        from token in given.Tokens
        let refusal = Writable.File(token.Value)
        where refusal is not null
        select $"{given.Option.Name}: {refusal}";

    /// <summary>Whether an option's value is the name of a file or a folder, which it shows in the help.</summary>
    internal static bool IsName(Option option) =>
        option.HelpName is { } name && (name is "DIR" or "FILE" || name.Contains('.', StringComparison.Ordinal));

    private int Execute(ParseResult parsed)
    {
        var configuration = parsed.InvocationConfiguration;
        var terminal = new Terminal(
            configuration.Output, configuration.Error, parsed.GetValue<bool>("--quiet"), parsed.GetValue<bool>("--json"));
        var unnamed = Unnamed(parsed).ToArray();
        var mistakes = unnamed.Length > 0 ? unnamed : [.. Idle(parsed), .. Misnamed(parsed), .. Lost(parsed), .. Mistakes(parsed)];

        if (mistakes.Length > 0)
            return terminal.Report(new Failure(ExitCode.Usage, mistakes));

        if (Unwritable(parsed).ToArray() is { Length: > 0 } refusals)
            return terminal.Report(new Failure(ExitCode.Refused, refusals));

        foreach (var note in Notes(parsed))
            terminal.Say($"ntk: note: {note}");

        var outcome = Work(parsed, terminal);
        return outcome.IsOk ? outcome.ResultValue : terminal.Report(outcome.ErrorValue);
    }
}
