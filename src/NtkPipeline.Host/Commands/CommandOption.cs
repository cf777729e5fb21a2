using System.CommandLine;

namespace NtkPipeline.Host.Commands;

/// <summary>What an option's value is to the command.</summary>
public enum FileRole
{
    None,
    Input,
    Output,
}

/// <summary>An option of a command, for tests that range over all of them.</summary>
/// <param name="Command">The words that call the command.</param>
/// <param name="Name">The option's first name.</param>
/// <param name="IsNumber">Whether one number is its value.</param>
/// <param name="IsPath">Whether a file or a folder is its value.</param>
public sealed record CommandOption(IReadOnlyList<string> Command, string Name, bool IsNumber, bool IsPath, bool IsRequired, FileRole Role, string Description, bool IsHidden)
{
    internal static IEnumerable<CommandOption> Of(Command command, IReadOnlyList<string> words) =>
    [
        .. command.Options.Select(option => new CommandOption(
            words, option.Name, PlainNumbers.IsNumber(option), NtkCommand.IsName(option), option.Required,
            command is NtkCommand named ? named.RoleOf(option) : FileRole.None, option.Description ?? "", option.Hidden || command.Hidden)),
        .. command.Subcommands.SelectMany(below => Of(below, [.. words, below.Name])),
    ];
}
