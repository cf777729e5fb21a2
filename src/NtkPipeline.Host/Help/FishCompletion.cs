using System.Text;

namespace NtkPipeline.Host.Help;

/// <summary>What fish is to run.</summary>
internal static class FishCompletion
{
    /// <summary>A function tells which command the words so far lead to, as the program itself would: a value that is called like a command is
    /// none.</summary>
    public static string Script(CompletedCommand[] commands)
    {
        var words = commands.Where(command => command.Words != "").Select(command => $"'{command.Words}'");

        var script = new StringBuilder(
            $"""
            function __ntk_at
                set -l at ''
                for word in (commandline -opc)[2..]
                    set -l next (string trim -- "$at $word")
                    contains -- "$next" {string.Join(' ', words)}; and set at "$next"
                end
                test "$at" = "$argv[1]"
            end
            complete -c ntk -f

            """);

        foreach (var command in commands)
        {
            var at = $"__ntk_at \"{command.Words}\"";

            foreach (var (name, about) in command.Names)
                script.Append($"complete -c ntk -n '{at}' -a '{name}' -d '{about}'\n");

            foreach (var option in command.Options)
                script.Append(
                    $"complete -c ntk -n '{at}' -l {option.Name[2..]}{(option.IsFlag ? "" : option.IsPath ? " -r -F" : " -x")}"
                    + $"{(option.Values.Length > 0 ? $" -a '{string.Join(' ', option.Values)}'" : "")} -d '{option.About}'\n");
        }

        return script.ToString();
    }
}
